import Custody
import FaultySpool
import Journal

/// Stands before and after each commit of a site's journal: keeps those of a killed process from happening, and sees which
/// lines of the tables are taken.
///
/// For one thread.
final class CommitGate: CommitObserver, @unchecked Sendable {
  struct Refused: Error {}

  private let coverage: Coverage
  /// The process whose step is made at this moment; nil: a person, who is never interrupted.
  var process: SimulatedProcess?
  /// What happens at the commits of this step.
  var before: (() -> Bool)?
  var after: (() -> Void)?
  /// How many transactions were committed.
  private(set) var commits = 0
  /// Changes of the transaction that is open.
  private var open: [Coverage.Step] = []

  init(_ coverage: Coverage) { self.coverage = coverage }

  /// Begins anew, for another schedule.
  func reset() {
    (process, before, after) = (nil, nil, nil)
    commits = 0
  }

  func willChange<State: RawRepresentable<String>, Change: RawRepresentable<String>>(
    from state: State?, by change: Change, owing owed: [Duty]
  ) {
    open.append(Coverage.Step(from: state, change, owed))
  }

  func willCommit() throws {
    guard let process else { return }
    let mayCommit = before?() ?? true
    if process.system.isDead || !mayCommit { throw Refused() }
  }

  func didCommit() {
    commits += 1
    for step in open { coverage.saw(step) }
    open = []
    if process != nil { after?() }
  }

  func didRollBack() { open = [] }
}
