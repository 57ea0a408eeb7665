import DICOM
public import NationalID
public import Patients

/// A local patient held against what the sender says of its own, field by field.
public struct Candidate: Codable, Equatable, Sendable {
  /// One field of both.
  public struct Comparison: Codable, Equatable, Sendable {
    /// The fields that are compared.
    public enum Field: String, Codable, Equatable, Sendable {
      case birthDate = "birth-date"
      /// The birth date inside the national identifier, against the local one.
      case identifierBirthDate = "identifier-birth-date"
      case sex
      case family
      case given
      /// What tells father from son; only where it differs.
      case suffix
      /// The study's date against the patient's death; only for the deceased.
      case studyDate = "study-date"
    }

    /// Which field.
    public let field: Field
    /// What the sender says, of several names all.
    public let sender: String?
    /// What the local index says.
    public let local: String?
    /// Whether the rules take them for the same.
    public let agrees: Bool
    /// The similarity of names, 0 to 1; nil for other fields.
    public let score: Double?
  }

  /// The local patient.
  public let patient: Patient
  /// Every field compared, in the order in which a clerk reads them.
  public let comparisons: [Comparison]

  /// Whether every field agrees; where one does not, accepting takes a reason.
  public var agrees: Bool { comparisons.allSatisfy(\.agrees) }
}

extension MatchingPolicy {
  /// Holds any local patient against what the sender says, as the clerk sees it before accepting.
  public func compare(
    _ identity: StudyIdentity, identifier: NationalIdentifier?, with patient: Patient
  ) -> Candidate {
    var comparisons = [birthDates(identity, patient)]
    if let date = identifier?.birthDate { comparisons.append(identifierBirthDate(date, identity, patient)) }
    comparisons.append(sexes(identity, patient))
    comparisons += names(identity, patient)
    if let deceased = patient.deceased { comparisons.append(studyDate(identity, deceased)) }
    return Candidate(patient: patient, comparisons: comparisons)
  }

  private func birthDates(_ identity: StudyIdentity, _ patient: Patient) -> Candidate.Comparison {
    let dates = [identity.birthDate, patient.birthDate].map { $0.flatMap(CalendarDate.init) }
    return .init(
      field: .birthDate, sender: identity.birthDate, local: patient.birthDate,
      agrees: dates[0] != nil && dates[0] == dates[1], score: nil)
  }

  /// A date inside the identifier must contradict neither side; a side without a date is the birth date's own matter.
  private func identifierBirthDate(
    _ date: PartialDate, _ identity: StudyIdentity, _ patient: Patient
  ) -> Candidate.Comparison {
    let contradicted = [identity.birthDate, patient.birthDate].compactMap { $0.flatMap { PartialDate($0) } }
      .contains(where: date.contradicts)
    return .init(
      field: .identifierBirthDate, sender: date.description, local: patient.birthDate, agrees: !contradicted, score: nil
    )
  }

  private func sexes(_ identity: StudyIdentity, _ patient: Patient) -> Candidate.Comparison {
    let sexes = [identity.sex, patient.sex].map { $0.flatMap { Sex(rawValue: $0.uppercased()) } }
    return .init(
      field: .sex, sender: identity.sex, local: patient.sex,
      agrees: sexes[0] == nil || sexes[1] == nil || sexes[0] == sexes[1], score: nil)
  }

  /// The family name against any of the sender's current, birth and other names; the given name against the current.
  private func names(_ identity: StudyIdentity, _ patient: Patient) -> [Candidate.Comparison] {
    let current = [identity.name].compactMap(\.self).map { PersonName($0) }
    let others = ([identity.birthName].compactMap(\.self) + identity.otherNames).map { PersonName($0) }
    let agreement = NameAgreement(
      current: current.flatMap(\.comparable), others: others.flatMap(\.comparable), local: patient.comparableNames)
    let families = (current + others).flatMap(\.groups).map(\.family).filter { !$0.isEmpty }
    let givens = current.flatMap(\.groups).flatMap(\.givenNames)
    var comparisons: [Candidate.Comparison] = [
      .init(
        field: .family, sender: Self.listed(families),
        local: Self.listed([patient.family, patient.birthName ?? ""].filter { !$0.isEmpty }),
        agrees: agreement.family >= thresholds.family, score: agreement.family),
      .init(
        field: .given, sender: Self.listed(givens), local: patient.given.nilIfEmpty,
        agrees: agreement.given >= thresholds.given, score: agreement.given),
    ]
    if let suffixes = agreement.suffixes {
      comparisons.append(
        .init(field: .suffix, sender: suffixes.sender, local: suffixes.local, agrees: false, score: nil))
    }
    return comparisons
  }

  private func studyDate(_ identity: StudyIdentity, _ deceased: String) -> Candidate.Comparison {
    let study = identity.studyDate.flatMap(CalendarDate.init)
    let death = CalendarDate(deceased)
    return .init(
      field: .studyDate, sender: identity.studyDate, local: deceased,
      agrees: study.flatMap { study in death.map { study <= $0 } } ?? false, score: nil)
  }

  private static func listed(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }.joined(separator: ", ").nilIfEmpty
  }
}

extension Patient {
  fileprivate var comparableNames: [ComparableName] {
    [family, birthName].compactMap(\.self).map { ComparableName(family: $0, given: given) }
  }
}

extension PersonName {
  fileprivate var groups: [Components] { [alphabetic, ideographic, phonetic] }

  /// The name of each group, with the middle names, which others write as a part of the given name, and without.
  fileprivate var comparable: [ComparableName] {
    groups.filter { !$0.isEmpty }.flatMap { group in
      (group.givenNames.isEmpty ? [""] : group.givenNames).map {
        ComparableName(family: group.family, given: $0, suffix: group.suffix)
      }
    }
  }
}

extension PersonName.Components {
  /// The given name, and with the middle names, which others write as one.
  fileprivate var givenNames: [String] {
    guard !given.isEmpty else { return [] }
    return middle.isEmpty ? [given] : [given, given + " " + middle]
  }
}
