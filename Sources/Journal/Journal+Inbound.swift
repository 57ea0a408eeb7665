public import Custody
internal import FoundationEssentials
internal import GRDB

extension Journal {
  /// The parcel with this id.
  public func inboundParcel(_ id: String) throws -> InboundParcel? {
    try read { try InboundParcel.fetchOne($0, key: id) }
  }

  /// Parcels in any of these states, oldest first: a portion.
  ///
  /// - Parameter idle: only those for which nothing is owed.
  public func inboundParcels(
    in states: [InboundParcelState], idle: Bool = false, limit: Int, offset: Int = 0
  ) throws -> [InboundParcel] {
    try read { database in
      let only = idle ? "AND NOT EXISTS (SELECT 1 FROM owed WHERE subject = 'inbound:' || p.id)" : ""
      return try InboundParcel.fetchAll(
        database.cachedStatement(
          sql:
            "SELECT * FROM inboundParcel p WHERE state IN (\(states.list)) \(only) ORDER BY since, id LIMIT ? OFFSET ?"),
        arguments: [limit, offset])
    }
  }

  /// Writes down that a parcel is imported: it lies in the PACS's folder, or was picked up from it.
  ///
  /// - Parameters:
  ///   - known: the parcel as it was read.
  ///   - records: what the patient record is told.
  ///   - further: more for the history.
  /// - Returns: nil where the parcel is in another state, or was taken back meanwhile.
  @discardableResult
  public func imported(
    _ known: InboundParcel, records: [RecordMessage] = [], event: Event, further: [Event] = []
  ) throws -> InboundParcel? {
    try decide([
      InboundDecision(
        known.id, .imported, event: event, further: further, known: known, records: records,
        facts: { InboundParcelFacts(id: $1.id, answer: $1.importAnswer) })
    ])?.first
  }

