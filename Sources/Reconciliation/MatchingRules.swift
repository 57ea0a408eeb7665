/// Rules that can be left out of a ``MatchingPolicy``, to measure what each does. They are no site's choice.
package struct MatchingRules: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  // What holds a study.
  package static let birthDate = Self(rawValue: 1 << 0)
  package static let identifierBirthDate = Self(rawValue: 1 << 1)
  package static let sex = Self(rawValue: 1 << 2)
  package static let identifierSex = Self(rawValue: 1 << 3)
  package static let family = Self(rawValue: 1 << 4)
  package static let given = Self(rawValue: 1 << 5)
  package static let suffix = Self(rawValue: 1 << 6)
  package static let studyDate = Self(rawValue: 1 << 7)
  package static let studyBeforeBirth = Self(rawValue: 1 << 8)
  package static let neighbour = Self(rawValue: 1 << 9)
  /// An initial agrees with nothing.
  package static let initials = Self(rawValue: 1 << 10)
  /// A particle makes no two names alike.
  package static let particles = Self(rawValue: 1 << 11)

  // What lets two names agree.
  package static let titles = Self(rawValue: 1 << 12)
  package static let spellingOut = Self(rawValue: 1 << 13)
  package static let exchangedComponents = Self(rawValue: 1 << 14)
  package static let partsOfFamilyNames = Self(rawValue: 1 << 15)
  package static let beginnings = Self(rawValue: 1 << 16)
  package static let otherNames = Self(rawValue: 1 << 17)
  package static let similarity = Self(rawValue: 1 << 18)

  /// Who may be meant is looked for and ranked; it decides nothing.
  package static let ranking = Self(rawValue: 1 << 19)

  /// Those that hold a study, with their names.
  package static let holding: [(rule: MatchingRules, name: String)] = [
    (.birthDate, "birth dates are equal"), (.identifierBirthDate, "the number's birth date contradicts nothing"),
    (.sex, "the sex is not M against F"), (.identifierSex, "the number's sex contradicts nothing"),
    (.family, "family names agree"), (.given, "given names agree"), (.suffix, "JR is not SR"),
    (.studyDate, "no study after death"), (.studyBeforeBirth, "no study before birth"),
    (.neighbour, "nobody born on the same day fits as well"), (.initials, "an initial agrees with nothing"),
    (.particles, "a particle makes no names alike"),
  ]

  /// Those that let names agree, with their names.
  package static let agreeing: [(rule: MatchingRules, name: String)] = [
    (.titles, "titles are left out"), (.spellingOut, "ü is also ue"),
    (.exchangedComponents, "components may be exchanged, or one"),
    (.partsOfFamilyNames, "a part of a family name agrees"), (.beginnings, "Jan agrees with Jan Willem"),
    (.otherNames, "birth names and aliases count"), (.similarity, "names may be misspelt"),
  ]
}

extension Candidate.Comparison.Field {
  var rule: MatchingRules {
    switch self {
    case .birthDate: .birthDate
    case .identifierBirthDate: .identifierBirthDate
    case .sex: .sex
    case .identifierSex: .identifierSex
    case .family: .family
    case .given: .given
    case .suffix: .suffix
    case .studyDate: .studyDate
    case .studyBeforeBirth: .studyBeforeBirth
    }
  }
}
