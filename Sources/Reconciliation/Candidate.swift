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
      /// The sex inside the national identifier, against that of either side.
      case identifierSex = "identifier-sex"
      case family
      case given
      /// What tells father from son; only where it differs.
      case suffix
      /// The study's date against the patient's death; only for the deceased.
      case studyDate = "study-date"
      /// The study's date against the patient's birth; only where it is earlier.
      case studyBeforeBirth = "study-before-birth"
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
    if let sex = identifier?.sex { comparisons.append(identifierSex(sex, identity, patient)) }
    comparisons += names(identity, patient)
    if let birth = patient.birthDate.flatMap(CalendarDate.init),
      let study = identity.studyDate.flatMap(CalendarDate.init),
      study < birth
    {
      comparisons.append(
        .init(
          field: .studyBeforeBirth, sender: identity.studyDate, local: patient.birthDate, agrees: false, score: nil))
    }
    if patient.isDeceased { comparisons.append(studyDate(identity, patient.deceased)) }
    return Candidate(patient: patient, comparisons: comparisons.map(heeding))
  }

  /// A field whose rule is lifted agrees.
  private func heeding(_ comparison: Candidate.Comparison) -> Candidate.Comparison {
    guard lifted.contains(comparison.field.rule) else { return comparison }
    return .init(
      field: comparison.field, sender: comparison.sender, local: comparison.local, agrees: true, score: comparison.score
    )
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

  /// The sex inside the identifier must contradict neither side.
  private func identifierSex(_ sex: Sex, _ identity: StudyIdentity, _ patient: Patient) -> Candidate.Comparison {
    let contradicted = [identity.sex, patient.sex].contains { text in
      text.flatMap { Sex(rawValue: $0.uppercased()) }.map { $0 != sex } ?? false
    }
    return .init(field: .identifierSex, sender: sex.rawValue, local: patient.sex, agrees: !contradicted, score: nil)
  }

  private func sexes(_ identity: StudyIdentity, _ patient: Patient) -> Candidate.Comparison {
    let sexes = [identity.sex, patient.sex].map { $0.flatMap { Sex(rawValue: $0.uppercased()) } }
    return .init(
      field: .sex, sender: identity.sex, local: patient.sex,
      agrees: sexes[0] == nil || sexes[1] == nil || sexes[0] == sexes[1], score: nil)
  }

  /// The family name against any of the sender's current, birth and other names; the given name against the current.
  private func names(_ identity: StudyIdentity, _ patient: Patient) -> [Candidate.Comparison] {
    let names = SenderNames(identity, without: lifted)
    let agreement = names.agreement(with: patient)
    var comparisons: [Candidate.Comparison] = [
      .init(
        field: .family, sender: Self.listed(names.families), local: Self.listed(patient.names.map(\.alphabetic.family)),
        agrees: agreement.family >= thresholds.family, score: agreement.family),
      .init(
        field: .given, sender: Self.listed(names.givens), local: Self.listed(patient.names.map(\.alphabetic.given)),
        agrees: agreement.given >= thresholds.given, score: agreement.given),
    ]
    if let suffixes = agreement.suffixes {
      comparisons.append(
        .init(field: .suffix, sender: suffixes.sender, local: suffixes.local, agrees: false, score: nil))
    }
    return comparisons
  }

  private func studyDate(_ identity: StudyIdentity, _ deceased: String?) -> Candidate.Comparison {
    let study = identity.studyDate.flatMap(CalendarDate.init)
    let death = deceased.flatMap(CalendarDate.init)
    return .init(
      field: .studyDate, sender: identity.studyDate, local: deceased,
      agrees: study.flatMap { study in death.map { study <= $0 } } ?? false, score: nil)
  }

  private static func listed(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.filter { !$0.isEmpty && seen.insert($0).inserted }.joined(separator: ", ").nilIfEmpty
  }
}
