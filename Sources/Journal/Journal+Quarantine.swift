public import Custody
internal import GRDB

extension Journal {
  /// Changes an entry of the quarantine that is not a parcel of the journal: what is owed follows from where it came from.
  ///
  /// Its instances count as discarded with it; released and voided ones are as if they had never been taken.
  ///
  /// - Parameter newArrival: with `released`, where it came out of a mailbox: the arrival that it becomes.
  /// - Returns: the changed entry; nil where it is settled already.
  /// - Throws: ``JournalError`` `notFound`.
  @discardableResult
  public func change(
    quarantine name: String, by change: QuarantineChange, newArrival: Arrival? = nil, event: Event
  ) throws -> QuarantineEntry? {
    try write { database in
      guard var entry = try QuarantineEntry.fetchOne(database, key: name) else {
        throw JournalError(.notFound, "\(name): nothing of this name is in quarantine. See: studypost quarantine list")
      }
      let before = entry.state
      try self.change(&entry, by: change, newArrival: newArrival, event: event, database)
      return entry.state == before ? nil : entry
    }
  }

  /// As a part of the transaction that is open; an entry that is settled already stays as it is.
  func change(
    _ entry: inout QuarantineEntry, by change: QuarantineChange, newArrival: Arrival? = nil, event: Event,
    _ database: Database
  ) throws {
    let name = entry.name
    let isOfSource = entry.direction == .out
    let kept =
      isOfSource && change != .voided
      ? try TakenInstance.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM taken WHERE quarantine = ? ORDER BY id"), arguments: [name]) : []
    let origin: QuarantineFacts.Origin =
      isOfSource
      ? .kept(kept.compactMap { row in row.itemInEntry.map { ReleasedFile($0, to: row.origin) } })
      : .arrival("", name: entry.item, answer: nil)
    let facts = QuarantineFacts(name: name, origin: origin, newArrival: newArrival?.id)
    guard let (state, owed) = try step(Machine.quarantine, from: entry.state, by: change, of: facts, "entry \(name)")
    else { return }
    // Its way out is owed for another subject, and would not wait for its way in.
    if newArrival != nil, try database.isOwed(DutySubject.entry(name)) {
      throw JournalError(.wrongState, "\(name): it is still being put into quarantine. Try again in a moment.")
    }
    entry.state = state
    entry.since = journalTime()
    try entry.update(database)
    if state == .released {
      try database.run("DELETE FROM taken WHERE quarantine = ?", [name])
    }
    if var newArrival {
      newArrival.isHere = true
      try newArrival.insert(database)
    }
    if change == .voided {
      // What was owed for it, its reason, is not owed any more.
      try database.run("DELETE FROM owed WHERE subject = ?", [DutySubject.entry(name)])
    }
    // The arrival may be looked at only after the move.
    let subject = newArrival.map { DutySubject.arrival($0.id) } ?? DutySubject.entry(name)
    try database.owe(owed, about: subject)
    try event.append(to: database)
    // What became of each file of a dropped folder is found by its own path, too.
    if entry.item == QuarantineEntry.files {
      for file in kept {
        var line = event
        line.file = file.origin
        try line.append(to: database)
      }
    }
  }

  /// Entries that lie in `quarantine/`, oldest first: a portion.
  public func quarantine(limit: Int, offset: Int = 0) throws -> [QuarantineEntry] {
    try read {
      try QuarantineEntry.fetchAll(
        $0.cachedStatement(
          sql: "SELECT * FROM quarantine WHERE state = 'quarantined' ORDER BY since, name LIMIT ? OFFSET ?"),
        arguments: [limit, offset])
    }
  }

  /// Why files of a study were refused, with their number: files whose place another one took since do not count.
  public func refusedFiles(study: String) throws -> [(code: String, count: Int)] {
    try read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT q.code, COUNT(*) FROM quarantine q INDEXED BY quarantine_study
            JOIN taken r INDEXED BY taken_quarantine ON r.quarantine = q.name
            WHERE q.study = ? AND q.direction = 'out' AND q.state = 'quarantined'
              AND NOT EXISTS (SELECT 1 FROM outboundStudy s INDEXED BY outboundStudy_study
                JOIN taken t ON t.outboundStudy = s.id WHERE s.study = q.study AND t.origin = r.origin)
            GROUP BY q.code ORDER BY q.code
            """), arguments: [study]
      ).map { ($0[0], $0[1]) }
    }
  }

  /// Entries that have lain in `quarantine/` since before a time: a portion.
  public func purgeableQuarantine(before time: String, limit: Int) throws -> [QuarantineEntry] {
    try read {
      try QuarantineEntry.fetchAll(
        $0.cachedStatement(
          sql: "SELECT * FROM quarantine WHERE state = 'quarantined' AND since <= ? ORDER BY since LIMIT ?"),
        arguments: [time, limit])
    }
  }

  /// Entries that lie in `quarantine/` and hold a parcel of this id from this partner.
  public func quarantineEntries(parcel: String, partner: String) throws -> [QuarantineEntry] {
    try read {
      try QuarantineEntry.fetchAll(
        $0.cachedStatement(
          sql: "SELECT * FROM quarantine WHERE parcel = ? AND partner = ? AND state = 'quarantined' LIMIT 100"),
        arguments: [parcel, partner])
    }
  }

  /// What partners sent and lies in `quarantine/` for a reason, newest first: a portion.
  public func quarantined(for code: String, limit: Int) throws -> [QuarantineEntry] {
    try read {
      try QuarantineEntry.fetchAll(
        $0.cachedStatement(
          sql: """
            SELECT * FROM quarantine WHERE state = 'quarantined' AND code = ? AND direction = 'in'
            ORDER BY since DESC LIMIT ?
            """), arguments: [code, limit])
    }
  }

  /// The entry of this name.
  public func quarantineEntry(_ name: String) throws -> QuarantineEntry? {
    try read { try QuarantineEntry.fetchOne($0, key: name) }
  }

  /// The instances that a quarantine entry holds.
  public func instances(quarantine name: String) throws -> [TakenInstance] {
    try read {
      try TakenInstance.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM taken WHERE quarantine = ? ORDER BY id"), arguments: [name])
    }
  }
}
