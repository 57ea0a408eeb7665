public import NationalID

/// Somebody of the population: what is true, whatever any list or study says.
public struct Human: Sendable {
  /// The place in the population.
  public let index: Int
  /// The place among ``Origin/all``.
  let origin: Int
  /// What the register says.
  public let sex: Sex
  /// The day of birth.
  public let birthDate: Date
  /// The name in the register.
  public let family: String
  /// The given names, the one in use first.
  public let given: [String]
  /// The name at birth, where the register has another.
  public let birthName: String?
  /// `JR` or `SR`, where father and son have one name.
  public let suffix: String?
  /// The national number.
  public let number: String
  /// A number that it had before: a BIS number, or that of the other sex.
  public let formerNumber: String?
  /// The given name under the other sex, where that was changed.
  public let formerGiven: String?
  /// The day of death.
  public let died: Date?
  /// Relatives, by their places.
  public var relatives: [(Relation, Int)] = []
  /// How the hospital has it.
  public let listing: Listing

  /// A day of the calendar.
  public struct Date: Hashable, Sendable {
    let year, month, day: Int

    /// `YYYYMMDD`.
    public var text: String { digits(year, 4) + digits(month, 2) + digits(day, 2) }
  }

  /// Whose number it may be that stands in a study.
  public enum Relation: String, Sendable, CaseIterable {
    /// Born on the same day.
    case twinOfSameSex = "twin of the same sex"
    /// Born on the same day.
    case twinOfOtherSex = "twin of the other sex"
    /// Father and son, or mother and daughter, of one name.
    case namesake = "parent or child of the same name"
    /// Any other.
    case parent, child, sibling, partner
  }

  /// What the hospital's list has of somebody.
  public enum Listing: Sendable, CaseIterable {
    /// One record, as it should be.
    case one
    /// None: a stranger.
    case none
    /// One without the national number.
    case withoutNumber
    /// One that lacks the birth date.
    case withoutBirthDate
    /// One with a mistake in the birth date.
    case wrongBirthDate
    /// One that lacks the sex.
    case withoutSex
    /// One that is not active.
    case inactive
    /// Two, the second without the number.
    case twice
    /// Two with the number.
    case twiceWithNumber
    /// An older one that was merged into the present one.
    case merged
    /// One that has the former number alone.
    case formerNumberOnly
  }
}

/// A number with zeros in front.
func digits(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
