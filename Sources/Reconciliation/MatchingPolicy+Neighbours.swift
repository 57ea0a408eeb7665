import Patients

extension MatchingPolicy {
  /// Another local patient with the candidate's birth date, whom the sender's name fits at least as well: a twin, mostly,
  /// whose number was taken for the other's. None where the candidate's name is the sender's, letter by letter.
  func neighbour(
    of candidate: Patient, _ identity: StudyIdentity, among patients: some LocalPatients
  ) throws -> Patient? {
    guard !lifted.contains(.neighbour), let date = candidate.birthDate,
      CalendarDate(date) == identity.birthDate.flatMap(CalendarDate.init)
    else {
      return nil
    }
    let names = SenderNames(identity, without: lifted)
    let agreement = names.agreement(with: candidate)
    if agreement.isEqual { return nil }
    return try patients.neighbours(birthDate: date) { family, given, birthName in
      [family, birthName].compactMap(\.self).contains { name in
        names.agreement(with: [ComparableName(family: name, given: given, without: lifted)]).family >= thresholds.family
      }
    }.first { other in
      guard other.id != candidate.id, other.mergedInto != candidate.id else { return false }
      let neighbour = names.agreement(with: other)
      return neighbour.family >= thresholds.family && neighbour.given >= thresholds.given
        && neighbour.given >= agreement.given
    }
  }
}

extension Decision.Reason {
  static func neighbour(_ other: Patient, of candidate: Patient) -> Decision.Reason {
    .init(
      code: .neighbour,
      sentence: "Local patient \(other.localID), “\(other.family), \(other.given)”, was born on the same day as "
        + "\(candidate.localID), and the sender's name fits at least as well: the number may be taken for the other's.")
  }
}
