import Journal
import Patients
import PatientLists

/// The journals of both sites, used by one schedule after the other: to make one takes longer than to run a schedule on it.
final class Journals {
  let coverage: Coverage
  private var made: [String: (Journal, CommitGate)] = [:]

  private var indexes: [String: PatientIndex] = [:]

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

  /// The patient index of a site, without a patient.
  func emptyIndex(_ site: String) throws -> PatientIndex {
    let index = try indexes[site] ?? PatientIndex(inMemory: ())
    indexes[site] = index
    try index.replace(with: [])
    return index
  }
}
