internal import Custody
internal import GRDB

// Urgent studies that come or go in portions: what ends them.

extension Journal {
  static func createPortions(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE outboundStudy ADD COLUMN continues BOOLEAN NOT NULL DEFAULT 0;
        ALTER TABLE inboundParcel ADD COLUMN portion INTEGER;
        ALTER TABLE inboundParcel ADD COLUMN completes TEXT;
        ALTER TABLE inboundParcel ADD COLUMN completed TEXT;
        CREATE INDEX inboundParcel_portion ON inboundParcel (study, sender)
          WHERE portion IS NOT NULL AND completed IS NULL;
        """)
  }

  // MARK: Sending

  /// The partners to whom the last parcel of a study was a portion: by numbers, since a clock may be set back. Of bare columns
  /// beside MAX, SQLite answers those of the row with the greatest value.
  private static let unfinished = """
    SELECT * FROM (
      SELECT r.*, s.closedRule AS closedRule, MAX(p.sequence) FROM outboundParcel p
      JOIN outboundStudy s ON s.id = p.outboundStudy
      JOIN recipient r ON r.outboundStudy = s.id AND r.partner = p.recipient
      WHERE p.study = :study AND p.again IS NULL GROUP BY p.recipient)
    WHERE closedRule = 'urgent'
    """

  /// The partners who must still learn that a study is complete, each once.
  public func unfinishedRecipients(study: String) throws -> [Recipient] {
    try read { database in
      try Recipient.fetchAll(database.cachedStatement(sql: Self.unfinished), arguments: ["study": study])
        .sorted { $0.partner < $1.partner }
    }
  }

  /// While portions of a study have left and nobody has said that it is complete, there is an outbound study that takes what
  /// comes, and ends in a parcel even if nothing does.
  func goOnWaiting(after study: OutboundStudy, _ database: Database) throws {
    guard study.urgent,
      try Row.fetchOne(database.cachedStatement(sql: Self.unfinished), arguments: ["study": study.study]) != nil
    else { return }
    try database.run(
      "UPDATE outboundStudy SET continues = 1 WHERE study = ? AND state IN ('collecting', 'held', 'ready')",
      [study.study])
    guard database.changesCount == 0 else { return }
    var next = OutboundStudy(id: OutboundStudy.newID(), study: study.study)
    _ = try required(
      Machine.outboundStudy, from: nil, by: .opened, of: OutboundStudyFacts(id: next.id), "study \(next.id)")
    next.urgent = true
    next.continues = true
    next.expected = study.expected
    next.lastTaken = study.lastTaken
    try next.insert(database)
    if var subject = try Subject.fetchOne(database, key: study.id) {
      subject.owner = next.id
      try subject.insert(database)
    }
  }

  /// Studies that wait for their end, to be followed: those that another process made among them.
  public func continuingStudies(limit: Int) throws -> [OutboundStudy] {
    try read { database in
      try OutboundStudy.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM outboundStudy WHERE state = 'collecting' AND continues LIMIT ?"),
        arguments: [limit])
    }
  }

  /// The parcels of the portions of a study that went to a partner since it was last said to be complete there, in their order,
  /// and how many instances they hold.
  public func portions(of outboundStudy: OutboundStudy, to partner: String) throws -> (
    parcels: [String], instances: Int
  ) {
    let rows = try read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT p.id AS id, p.instances AS instances, p.sequence AS sequence FROM outboundParcel p
            JOIN outboundStudy s ON s.id = p.outboundStudy
            WHERE p.study = :study AND p.recipient = :partner AND p.again IS NULL AND s.id <> :id AND s.closedRule = 'urgent'
              AND p.state NOT IN ('cancelled', 'discarded') AND p.sequence > coalesce((
                SELECT MAX(e.sequence) FROM outboundParcel e JOIN outboundStudy t ON t.id = e.outboundStudy
                WHERE e.study = :study AND e.recipient = :partner AND e.again IS NULL AND t.closedRule IS NOT 'urgent'), 0)
            """), arguments: ["study": outboundStudy.study, "id": outboundStudy.id, "partner": partner])
    }
    let ids = rows.map { (sequence: $0["sequence"] as Int, id: $0["id"] as String) }
      .sorted { $0.sequence < $1.sequence }.map(\.id)
    return (ids, rows.reduce(0) { $0 + $1["instances"] })
  }

  /// Where the instances of all parts of a study came from, the last ones first.
  public func origins(study: String, limit: Int) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT t.origin FROM outboundStudy s JOIN taken t ON t.outboundStudy = s.id
            WHERE s.study = ? AND t.claimed = 1 LIMIT ?
            """), arguments: [study, limit])
    }
  }

  // MARK: Receiving

  /// A study of which not all portions are here, or of which nobody has said yet that they are all.
  public struct OpenStudy: Sendable, Equatable {
    /// Study Instance UID.
    public var study: String
    /// Who sends it.
    public var sender: String
    /// How many parcels of it are here.
    public var parcels: Int
    /// When the last one of them came.
    public var lastArrival: String
  }

  /// Studies that came in portions and are not complete: a portion. A portion that was sent once more says nothing new where
  /// the first one stands.
  public func openStudies(limit: Int) throws -> [OpenStudy] {
    try read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT study, sender, COUNT(*) AS parcels, MAX(arrivedAt) AS last FROM inboundParcel p
              INDEXED BY inboundParcel_portion
            WHERE portion IS NOT NULL AND completed IS NULL AND study IS NOT NULL
              AND NOT isPurged AND state NOT IN ('rejected', 'discarded', 'quarantined')
              AND NOT EXISTS (
                SELECT 1 FROM inboundParcel f WHERE f.id = p.again AND f.sender = p.sender AND f.state <> 'quarantined')
            GROUP BY study, sender LIMIT ?
            """), arguments: [limit]
      ).map { OpenStudy(study: $0["study"], sender: $0["sender"], parcels: $0["parcels"], lastArrival: $0["last"]) }
    }
  }

  /// The parcels that say which portions a study has, and whose portions were not all here yet.
  public func endings(study: String, sender: String) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_portion WHERE study = ? AND sender = ?
              AND portion IS NOT NULL AND completed IS NULL AND completes IS NOT NULL
              AND state IN ('accepted', 'staged', 'offered', 'imported', 'held')
            """), arguments: [study, sender]
      ).sorted { $0.sequence < $1.sequence }
    }
  }

  /// The portions that the last one names, and itself; nil for one that is not here.
  public func portions(of ending: InboundParcel) throws -> [(id: String, parcel: InboundParcel?)] {
    try snapshot { database in
      let ids = try String.fetchAll(
        database.cachedStatement(sql: "SELECT value FROM json_each(?, '$.parcels')"), arguments: [ending.completes])
      let other = try database.cachedStatement(
        sql: "SELECT * FROM inboundParcel WHERE study = ? AND sender = ? AND again = ? ORDER BY sequence DESC LIMIT 1")
      return try ids.map { id in
        let itself = try InboundParcel.fetchOne(database, key: id)
        if let itself, itself.sender == ending.sender, itself.study == ending.study, itself.state != .quarantined {
          return (id, itself)
        }
        // Sent once more, it is another parcel.
        return (id, try InboundParcel.fetchOne(other, arguments: [ending.study, ending.sender, id]))
      } + [(ending.id, InboundParcel.fetchOne(database, key: ending.id))]
    }
  }

  /// Writes down that all portions of a study are here, once, with what the patient record is told.
  ///
  /// - Returns: false where that was written down before.
  @discardableResult
  public func completed(
    _ ending: InboundParcel, portions: [String], records: [RecordMessage], event: Event
  ) throws -> Bool {
    try write { database in
      let now = journalTime()
      try database.run(
        "UPDATE inboundParcel SET completed = ? WHERE id = ? AND completed IS NULL AND undone = ?",
        [now, ending.id, ending.undone])
      guard database.changesCount > 0 else { return false }
      let mark = try database.cachedStatement(sql: "UPDATE inboundParcel SET completed = ? WHERE id = ?")
      for id in portions { try mark.execute(arguments: [now, id]) }
      for record in records { try add(record, about: DutySubject.inbound(record.parcel), database) }
      try event.append(to: database)
      return true
    }
  }

  /// A portion was taken back: its study is not here.
  func reopen(studyOf portion: InboundParcel, _ database: Database) throws {
    guard portion.portion != nil else { return }
    try database.run(
      """
      UPDATE inboundParcel SET completed = NULL WHERE study = ? AND sender = ? AND completes IS NOT NULL
        AND EXISTS (SELECT 1 FROM json_each(completes, '$.parcels') WHERE value IN (?, ?))
      """, [portion.study, portion.sender, portion.id, portion.again])
  }
}
