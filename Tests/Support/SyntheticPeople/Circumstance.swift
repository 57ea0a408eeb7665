/// What is out of the ordinary about a study: each has one of these, or none.
public enum Circumstance: Hashable, Sendable, CaseIterable {
  // Nothing but the manner of writing, which is drawn apart.
  case nothing

  // The name.
  case typingError
  case typingErrorInBothNames
  case everydayName
  case initial
  case marriedName
  case bothFamilyNames
  case namesExchanged
  case nameInOneComponent
  case title
  case secondNameMissing
  case secondNameFirst
  case partOfFamilyName

  // The birth date.
  case birthDateMissing
  case firstOfJanuary
  case dayAndMonthExchanged
  case digitOfBirthDateWrong

  // The sex.
  case sexMissing
  case sexOther
  case sexWrong

  // The number.
  case numberMissing
  case digitWrong
  case digitsExchanged
  case digitLost
  case zeroLost
  case formerNumber
  case hospitalNumberAsNational
  case secondNumber

  // The study.
  case beforeBirth
  case afterDeath
  case deidentified
  case twoPatients

  // Whose number it is.
  case relativesNumber
  case relativesNumberBirthDateMissing
  case relativesNumberFirstOfJanuary
  case relativesNumberAndBirthDate
  case newbornWithMothersNumber
  case strangersNumber
  case stranger
  case strangerWithoutNumber

  /// Of ten thousand studies.
  public var rate: Int {
    switch self {
    case .nothing:
      10_000 - Self.allCases.filter { $0 != .nothing }.reduce(0) { $0 + $1.rate }
    case .typingError: 250
    case .typingErrorInBothNames: 20
    case .everydayName: 50
    case .initial: 40
    case .marriedName: 150
    case .bothFamilyNames: 100
    case .namesExchanged: 60
    case .nameInOneComponent: 100
    case .title: 100
    case .secondNameMissing: 300
    case .secondNameFirst: 30
    case .partOfFamilyName: 50
    case .birthDateMissing: 60
    case .firstOfJanuary: 40
    case .dayAndMonthExchanged: 40
    case .digitOfBirthDateWrong: 60
    case .sexMissing: 200
    case .sexOther: 100
    case .sexWrong: 40
    case .numberMissing: 400
    case .digitWrong: 50
    case .digitsExchanged: 30
    case .digitLost: 20
    case .zeroLost: 100
    case .formerNumber: 30
    case .hospitalNumberAsNational: 40
    case .secondNumber: 20
    case .beforeBirth: 10
    case .afterDeath: 20
    case .deidentified: 80
    case .twoPatients: 20
    case .relativesNumber: 100
    case .relativesNumberBirthDateMissing: 20
    case .relativesNumberFirstOfJanuary: 20
    case .relativesNumberAndBirthDate: 20
    case .newbornWithMothersNumber: 20
    case .strangersNumber: 20
    case .stranger: 250
    case .strangerWithoutNumber: 50
    }
  }

  /// Whether the patient can be told without a person: the own number, whole, and nothing that only a person may decide
  /// (another birth date or none, another sex, another number, a study at an impossible time).
  public var isMatchable: Bool {
    switch self {
    case .nothing, .typingError, .typingErrorInBothNames, .everydayName, .initial, .marriedName, .bothFamilyNames,
      .namesExchanged, .nameInOneComponent, .title, .secondNameMissing, .secondNameFirst, .partOfFamilyName,
      .sexMissing, .sexOther, .zeroLost, .formerNumber, .hospitalNumberAsNational:
      true
    default: false
    }
  }

  /// Whether the number is a relative's.
  public var isRelatives: Bool {
    switch self {
    case .relativesNumber, .relativesNumberBirthDateMissing, .relativesNumberFirstOfJanuary,
      .relativesNumberAndBirthDate, .newbornWithMothersNumber:
      true
    default: false
    }
  }
}

extension Circumstance: CustomStringConvertible {
  /// In words.
  public var description: String {
    switch self {
    case .nothing: "all as it should be"
    case .typingError: "name: one typing error"
    case .typingErrorInBothNames: "name: one in each of both"
    case .everydayName: "name: an everyday name (Bert)"
    case .initial: "name: an initial"
    case .marriedName: "name: the spouse's"
    case .bothFamilyNames: "name: both spouses'"
    case .namesExchanged: "name: components exchanged"
    case .nameInOneComponent: "name: all in one component"
    case .title: "name: a title"
    case .secondNameMissing: "name: given names left out or added"
    case .secondNameFirst: "name: another given name first"
    case .partOfFamilyName: "name: a part of the family name"
    case .birthDateMissing: "birth date: none"
    case .firstOfJanuary: "birth date: the first of January"
    case .dayAndMonthExchanged: "birth date: day and month exchanged"
    case .digitOfBirthDateWrong: "birth date: a wrong digit"
    case .sexMissing: "sex: none"
    case .sexOther: "sex: O"
    case .sexWrong: "sex: the other"
    case .numberMissing: "number: none"
    case .digitWrong: "number: a wrong digit"
    case .digitsExchanged: "number: digits exchanged"
    case .digitLost: "number: a digit lost"
    case .zeroLost: "number: zeros lost at the front"
    case .formerNumber: "number: a former one"
    case .hospitalNumberAsNational: "number: beside a hospital's under its issuer"
    case .secondNumber: "number: beside another valid one"
    case .beforeBirth: "study before birth"
    case .afterDeath: "study after death"
    case .deidentified: "de-identified"
    case .twoPatients: "two patients in one study"
    case .relativesNumber: "relative's number"
    case .relativesNumberBirthDateMissing: "relative's number, no birth date"
    case .relativesNumberFirstOfJanuary: "relative's number, first of January"
    case .relativesNumberAndBirthDate: "relative's number and birth date"
    case .newbornWithMothersNumber: "newborn, mother's number and name"
    case .strangersNumber: "somebody else's number"
    case .stranger: "stranger with a number"
    case .strangerWithoutNumber: "stranger without a number"
    }
  }
}
