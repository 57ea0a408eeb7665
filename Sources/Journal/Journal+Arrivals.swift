public import Custody
internal import GRDB

// What comes out of the mailboxes: first an arrival, and, once it is verified, a parcel or an entry of the quarantine.

extension Journal {
  /// Writes down that something lies in a mailbox, and that it is to be taken out of it; once for each thing there.
  ///
  /// - Returns: false where the same name of the same partner is being taken out already.
  @discardableResult
  public func expect(_ arrival: Arrival) throws -> Bool {
    try write { database in
      let isKnown =
        try Bool.fetchOne(
          database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM arrival WHERE partner = ? AND name = ? AND isHere = 0)"),
          arguments: [arrival.partner, arrival.name]) ?? false
      if isKnown { return false }
      try arrival.insert(database)
      try database.owe(
        [.fetch(arrival: arrival.id, partner: arrival.partner, name: arrival.name)],
        about: DutySubject.arrival(arrival.id))
      return true
    }
  }

  /// Writes down that an arrival lies in its place; false: its sender took it away before.
  public func fetched(_ id: String, isHere: Bool) throws {
    try write { database in
      if isHere {
        try database.run("UPDATE arrival SET isHere = 1 WHERE id = ?", [id])
      } else {
        try database.run("DELETE FROM arrival WHERE id = ?", [id])
      }
    }
  }

  /// Arrivals that lie in their place and for which nothing is owed: to be verified. Oldest first, a portion.
  public func arrivals(limit: Int) throws -> [Arrival] {
    try read { database in
      try Arrival.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM arrival a WHERE isHere AND NOT EXISTS (SELECT 1 FROM owed WHERE subject = 'arrival:' || a.id)
            ORDER BY id LIMIT ?
            """), arguments: [limit])
    }
  }

  /// The arrival with this id.
  public func arrival(_ id: String) throws -> Arrival? { try read { try Arrival.fetchOne($0, key: id) } }

  /// How many things are on their way out of a partner's mailbox or not verified yet.
  public func arrivalCount() throws -> Int {
    try read { try Int.fetchOne($0.cachedStatement(sql: "SELECT COUNT(*) FROM arrival")) ?? 0 }
  }

  /// Writes down what lies in a place for arrivals, or is to be moved there, without a line of its own.
  public func adopt(_ arrival: Arrival, duties: [Duty], event: Event) throws {
    try write { database in
      var row = arrival
      row.isHere = true
      try row.insert(database)
      try database.owe(duties, about: DutySubject.arrival(row.id))
      try event.append(to: database)
    }
  }

  /// Writes down a parcel whose signature and digest hold, taken from an arrival.
  ///
  /// - Parameter change: `arrived`; or `replaced` or `restored`, where this copy takes the place of a damaged or lost one.
  public func arrived(
    _ parcel: InboundParcel, by change: InboundParcelChange = .arrived, from arrival: String, event: Event
  ) throws {
    try write { database in
      let known = try InboundParcel.fetchOne(database, key: parcel.id)
      let facts = InboundParcelFacts(id: parcel.id, answer: parcel.answer(), arrival: arrival, entry: known?.entry)
      let (state, owed) = try required(
        Machine.inboundParcel, from: known?.state, by: change, of: facts, "parcel \(parcel.id)")
      if let known { try settleEntry(of: known, by: change, database) }
      var row = parcel
      row.state = state
      // What was damaged or lost never settled an instance: the row begins anew. That a person took it back stays known.
      row.undone = known?.undone ?? 0
      try row.upsert(database)
      try database.run("DELETE FROM arrival WHERE id = ?", [arrival])
      try database.owe(owed, about: DutySubject.inbound(parcel.id))
      try event.append(to: database)
    }
  }

  /// Writes down that an arrival is a copy of a parcel that is here already: it is removed, and its sender is told again
  /// what became of the parcel.
  ///
  /// - Parameter answers: what the sender is told of the parcel as it is in that moment: a person may just have decided.
  public func arrivedAgain(
    _ arrival: String, of parcel: String, event: Event, answers: (InboundParcel?) throws -> [Answer]
  ) throws {
    try write { database in
      let answers = try answers(InboundParcel.fetchOne(database, key: parcel))
      try database.run("DELETE FROM arrival WHERE id = ?", [arrival])
      try database.owe(
        [.remove(.arrival(arrival))] + answers.map { .answer($0) }, about: DutySubject.arrival(arrival))
      try event.append(to: database)
    }
  }

  /// Tells a parcel's sender again what became of it, unless something is owed for the parcel.
  ///
  /// - Parameter answer: what the sender is told of the parcel as it is in that moment; nil: nothing.
  /// - Returns: whether something is owed now.
  public func answerAgain(
    _ parcel: String, event: (InboundParcel, Answer) -> Event, answer: (InboundParcel) -> Answer?
  ) throws -> Bool {
    try write { database in
      guard let known = try InboundParcel.fetchOne(database, key: parcel), let answer = answer(known),
        try !database.isOwed(DutySubject.inbound(parcel))
      else { return false }
      try database.owe([.answer(answer)], about: DutySubject.inbound(parcel))
      try event(known, answer).append(to: database)
      return true
    }
  }

  /// Writes down that an arrival is refused: it goes into the quarantine with its reason, and its sender is told.
  ///
  /// - Parameter answer: what the sender is told, where a parcel of the entry's name is here as it is in that moment; nil
  ///   where there is no parcel that could be answered.
  public func refused(
    _ arrival: String, as entry: QuarantineEntry, reason: Reason, event: Event,
    answer: (InboundParcel?) throws -> Answer?
  ) throws {
    try write { database in
      let answer = try answer(entry.parcel.flatMap { try InboundParcel.fetchOne(database, key: $0) })
      let facts = QuarantineFacts(
        name: entry.name, origin: .arrival(arrival, name: entry.item, answer: answer), reason: reason)
      let (_, owed) = try required(
        Machine.quarantine, from: nil, by: .quarantined, of: facts, "entry \(entry.name)")
      try entry.insert(database)
      try database.run("DELETE FROM arrival WHERE id = ?", [arrival])
      try database.owe(owed, about: DutySubject.entry(entry.name))
      try event.append(to: database)
    }
  }
}
