public import Custody
internal import GRDB

// What the collector writes down.

extension Journal {
  /// The outbound study that takes further instances of a study: one that is collecting or held.
  public func openStudy(study: String) throws -> OutboundStudy? {
    try read { try Self.openStudy(study, $0) }
  }

  private static func openStudy(_ study: String, _ database: Database) throws -> OutboundStudy? {
    try OutboundStudy.fetchOne(
      database.cachedStatement(
        sql:
          "SELECT * FROM outboundStudy WHERE study = ? AND state IN ('held', 'collecting') ORDER BY state DESC LIMIT 1"),
      arguments: [study])
  }

  /// Writes down the intent to claim instances of one study, opening an outbound study where there is none.
  ///
  /// - Parameters:
  ///   - instances: all of one study.
  ///   - study: Study Instance UID.
  ///   - newID: the id of an outbound study that has to be opened.
  ///   - expected: (0020,1208), where one of the files carries it.
  ///   - isUrgent: one of the files says so. What was urgent once stays urgent.
  ///   - subject: whom and what the study is about; its owner is replaced by the outbound study's id.
  /// - Returns: the outbound study, and the instances with their numbers.
  public func intend(
    toClaim instances: [TakenInstance], study: String, newID: String, expected: Int?, isUrgent: Bool = false,
    subject: Subject? = nil
  ) throws -> (OutboundStudy, [TakenInstance]) {
    try write { database in
      var outboundStudy: OutboundStudy
      if let open = try Self.openStudy(study, database) {
        outboundStudy = open
        if let expected, expected > (outboundStudy.expected ?? 0) {
          outboundStudy.expected = expected
          try outboundStudy.update(database)
        }
        if isUrgent, try makeUrgent(outboundStudy: outboundStudy.id, database) { outboundStudy.urgent = true }
      } else {
        _ = try required(
          Machine.outboundStudy, from: nil, by: .opened, of: OutboundStudyFacts(id: newID), "study \(newID)")
        outboundStudy = OutboundStudy(id: newID, study: study)
        outboundStudy.expected = expected
        try outboundStudy.insert(database)
        if try isUrgent || Self.isUrgent(study, database) {
          outboundStudy.urgent = try makeUrgent(outboundStudy: newID, database)
        }
        try Event("opened", study: study, file: instances.first?.origin, "Its first instance was found.")
          .append(to: database)
      }
      if var subject, try Subject.fetchOne(database, key: outboundStudy.id) == nil {
        subject.owner = outboundStudy.id
        try subject.insert(database)
      }
      let inserted = try instances.map { instance in
        var row = instance
        row.outboundStudy = outboundStudy.id
        try row.insert(database)
        return row
      }
      return (outboundStudy, inserted)
    }
  }

  /// Writes down that claims are done: the files lie where the rows say.
  ///
  /// - Parameter copied: originals that are still in their source, since they were copied: they are to be removed.
  public func claimed(_ ids: [Int64], copied: [Original] = []) throws {
    guard !ids.isEmpty else { return }
    try write { database in
      let update = try database.cachedStatement(sql: "UPDATE taken SET claimed = 1 WHERE id = ? AND claimed = 0")
      let count = try database.cachedStatement(
        sql: """
          UPDATE outboundStudy SET instances = instances + 1, lastTaken = ?,
            bytes = bytes + (SELECT bytes FROM taken WHERE id = ?)
          WHERE id = (SELECT outboundStudy FROM taken WHERE id = ?)
          """)
      let now = journalTime()
      for id in ids {
        try update.execute(arguments: [id])
        if database.changesCount > 0 { try count.execute(arguments: [now, id, id]) }
      }
      for original in copied { try database.owe([.removeOriginal(original)], about: DutySubject.file(original.path)) }
    }
  }

  /// Forgets claims that did not happen, with an outbound study that is empty without them.
  public func unclaim(_ ids: [Int64]) throws {
    guard !ids.isEmpty else { return }
    try write { database in
      let studies = try Set(
        ids.compactMap { id in
          try String.fetchOne(
            database.cachedStatement(sql: "SELECT outboundStudy FROM taken WHERE id = ? AND claimed = 0"),
            arguments: [id])
        })
      for id in ids {
        try database.run("DELETE FROM taken WHERE id = ? AND claimed = 0", [id])
      }
      for study in studies { try Self.forgetIfEmpty(study, database) }
    }
  }

  /// An outbound study that never held anything was never there.
  static func forgetIfEmpty(_ id: String, _ database: Database) throws {
    try database.run(
      """
      DELETE FROM outboundStudy WHERE id = :id AND state = 'collecting' AND NOT continues
        AND NOT EXISTS (SELECT 1 FROM taken WHERE outboundStudy = :id)
      """, ["id": id])
    if database.changesCount > 0 {
      try database.run("DELETE FROM subject WHERE owner = ?", [id])
      try database.run(
        "DELETE FROM owed WHERE subject = ?", [DutySubject.study(id)]
      )
    }
  }

