import FaultySpool
import Journal

/// Stands before and after each commit of a site's journal: keeps those of a killed process from happening.
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

  init(_ coverage: Coverage) { self.coverage = coverage }

  func willCommit() throws {
    if let process {
      let mayCommit = before?() ?? true
      if process.system.isDead || !mayCommit {
        coverage.rollBack()
        throw Refused()
      }
    }
  }

  func didCommit() {
    commits += 1
    coverage.commit()
    if process != nil { after?() }
  }
}
