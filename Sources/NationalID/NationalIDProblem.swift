/// Why a text is not a national identifier.
public struct NationalIDProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in one fixed word.
  public struct Code: Hashable, Codable, Sendable, RawRepresentable {
    /// The word itself.
    public let rawValue: String

    /// The code of that word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nothing is there.
    public static let empty = Code(rawValue: "empty")
    /// Digits that only look like 0–9 (full-width, Arabic-Indic and so on).
    public static let lookAlike = Code(rawValue: "look-alike")
    /// A character that the scheme does not have, or one out of place.
    public static let characters = Code(rawValue: "characters")
    /// Too short or too long.
    public static let length = Code(rawValue: "length")
    /// The text says that somebody else issued the number.
    public static let issuer = Code(rawValue: "issuer")
    /// The check digits do not fit: a typing error.
    public static let checkDigits = Code(rawValue: "check-digits")
    /// The birth date inside cannot be one.
    public static let birthDate = Code(rawValue: "birth-date")
    /// A part other than the birth date that is never issued.
    public static let component = Code(rawValue: "component")
    /// A number that stands for nobody.
    public static let placeholder = Code(rawValue: "placeholder")
  }

  /// The kind of problem.
  public let code: Code
  /// A sentence for the clerk.
  public let message: String

  /// The sentence for the clerk.
  public var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static func length(_ scheme: NationalIDScheme, _ found: Int) -> NationalIDProblem {
    let lengths = Set(scheme.forms.map(\.length)).sorted().map(String.init).joined(separator: " or ")
    let characters = scheme.forms.allSatisfy(\.isDigitsOnly) ? "digits" : "characters"
    return .init(.length, "a \(scheme.name) has \(lengths) \(characters), this has \(found)")
  }

  static func characters(_ scheme: NationalIDScheme) -> NationalIDProblem {
    let forms = scheme.forms.map(\.pattern).joined(separator: " or ")
    return .init(
      .characters,
      scheme.forms.allSatisfy(\.isDigitsOnly)
        ? "a \(scheme.name) has digits only"
        : "a \(scheme.name) is written \(forms): 9 is a digit, A a letter, X either, S a letter, + or -")
  }

  /// The first character that is neither letter, digit, sign nor separator.
  static func foreign(in text: String, besides separators: String) -> NationalIDProblem {
    let scalar = text.unicodeScalars.first { scalar in
      !(scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil))
        && !(separators + "+-").unicodeScalars.contains(scalar)
    }
    guard let scalar else { return .init(.characters, "a character has no place in an identifier") }
    guard scalar.properties.numericType != nil else {
      return .init(.characters, "the character \(name(of: scalar)) has no place in an identifier")
    }
    return .init(
      .lookAlike,
      "the character \(name(of: scalar)) only looks like a digit: type the identifier with the plain digits 0–9")
  }

  private static func name(of scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }
}

/// What a scheme's check finds wrong with a number of the right form.
enum Flaw: Error {
  /// A character that stands nowhere in its place.
  case characters(String)
  case checkDigits
  /// The birth date inside: how it is wrong.
  case birthDate(String)
  /// Another part, or the kind of the number: a whole sentence.
  case component(String)

  func problem(of scheme: NationalIDScheme) -> NationalIDProblem {
    switch self {
    case .characters(let sentence): .init(.characters, sentence)
    case .checkDigits:
      .init(
        .checkDigits, "the check digits do not fit the rest of the \(scheme.name): one of its characters is wrong")
    case .birthDate(let flaw): .init(.birthDate, "the birth date in this \(scheme.name) \(flaw)")
    case .component(let sentence): .init(.component, sentence)
    }
  }
}
