public import Custody
internal import GRDB

// Studies that wait for a person, decided again: all waiting parts of one at once, as they are at that moment.

extension Journal {
  /// What a study that waits is decided again from: a portion, in the order in which they came onto the worklist.
  ///
  /// - Parameter last: the last one of the portion before.
  public func heldParcels(after last: InboundParcel?, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel WHERE state = 'held' AND (since, id) > (?, ?) ORDER BY since, id LIMIT ?
            """), arguments: [last?.since ?? "", last?.id ?? "", limit])
    }
  }

  /// The parts of a study that wait for a person, the one that has waited longest first.
  public func waitingParts(study: String) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM inboundParcel WHERE study = ? AND state = 'held' ORDER BY since, id LIMIT 100"),
        arguments: [study])
    }
  }

  /// Gives all waiting parts of a study to a patient without a person, in one transaction.
  ///
  /// - Parameters:
  ///   - parts: as they were read. Where anything of them changed since, or where the study has parts that wait beside them or
  ///     were given to somebody else, nothing is written: a person, or another part, was faster.
  ///   - patient: the patient's local number.
  ///   - decision: what was found.
  ///   - event: for the history, of each part.
  /// - Returns: whether it was written.
  public func matched(
    _ parts: [InboundParcel], patient: String, decision: String, event: (InboundParcel) -> Event
  ) throws -> Bool {
    struct Outrun: Error {}
    do {
      try write { database in
        for known in parts {
          guard
            try change(
              known, by: .matched, database, event: event(known),
              { parcel in
                parcel.patient = patient
                parcel.isDecidedByPerson = false
                parcel.decision = decision
                parcel.duplicates = 0
                parcel.reasonCode = nil
                parcel.reason = nil
              })
          else { throw Outrun() }
        }
        for study in Set(parts.compactMap(\.study)) where try Self.isElsewhere(study, patient, database) {
          throw Outrun()
        }
      }
      return true
    } catch is Outrun {
      return false
    }
  }

  /// Writes down that a study still waits, for other reasons than before.
  ///
  /// - Returns: whether it was written; not where the parcel changed since it was read.
  public func renewed(
    _ known: InboundParcel, reason: Reason, decision: String, event: Event
  ) throws -> Bool {
    try write { database in
      try change(known, by: .renewed, database, reason: reason, event: event) { parcel in
        parcel.decision = decision
        parcel.reasonCode = reason.code
        parcel.reason = reason.sentence
      }
    }
  }

  /// Changes a parcel that waits, where it is still what it was when it was read.
  private func change(
    _ known: InboundParcel, by change: InboundParcelChange, _ database: Database, reason: Reason? = nil, event: Event,
    _ set: (inout InboundParcel) -> Void
  ) throws -> Bool {
    guard var parcel = try InboundParcel.fetchOne(database, key: known.id), parcel.state == .held,
      parcel.since == known.since, parcel.reasonCode == known.reasonCode, parcel.reason == known.reason,
      parcel.decision == known.decision
    else { return false }
    set(&parcel)
    let facts = InboundParcelFacts(id: parcel.id, answer: parcel.answer(), reason: reason)
    guard
      let (state, owed) = try step(
        Machine.inboundParcel, from: parcel.state, by: change, of: facts, "parcel \(parcel.id)")
    else { return false }
    if state != parcel.state { parcel.since = journalTime() }
    parcel.state = state
    try parcel.update(database)
    try database.owe(owed, about: DutySubject.inbound(parcel.id))
    try event.append(to: database)
    return true
  }

  /// Whether a study has parts that wait, or was given to somebody else.
  static func isElsewhere(_ study: String, _ patient: String, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT EXISTS (SELECT 1 FROM inboundParcel WHERE study = :study AND (state = 'held' OR
            (patient IS NOT NULL AND patient <> :patient AND state IN ('accepted', 'staged', 'offered', 'imported'))))
          """), arguments: ["study": study, "patient": patient]) ?? false
  }
}
