/// The life of one kind of thing in custody: every change that may happen to it, in one table.
///
/// A change that is not in the table cannot be made: ``step(from:by:of:)`` answers nil, and the journal writes nothing.
public struct Machine<State: Hashable & Sendable, Change: Hashable & Sendable, Facts: Sendable>: Sendable {
  /// One line of the table.
  public struct Transition: Sendable {
    /// The states in which the change may happen; nil: before the thing exists.
    public let from: [State?]
    /// What happens.
    public let change: Change
    /// The state afterwards.
    public let to: State
    /// What is then owed, in this order; nil where the facts do not say enough: then the change must not happen.
    let owes: @Sendable (Facts) -> [Duty]?
  }

  /// The table.
  public let transitions: [Transition]

  init(_ transitions: [Transition]) { self.transitions = transitions }

  /// What a change makes of a thing.
  ///
  /// - Parameters:
  ///   - state: the present state; nil where the thing does not exist yet.
  ///   - change: what happens.
  ///   - facts: what the duties must know.
  /// - Returns: the new state and what is then owed; nil where the change must not happen in that state, or the facts lack
  ///   what its duties need: a thing that changes without them would be left where it lies, and forgotten.
  public func step(from state: State?, by change: Change, of facts: Facts) -> (state: State, owed: [Duty])? {
    guard let transition = transitions.first(where: { $0.change == change && $0.from.contains(state) }),
      let owed = transition.owes(facts)
    else { return nil }
    return (transition.to, owed)
  }

  /// Whether a change may happen in a state; nil: before the thing exists.
  public func allows(_ change: Change, from state: State?) -> Bool {
    transitions.contains { $0.change == change && $0.from.contains(state) }
  }

  /// The states in which a change may happen.
  public func states(before change: Change) -> [State] {
    transitions.filter { $0.change == change }.flatMap { $0.from.compactMap(\.self) }
  }
}

extension Machine.Transition {
  /// A line of a table.
  init(
    _ from: [State?], _ change: Change, _ to: State, owes: @escaping @Sendable (Facts) -> [Duty]? = { _ in [] }
  ) {
    self.init(from: from, change: change, to: to, owes: owes)
  }
}
