import DICOM
import Patients

/// The names that a study says its patient has.
struct SenderNames {
  /// The name in use, in each of its groups.
  private let current: [ComparableName]
  /// The names at birth and others, of which the family names count.
  private let others: [ComparableName]
  /// Every family and given name, as a clerk reads them.
  let families: [String]
  let givens: [String]
  /// The names in use, whole, as they are searched for.
  let whole: [String]
  private let lifted: MatchingRules

  init(_ identity: StudyIdentity, without lifted: MatchingRules = []) {
    self.lifted = lifted
    let names = [identity.name].compactMap(\.self).map { PersonName($0) }
    let further = ([identity.birthName].compactMap(\.self) + identity.otherNames).map { PersonName($0) }
    current = names.flatMap { $0.comparable(without: lifted) }
    others = lifted.contains(.otherNames) ? [] : further.flatMap { $0.comparable(without: lifted) }
    families = (names + further).flatMap(\.groups).map(\.family).filter { !$0.isEmpty }
    givens = names.flatMap(\.groups).flatMap(\.givenNames)
    whole = names.flatMap(\.groups).map { "\($0.family) \($0.given)" }
  }

  func agreement(with patient: Patient) -> NameAgreement { agreement(with: patient.comparableNames(without: lifted)) }

  func agreement(with local: [ComparableName]) -> NameAgreement {
    NameAgreement(current: current, others: others, local: local)
  }
}

extension Patient {
  /// Each name in each of its groups; the name at birth, which mostly has no given name, with the one in use.
  fileprivate func comparableNames(without lifted: MatchingRules) -> [ComparableName] {
    names.prefix(lifted.contains(.otherNames) ? 1 : names.count).flatMap { name in
      [name.alphabetic, name.ideographic, name.phonetic].compactMap(\.self).map {
        ComparableName(
          family: $0.family, given: $0.given.isEmpty ? given : $0.given, suffix: $0.suffix, without: lifted)
      }
    }
  }
}

extension PersonName {
  fileprivate var groups: [Components] { [alphabetic, ideographic, phonetic].filter { !$0.isEmpty } }

  fileprivate func comparable(without lifted: MatchingRules) -> [ComparableName] {
    groups.flatMap { group in
      (group.givenNames.isEmpty ? [""] : group.givenNames).map {
        ComparableName(family: group.family, given: $0, suffix: group.suffix, without: lifted)
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
