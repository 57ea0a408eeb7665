import Journal

/// The journals of both sites, used by one schedule after the other: to make one takes longer than to run a schedule on it.
final class Journals {
  let coverage: Coverage
  private var made: [String: (Journal, CommitGate)] = [:]

  init(_ coverage: Coverage) { self.coverage = coverage }

  /// The journal of a site, without a row.
  func empty(_ site: String) throws -> (Journal, CommitGate) {
    if let (journal, gate) = made[site] {
      gate.reset()
      try journal.empty()
      gate.reset()
      return (journal, gate)
    }
    let gate = CommitGate(coverage)
    let journal = try Journal(inMemory: gate)
    gate.reset()
    made[site] = (journal, gate)
    return (journal, gate)
  }
}
