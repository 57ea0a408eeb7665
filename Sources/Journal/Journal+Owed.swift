public import Custody
internal import GRDB

// What is owed: read by the one executor, and struck out when it is durable.

extension Journal {
  /// What a service owes and can perform now: of each subject the first duty only, oldest first. A portion.
  ///
  /// - Parameters:
  ///   - service: who performs it.
  ///   - after: the number of the last duty of the portion before.
  ///   - limit: how many.
  public func owed(by service: Service, after: Int64 = 0, limit: Int) throws -> [Owed] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT * FROM owed o WHERE service = ? AND id > ?
            AND NOT EXISTS (SELECT 1 FROM owed e WHERE e.subject = o.subject AND e.id < o.id)
          ORDER BY id LIMIT ?
          """)
      return try Owed.fetchAll(statement, arguments: [service.rawValue, after, limit])
    }
  }

  /// All that is owed for one subject, in order.
  public func owed(subject: String) throws -> [Owed] {
    try read {
      try Owed.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM owed WHERE subject = ? ORDER BY id"), arguments: [subject])
    }
  }

  /// Whether anything is owed for a subject.
  public func isOwing(subject: String) throws -> Bool { try read { try $0.isOwed(subject) } }

  /// Whether a service owes anything.
  public func isOwing(_ service: Service) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM owed WHERE service = ?)"),
        arguments: [service.rawValue]) ?? false
    }
  }

  /// Whether any duty of a service, whatever it is about, names this thing: an id that stands nowhere else.
  public func isOwing(_ service: Service, naming id: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM owed WHERE service = ? AND instr(duty, ?) > 0)"),
        arguments: [service.rawValue, id]) ?? false
    }
  }

  /// Strikes duties out: they are performed, and durably.
  public func strike(_ ids: [Int64]) throws {
    guard !ids.isEmpty else { return }
    try write { database in
      let statement = try database.cachedStatement(sql: "DELETE FROM owed WHERE id = ?")
      for id in ids { try statement.execute(arguments: [id]) }
    }
  }

  /// Writes down why a duty could not be performed. It stays owed.
  ///
  /// - Returns: whether it is still owed: it may have been struck out with its subject meanwhile.
  public func failed(_ id: Int64, error: String) throws -> Bool {
    try write { database in
      try database.run(
        "UPDATE owed SET failures = failures + 1, error = ? WHERE id = ?", [error, id])
      return database.changesCount > 0
    }
  }

  /// Settles the alerts of subjects for which no failed duty is owed any more, whoever struck it out.
  ///
  /// - Parameter prefix: what stands before the subject in the alerts' keys.
  public func settle(alertsOfPerformedDuties prefix: String) throws {
    let performed = try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT key FROM alert WHERE substr(key, 1, length(:p)) = :p
              AND NOT EXISTS (SELECT 1 FROM owed WHERE subject = substr(key, length(:p) + 1) AND failures > 0)
            """), arguments: ["p": prefix])
    }
    for key in performed { try settle(alert: key) }
  }

  /// Duties that failed, oldest first: a portion.
  public func failedDuties(limit: Int) throws -> [Owed] {
    try read { database in
      try Owed.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM owed WHERE failures > 0 ORDER BY id LIMIT ?"), arguments: [limit])
    }
  }

  /// Originals of a source that are in the journal and still to be removed from it, or to be moved into the quarantine:
  /// they must not be taken once more.
  public func owedOriginals() throws -> [Original] {
    try read { database in
      let cursor = try Owed.fetchCursor(
        database.cachedStatement(
          sql: "SELECT * FROM owed WHERE service = 'collect' AND (subject LIKE 'file:%' OR subject LIKE 'entry:%')"))
      var originals: [Original] = []
      while let owed = try cursor.next() {
        switch try? owed.decoded() {
        case .removeOriginal(let original): originals.append(original)
        case .quarantineOriginals(let files, _): originals += files.map(\.original)
        default: continue
        }
      }
      return originals
    }
  }

  /// What follows from a person's or the service's decision about no particular thing: kept in order with the others.
  public func owe(_ duties: [Duty], subject: String, event: Event? = nil) throws {
    try write { database in
      try database.owe(duties, about: subject)
      try event?.append(to: database)
    }
  }
}
