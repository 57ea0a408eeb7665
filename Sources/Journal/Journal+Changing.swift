internal import Custody
internal import FoundationEssentials
internal import GRDB

// How everything in custody changes: the new state, the event and what is then owed are one transaction.

extension Journal {
  /// The step that a change is, as a part of the transaction that is open.
  ///
  /// - Returns: nil where the change must not happen in that state: somebody else was faster.
  /// - Throws: ``JournalError`` `wrongState` where it may happen and its facts are missing. That is a defect, and no
  ///   answer to go on with: the thing would stay as it is, and be tried again for ever.
  func step<State: RawRepresentable<String>, Change: RawRepresentable<String>, Facts>(
    _ machine: Machine<State, Change, Facts>, from state: State?, by change: Change, of facts: Facts, _ thing: String
  ) throws -> (State, [Duty])? {
    guard let (next, owed) = machine.step(from: state, by: change, of: facts) else {
      if machine.allows(change, from: state) {
        throw JournalError(.wrongState, "\(thing): \(change) cannot happen, since its facts are missing.")
      }
      return nil
    }
    commits?.willChange(from: state, by: change, owing: owed)
    return (next, owed)
  }

  /// The step that a change is, where nothing else is expected.
  ///
  /// - Throws: ``JournalError`` `wrongState`: the change must not happen in that state, and nothing is written.
  func required<State: RawRepresentable<String>, Change: RawRepresentable<String>, Facts>(
    _ machine: Machine<State, Change, Facts>, from state: State?, by change: Change, of facts: Facts, _ thing: String
  ) throws -> (State, [Duty]) {
    guard let step = try step(machine, from: state, by: change, of: facts, thing) else {
      let present = state.map { "it is \($0)" } ?? "it does not exist"
      throw JournalError(.wrongState, "\(thing): \(change) cannot happen, since \(present).")
    }
    return step
  }
}

/// What duties are about.
enum DutySubject {
  static func study(_ id: String) -> String { "study:\(id)" }
  static func parcel(_ id: String) -> String { "parcel:\(id)" }
  static func inbound(_ id: String) -> String { "inbound:\(id)" }
  static func arrival(_ id: String) -> String { "arrival:\(id)" }
  static func entry(_ name: String) -> String { "entry:\(name)" }
  static func file(_ path: String) -> String { "file:\(path)" }
  static func record(_ id: String) -> String { "record:\(id)" }
  static func alert(_ key: String) -> String { "alert:\(key)" }
}

extension Database {
  /// Writes down what is owed.
  func owe(_ duties: [Duty], about subject: String) throws {
    for duty in duties {
      var duty = duty
      if case .answer(let answer) = duty { duty = .answer(try inOrder(answer)) }
      try Owed(duty, subject: subject).insert(self)
    }
  }

  /// Gives an answer a later time than the one before it to the same parcel has: the sender, to whom the later one counts, is
  /// not to be misled by a clock that was set back.
  private func inOrder(_ answer: Answer) throws -> Answer {
    var answer = answer
    let last = try String.fetchOne(
      cachedStatement(sql: "SELECT answeredAt FROM inboundParcel WHERE id = ?"), arguments: [answer.parcel])
    if let last, answer.at <= last, let date = date(ofJournalTime: last) {
      // More than a millisecond, since what is less than one is cut off.
      answer.at = journalTime(date + 0.0015)
    }
    try run("UPDATE inboundParcel SET answeredAt = ? WHERE id = ?", [answer.at, answer.parcel])
    return answer
  }

  /// Whether anything is owed for a subject.
  func isOwed(_ subject: String) throws -> Bool {
    try Bool.fetchOne(
      cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM owed WHERE subject = ?)"), arguments: [subject]) ?? false
  }
}