  /// Parcels that count as imported and were not seen in the import folder: a portion.
  public func unseenImports(limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_unseen
            WHERE state IN ('offered', 'imported') AND isSeen = 0 LIMIT ?
            """),
        arguments: [limit])
    }
  }

  /// A person says that the PACS has what was not seen in the import folder.
  ///
  /// - Returns: false where nothing of it is in doubt.
  public func confirmImport(_ id: String, event: Event) throws -> Bool {
    try write { database in
      try database.run("UPDATE inboundParcel SET isSeen = 1 WHERE id = ? AND isSeen = 0", [id])
      guard database.changesCount > 0 else { return false }
      try event.append(to: database)
      return true
    }
  }

  /// The digest under which an instance was imported before.
  public func importedDigest(sopInstanceUID: String) throws -> String? {
    try read { database in
      try String.fetchOne(
        database.cachedStatement(sql: "SELECT sha256 FROM imported WHERE sopInstanceUID = ?"),
        arguments: [sopInstanceUID])
    }
  }

  /// The digests under which instances were imported before, by their UID: one look for many.
  public func importedDigests(sopInstanceUIDs: [String]) throws -> [String: String] {
    try snapshot { database in
      let statement = try database.cachedStatement(sql: "SELECT sha256 FROM imported WHERE sopInstanceUID = ?")
      return try sopInstanceUIDs.reduce(into: [:]) { found, uid in
        found[uid] = try String.fetchOne(statement, arguments: [uid])
      }
    }
  }

  /// Parcels of this study, from whichever sender, that were assigned to a patient: the latest first.
  public func reconciledParcels(study: String, limit: Int = 100) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel WHERE study = ? AND (patient IS NOT NULL OR split IS NOT NULL)
            AND state IN (\(InboundParcelState.given.list)) ORDER BY isDecidedByPerson DESC, since DESC LIMIT ?
            """), arguments: [study, limit])
    }
  }

  /// Studies that wait for a person, by the first of their parcels, oldest first: a portion.
  public func heldStudies(limit: Int, offset: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel p WHERE state = 'held' AND \(Self.isFirstPart)
            ORDER BY since, id LIMIT ? OFFSET ?
            """), arguments: [limit, offset])
    }
  }

  /// How many studies wait for a person.
  public func heldStudyCount() throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: "SELECT COUNT(*) FROM inboundParcel p WHERE state = 'held' AND \(Self.isFirstPart)")) ?? 0
    }
  }

  private static let isFirstPart = """
    NOT EXISTS (SELECT 1 FROM inboundParcel e WHERE e.study = p.study AND e.state = 'held'
      AND (e.since < p.since OR e.since = p.since AND e.id < p.id))
    """

  /// The parcels of a study, from whichever sender, that wait for a person, oldest first.
  public func heldParts(study: String) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM inboundParcel WHERE study = ? AND state = 'held' ORDER BY since, id LIMIT 1000"),
        arguments: [study])
    }
  }

  /// The last parcels of a sender that were decided about, whatever became of them: the latest first.
  public func decidedParcels(sender: String, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_sequence
            WHERE sender = ? AND decision IS NOT NULL ORDER BY sequence DESC LIMIT ?
            """), arguments: [sender, limit])
    }
  }

  /// The partners of whom a study waits for a person.
  public func heldSenders() throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: "SELECT DISTINCT sender FROM inboundParcel WHERE state = 'held' ORDER BY sender"))
    }
  }

  /// Whether another part of a study waits for a person.
  ///
  /// - Parameter ids: the parts that are decided about.
  public func isHeld(study: String, otherThan ids: [String]) throws -> Bool {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(sql: "SELECT id FROM inboundParcel WHERE study = ? AND state = 'held' LIMIT ?"),
        arguments: [study, ids.count + 1]
      ).contains { !ids.contains($0) }
    }
  }

  /// Whether a folder of this name in the import folder is promised to another parcel.
  public func isPromised(folder: String, otherThan id: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM inboundParcel WHERE state = 'staged' AND id <> :id AND (folder = :folder
              OR split IS NOT NULL
                AND EXISTS (SELECT 1 FROM json_each(split, '$.shares') WHERE value ->> 'folder' = :folder)))
            """),
        arguments: ["folder": folder, "id": id]) ?? false
    }
  }

  /// Another parcel of this sender with this sequence number, and the highest number below it that arrived.
  public func sequenceNeighbours(
    sender: String, sequence: Int, parcel: String
  ) throws -> (twin: String?, highestBelow: Int?) {
    try snapshot { database in
      (
        try String.fetchOne(
          database.cachedStatement(
            sql: "SELECT id FROM inboundParcel WHERE sender = ? AND sequence = ? AND id <> ? LIMIT 1"),
          arguments: [sender, sequence, parcel]),
        try Int.fetchOne(
          database.cachedStatement(sql: "SELECT MAX(sequence) FROM inboundParcel WHERE sender = ? AND sequence < ?"),
          arguments: [sender, sequence])
      )
    }
  }

  /// Imported parcels that were closed before a time and that are still kept here as they came: a portion, oldest first.
  public func purgeableInboundParcels(closedBefore time: String, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql:
            """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_purge
            WHERE state = 'imported' AND isPurged = 0 AND since <= ? ORDER BY since LIMIT ?
            """),
        arguments: [time, limit])
    }
  }

  /// Whom and what an outbound study or inbound parcel is about.
  public func subject(of owner: String) throws -> Subject? { try read { try Subject.fetchOne($0, key: owner) } }

  /// Whom and what outbound studies or inbound parcels are about, by their ids, as far as it is known.
  public func subjects(of owners: [String]) throws -> [String: Subject] {
    try read { try subjects(of: owners, in: $0) }
  }

  private func subjects(of owners: [String], in database: Database) throws -> [String: Subject] {
    let list = String(decoding: try JSONEncoder().encode(Array(Set(owners))), as: UTF8.self)
    let subjects = try Subject.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM subject WHERE owner IN (SELECT value FROM json_each(?))"),
      arguments: [list])
    return Dictionary(subjects.map { ($0.owner, $0) }) { first, _ in first }
  }

  /// Whom and what lines of the history are about, by their ids, as far as it is known.
  public func subjects(ofEvents ids: [Int64]) throws -> [Int64: Subject] {
    let list = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
    return try read { database in
      let owners = try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT e.id, coalesce(
              (SELECT i.id FROM inboundParcel i WHERE i.id = e.parcel),
              (SELECT o.outboundStudy FROM outboundParcel o WHERE o.id = e.parcel),
              (SELECT s.id FROM outboundStudy s WHERE s.study = e.study LIMIT 1),
              (SELECT i.id FROM inboundParcel i WHERE i.study = e.study LIMIT 1)) AS owner
            FROM event e WHERE e.id IN (SELECT value FROM json_each(?))
            """), arguments: [list])
      let pairs = owners.compactMap { row -> (Int64, String)? in
        (row["owner"] as String?).map { (row["id"], $0) }
      }
      let known = try self.subjects(of: pairs.map(\.1), in: database)
      return Dictionary(pairs.compactMap { id, owner in known[owner].map { (id, $0) } }) { first, _ in first }
    }
  }
}
