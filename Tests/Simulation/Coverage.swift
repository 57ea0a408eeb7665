import Custody
import Synchronization

/// Which lines of the tables, and which duties, the schedules have reached.
final class Coverage: Sendable {
  /// A change of a table that was committed.
  struct Step {
    let line: String
    let owed: [Duty]

    init<State: RawRepresentable<String>, Change: RawRepresentable<String>>(
      from state: State?, _ change: Change, _ owed: [Duty]
    ) {
      line = Coverage.line(from: state, change)
      self.owed = owed
    }
  }

  private struct State {
    var steps: [String: Int] = [:]
    var duties: [String: Int] = [:]
    var repeated: [String: Int] = [:]
  }

  private let state = Mutex(State())

  func saw(_ step: Step) {
    state.withLock { state in
      state.steps[step.line, default: 0] += 1
      for duty in step.owed { state.duties[Self.name(of: duty), default: 0] += 1 }
    }
  }

  /// A duty that stood when its service was killed: it may have been begun, and is performed again.
  func stood(_ duty: Duty) {
    let name = Self.name(of: duty)
    state.withLock { $0.repeated[name, default: 0] += 1 }
  }

  private static func name(of duty: Duty) -> String { Mirror(reflecting: duty).children.first?.label ?? "\(duty)" }

  private static func name(_ machine: Any.Type) -> String {
    switch machine {
    case is OutboundStudyChange.Type: "outbound study"
    case is OutboundParcelChange.Type: "outbound parcel"
    case is InboundParcelChange.Type: "inbound parcel"
    default: "quarantine"
    }
  }

  private static func line<State: RawRepresentable<String>, Change: RawRepresentable<String>>(
    from state: State?, _ change: Change
  ) -> String {
    "\(name(Change.self)): \(state?.rawValue ?? "-") \(change.rawValue)"
  }

  private static func lines<State: RawRepresentable<String>, Change: RawRepresentable<String>, Facts>(
    _ machine: Machine<State, Change, Facts>
  ) -> [String] {
    machine.transitions.flatMap { transition in transition.from.map { line(from: $0, transition.change) } }
  }

  /// Every line of every table.
  static var all: [String] {
    lines(Machine.outboundStudy) + lines(Machine.outboundParcel) + lines(Machine.inboundParcel)
      + lines(Machine.quarantine)
  }

  /// What was never reached.
  var missing: [String] { state.withLock { state in Self.all.filter { state.steps[$0] == nil } } }

  /// A report for people.
  var report: String {
    state.withLock { state in
      var text = ""
      for line in Self.all { text += "  \(state.steps[line] ?? 0)\t\(line)\n" }
      text += "duties: owed by a step, and how often one stood at a kill\n"
      for name in Set(state.duties.keys).union(state.repeated.keys).sorted() {
        text += "  \(state.duties[name] ?? 0)\t\(state.repeated[name] ?? 0)\t\(name)\n"
      }
      return text
    }
  }
}
