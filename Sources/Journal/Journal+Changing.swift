internal import Custody
internal import GRDB

// How everything in custody changes: the new state, the event and what is then owed are one transaction.

extension Machine {
  /// The step that a change is.
  ///
  /// - Throws: ``JournalError`` `wrongState`: the change must not happen in that state, and nothing is written.
  func required(from state: State?, by change: Change, of facts: Facts, _ thing: String) throws -> (State, [Duty]) {
    guard let step = step(from: state, by: change, of: facts) else {
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
  static func alert(_ key: String) -> String { "alert:\(key)" }
}

extension Database {
  /// Writes down what is owed.
  func owe(_ duties: [Duty], about subject: String) throws {
    for duty in duties { try Owed(duty, subject: subject).insert(self) }
  }

  /// Whether anything is owed for a subject.
  func isOwed(_ subject: String) throws -> Bool {
    try Bool.fetchOne(
      cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM owed WHERE subject = ?)"), arguments: [subject]) ?? false
  }
}
