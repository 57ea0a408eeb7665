import NationalID
import Patients

extension MatchingPolicy {
  /// Another local patient for whom the candidate's number may be taken: born on the same day, or with the sender's name.
  /// None where the candidate's name is the sender's, letter by letter.
  func neighbour(
    of candidate: Patient, _ identity: StudyIdentity, among patients: some LocalPatients
  ) throws -> Decision.Reason? {
    guard !lifted.contains(.neighbour), let date = candidate.birthDate,
      CalendarDate(date) == identity.birthDate.flatMap(CalendarDate.init)
    else { return nil }
    let names = SenderNames(identity, without: lifted)
    let agreement = names.agreement(with: candidate)
    if agreement.isEqual { return nil }
    if let twin = try twin(of: candidate, date, names, agreement, among: patients) {
      return .neighbour(twin, of: candidate)
    }
    guard !agreement.isPart, agreement.family >= thresholds.family, agreement.given >= thresholds.given else {
      return nil
    }
    return try namesake(of: candidate, identity, names, among: patients).map { .namesake($0, of: candidate) }
  }

  /// Somebody born on the same day whom the sender's name fits at least as well: a twin, mostly. A second record with the
  /// candidate's own name, and no number that says otherwise, is no other.
  private func twin(
    of candidate: Patient, _ date: String, _ names: SenderNames, _ agreement: NameAgreement,
    among patients: some LocalPatients
  ) throws -> Patient? {
    let own = ComparableName(family: candidate.family, given: candidate.given, without: lifted)
    return try patients.neighbours(birthDate: date) { family, given, birthName in
      [family, birthName].compactMap(\.self).contains { name in
        names.agreement(with: [ComparableName(family: name, given: given, without: lifted)]).family >= thresholds.family
      }
    }.first { other in
      guard other.id != candidate.id, other.mergedInto != candidate.id,
        other.hasAnotherNumber(than: candidate)
          || !own.isSpelt(like: ComparableName(family: other.family, given: other.given, without: lifted))
      else { return false }
      let neighbour = names.agreement(with: other)
      return neighbour.family >= thresholds.family && neighbour.given >= thresholds.given
        && neighbour.given >= agreement.given && (!agreement.isPart || neighbour.isPart || neighbour.isEqual)
    }
  }

  /// Somebody who has the sender's name letter by letter, as the candidate has not: a relative with another birth date, or
  /// with none here, whose registration was begun with the candidate's.
  private func namesake(
    of candidate: Patient, _ identity: StudyIdentity, _ names: SenderNames, among patients: some LocalPatients
  ) throws -> Patient? {
    let sex = identity.sex.flatMap { Sex(rawValue: $0.uppercased()) }
    for name in names.whole {
      let found = try patients.namesakes(of: name).first { other in
        let its = other.sex.flatMap(Sex.init)
        guard other.id != candidate.id, other.mergedInto == nil, sex == nil || its == nil || sex == its else {
          return false
        }
        let agreement = names.agreement(with: other)
        return agreement.isEqual || agreement.isPart
      }
      if let found { return found }
    }
    return nil
  }
}

extension Patient {
  /// Whether both have national numbers, and none in common.
  fileprivate func hasAnotherNumber(than other: Patient) -> Bool {
    let (mine, its) = (Set(nationalNumbers.map(\.value)), Set(other.nationalNumbers.map(\.value)))
    return !mine.isEmpty && !its.isEmpty && mine.isDisjoint(with: its)
  }
}

extension Decision.Reason {
  fileprivate static func neighbour(_ other: Patient, of candidate: Patient) -> Decision.Reason {
    .init(
      code: .neighbour,
      sentence: "Local patient \(other.localID), “\(other.family), \(other.given)”, was born on the same day as "
        + "\(candidate.localID), and the sender's name fits at least as well: the number may be taken for the other's.")
  }

  fileprivate static func namesake(_ other: Patient, of candidate: Patient) -> Decision.Reason {
    .init(
      code: .neighbour,
      sentence:
        "Local patient \(other.localID), “\(other.family), \(other.given)”, has the sender's name letter by letter, "
        + "which \(candidate.localID) has not: the number may be taken for the other's.")
  }
}