  /// Claims that were intended and not confirmed: what a kill left behind. A portion, in the order of their numbers.
  public func unconfirmedClaims(after id: Int64 = 0, limit: Int = 10_000) throws -> [TakenInstance] {
    try read { database in
      try TakenInstance.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM taken INDEXED BY taken_intended WHERE claimed = 0 AND id > ? ORDER BY id LIMIT ?"),
        arguments: [id, limit])
    }
  }

  /// Whether files of an outbound study were intended to be claimed, and nobody knows yet whether they were.
  public func hasUnconfirmedClaims(outboundStudy: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM taken WHERE outboundStudy = ? AND claimed = 0)"),
        arguments: [outboundStudy]) ?? false
    }
  }

  /// Writes down that the files of instances lie elsewhere now.
  public func moved(_ files: [(id: Int64, file: String)]) throws {
    guard !files.isEmpty else { return }
    try write { database in
      let update = try database.cachedStatement(sql: "UPDATE taken SET file = ? WHERE id = ?")
      for (id, file) in files { try update.execute(arguments: [file, id]) }
    }
  }

  /// The instance whose file lies at this path, relative to the spool, with its study.
  public func takenInstance(file: String) throws -> (instance: TakenInstance, study: OutboundStudy?)? {
    try snapshot { database in
      guard
        let instance = try TakenInstance.fetchOne(
          database.cachedStatement(sql: "SELECT * FROM taken WHERE file = ? ORDER BY id DESC LIMIT 1"),
          arguments: [file])
      else { return nil }
      return (instance, try instance.outboundStudy.flatMap { try OutboundStudy.fetchOne(database, key: $0) })
    }
  }

  /// Takes in what another copy of an instance says of its recipient, and tells that the copy counts once.
  ///
  /// - Parameters:
  ///   - isUrgent: the copy says that the study is.
  ///   - original: the copy, which is to be removed from its source.
  public func duplicate(
    of id: Int64, route: String?, isUrgent: Bool = false, original: Original, event: Event
  ) throws {
    try write { database in
      if isUrgent,
        let study = try String.fetchOne(
          database.cachedStatement(sql: "SELECT outboundStudy FROM taken WHERE id = ?"), arguments: [id])
      {
        _ = try makeUrgent(outboundStudy: study, database)
      }
      if let route {
        try database.run("UPDATE taken SET route = ? WHERE id = ?", [route, id])
      }
      try event.append(to: database)
      try database.owe([.removeOriginal(original)], about: DutySubject.file(original.path))
    }
  }

  /// The instances of an outbound study that are claimed, in the order in which they were taken: a portion.
  ///
  /// - Parameter id: the number of the last instance of the portion before; 0: the first one.
  public func instances(outboundStudy: String, after id: Int64 = 0, limit: Int) throws -> [TakenInstance] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT * FROM taken WHERE outboundStudy = ? AND id > ? AND claimed = 1 ORDER BY id LIMIT ?")
      return try TakenInstance.fetchAll(statement, arguments: [outboundStudy, id, limit])
    }
  }

  /// One earlier taking of an instance, and what became of it.
  public struct EarlierTaking: Sendable {
    /// The instance.
    public var instance: TakenInstance
    /// The state of its outbound study.
    public var study: OutboundStudyState
    /// Its parcels, each with its recipient and state; none while it is not sealed.
    public var parcels: [(recipient: String, state: OutboundParcelState)]
  }

  /// What was already taken under this SOP Instance UID for this study and not discarded.
  public func takenInstances(sopInstanceUID: String, study: String) throws -> [EarlierTaking] {
    try snapshot { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT t.*, c.state AS studyState FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
          WHERE t.sopInstanceUID = ? AND c.study = ? AND c.state <> 'discarded' AND t.claimed = 1
          """)
      return try Row.fetchAll(statement, arguments: [sopInstanceUID, study]).map { row in
        let instance = try TakenInstance(row: row)
        let parcels = try Row.fetchAll(
          database.cachedStatement(sql: "SELECT recipient, state FROM outboundParcel WHERE outboundStudy = ?"),
          arguments: [instance.outboundStudy]
        ).compactMap { row in
          OutboundParcelState(rawValue: row["state"]).map { (recipient: row["recipient"] as String, state: $0) }
        }
        return EarlierTaking(
          instance: instance, study: OutboundStudyState(rawValue: row["studyState"]) ?? .sealed, parcels: parcels)
      }
    }
  }

  /// The first SOP Instance UID that an outbound study holds twice with different bytes.
  public func contradiction(inOutboundStudy id: String) throws -> String? {
    try read { database in
      try String.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT sopInstanceUID FROM taken WHERE outboundStudy = ? AND claimed = 1 AND sopInstanceUID IS NOT NULL
            GROUP BY sopInstanceUID HAVING COUNT(DISTINCT sha256) > 1 LIMIT 1
            """), arguments: [id])
    }
  }

  /// How many instances of a study were taken in all and are on their way or delivered.
  public func instanceCount(study: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT COUNT(DISTINCT t.sopInstanceUID) FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
            WHERE c.study = ? AND c.state <> 'discarded' AND t.claimed = 1
            """), arguments: [study]) ?? 0
    }
  }

  /// Outbound studies in a state, oldest first: a portion.
  public func outboundStudies(
    in state: OutboundStudyState, after last: OutboundStudy? = nil, limit: Int
  ) throws -> [OutboundStudy] {
    try read { database in
      try OutboundStudy.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundStudy WHERE state = ? AND (since, id) > (?, ?) ORDER BY since, id LIMIT ?
            """), arguments: [state.rawValue, last?.since ?? "", last?.id ?? "", limit])
    }
  }

  /// The outbound study with this id.
  public func outboundStudy(_ id: String) throws -> OutboundStudy? {
    try read { try OutboundStudy.fetchOne($0, key: id) }
  }

  /// The partners that an outbound study goes to.
  public func recipients(outboundStudy id: String) throws -> [Recipient] {
    try read { try self.recipients(of: id, $0) }
  }

  func recipients(of id: String, _ database: Database) throws -> [Recipient] {
    try Recipient.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM recipient WHERE outboundStudy = ? ORDER BY partner"),
      arguments: [id])
  }
}
