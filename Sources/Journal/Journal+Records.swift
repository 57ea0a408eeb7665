public import Custody
internal import GRDB

// What the patient record is told, and what it answers.

extension Journal {
  /// The message with this control id.
  public func recordMessage(_ id: String) throws -> RecordMessage? {
    try read { try RecordMessage.fetchOne($0, key: id) }
  }

  /// The messages about a parcel, in the order in which they were made.
  public func recordMessages(parcel: String) throws -> [RecordMessage] {
    try read { try RecordMessage.all(about: parcel, $0) }
  }

  /// The last request to register the patient of a study, of whichever of its parcels.
  public func recordRequest(study: String) throws -> RecordMessage? {
    try read { database in
      try RecordMessage.fetchOne(
        database.cachedStatement(
          sql: "SELECT * FROM recordMessage WHERE study = ? AND kind = 'request' ORDER BY rowid DESC LIMIT 1"),
        arguments: [study])
    }
  }

  /// Messages in any of these states, oldest first: a portion.
  public func recordMessages(
    in states: [RecordMessageState], limit: Int, offset: Int = 0
  ) throws -> [RecordMessage] {
    try read { database in
      try RecordMessage.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM recordMessage WHERE state IN (\(states.list)) ORDER BY since, id LIMIT ? OFFSET ?"),
        arguments: [limit, offset])
    }
  }

  /// Messages for which something is due, or that are expected to be answered: a portion, the next one first.
  public func openRecordMessages(limit: Int, offset: Int = 0) throws -> [RecordMessage] {
    try read { database in
      try RecordMessage.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM recordMessage INDEXED BY recordMessage_open
            WHERE due IS NOT NULL OR state = 'failed' ORDER BY due, id LIMIT ? OFFSET ?
            """), arguments: [limit, offset])
    }
  }

  /// How many messages there are; only the open ones, unless all are wanted.
  public func recordMessageCount(all: Bool) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: all
            ? "SELECT COUNT(*) FROM recordMessage"
            : """
            SELECT COUNT(*) FROM recordMessage INDEXED BY recordMessage_open WHERE due IS NOT NULL OR state = 'failed'
            """)) ?? 0
    }
  }

  /// Messages that were written at least so often and are still not answered, or still deferred: a portion, in no order.
  public func recordMessages(_ state: RecordMessageState, writtenAtLeast attempts: Int) throws -> [RecordMessage] {
    try read { database in
      try RecordMessage.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM recordMessage INDEXED BY recordMessage_open
            WHERE (due IS NOT NULL OR state = 'failed') AND state = ? AND attempts >= ? LIMIT 1000
            """), arguments: [state.rawValue, attempts])
    }
  }

  /// When the EHR last answered any message; nil: it never did.
  public func lastRecordAnswer() throws -> String? {
    try read { try String.fetchOne($0.cachedStatement(sql: "SELECT MAX(answeredAt) FROM recordMessage")) }
  }

  /// Adds a message that follows from no change of its parcel.
  public func add(_ message: RecordMessage, event: Event) throws {
    try write { database in
      try add(message, about: DutySubject.record(message.id), database)
      try event.append(to: database)
    }
  }

  /// Adds a message, with what is then owed, as a part of the transaction that is open. What it makes void is not written any
  /// more: a result the request for its patient, a correction the results before it.
  func add(_ message: RecordMessage, about subject: String, _ database: Database) throws {
    var row = message
    let (state, owed) = try required(
      Machine.recordMessage, from: nil, by: .made, of: row.facts, "message \(row.id)")
    row.state = state
    let earlier = try RecordMessage.all(about: row.parcel, database)
    // Behind those before it, in the order of names.
    if !earlier.isEmpty { row.file = "\(row.parcel)_\(earlier.count + 1).hl7" }
    for var other in earlier where row.kind.voids(other.kind) {
      guard
        let (state, owed) = try step(
          Machine.recordMessage, from: other.state, by: .discarded, of: other.facts, "message \(other.id)")
      else { continue }
      other.state = state
      other.since = journalTime()
      other.due = nil
      try other.update(database)
      try database.owe(owed, about: subject)
    }
    try row.insert(database)
    try database.owe(owed, about: subject)
  }

  /// Changes a message, tells why, and writes down what is then owed, in one transaction.
  ///
  /// - Returns: nil where the change must not happen in the state that the message has.
  @discardableResult
  public func change(
    recordMessage id: String, by change: RecordMessageChange, event: Event?,
    _ set: (inout RecordMessage) -> Void = { _ in }
  ) throws -> RecordMessage? {
    try write { database in
      guard var row = try RecordMessage.fetchOne(database, key: id) else {
        throw JournalError(.notFound, "message \(id) is not in the journal.")
      }
      guard
        let (state, owed) = try step(
          Machine.recordMessage, from: row.state, by: change, of: row.facts, "message \(id)")
      else { return nil }
      if state != row.state { row.since = journalTime() }
      row.state = state
      if !owed.isEmpty, state == .written {
        row.attempts = change == .retried ? 1 : row.attempts + 1
        row.writtenAt = journalTime()
      }
      set(&row)
      try row.update(database)
      try database.owe(owed, about: DutySubject.record(id))
      try event?.append(to: database)
      return row
    }
  }

  /// Messages for which something was due before a time: a portion, the first one first.
  public func recordMessages(dueBefore time: String, limit: Int) throws -> [RecordMessage] {
    try read { database in
      try RecordMessage.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM recordMessage INDEXED BY recordMessage_open
            WHERE due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?
            """), arguments: [time, limit])
    }
  }

  /// Brings messages near that are due after a time: the clock was set back.
  public func bringNear(recordMessagesDueAfter time: String, to near: String) throws {
    let isAny = try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM recordMessage INDEXED BY recordMessage_open WHERE due IS NOT NULL AND due > ?)
            """), arguments: [time]) ?? false
    }
    guard isAny else { return }
    try write { try $0.run("UPDATE recordMessage SET due = ? WHERE due IS NOT NULL AND due > ?", [near, time]) }
  }

  /// Lets messages be looked at later, in one transaction; nil: never by themselves.
  public func postpone(recordMessages ids: [String], to due: String?) throws {
    guard !ids.isEmpty else { return }
    try write { database in
      for id in ids { try database.run("UPDATE recordMessage SET due = ? WHERE id = ?", [due, id]) }
    }
  }

  /// Forgets the texts of messages that were closed before a time: a portion.
  ///
  /// - Returns: how many.
  @discardableResult
  public func forgetRecordMessages(closedBefore time: String, limit: Int) throws -> Int {
    let closed = try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT id FROM recordMessage INDEXED BY recordMessage_text
            WHERE message IS NOT NULL AND due IS NULL AND state <> 'failed' AND since <= ? ORDER BY since LIMIT ?
            """), arguments: [time, limit])
    }
    guard !closed.isEmpty else { return 0 }
    try write { database in
      for id in closed { try database.run("UPDATE recordMessage SET message = NULL WHERE id = ?", [id]) }
    }
    return closed.count
  }
}

extension RecordMessage.Kind {
  fileprivate func voids(_ earlier: Self) -> Bool {
    switch self {
    case .result: earlier == .request
    case .correction: earlier == .result
    case .request: false
    }
  }
}

extension RecordMessage {
  fileprivate static func all(about parcel: String, _ database: Database) throws -> [RecordMessage] {
    try fetchAll(
      database.cachedStatement(sql: "SELECT * FROM recordMessage WHERE parcel = ? ORDER BY rowid"),
      arguments: [parcel])
  }
}
