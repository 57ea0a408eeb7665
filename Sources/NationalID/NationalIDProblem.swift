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
    /// A character that the scheme does not have, or a separator out of place.
    public static let characters = Code(rawValue: "characters")
    /// Too short or too long.
    public static let length = Code(rawValue: "length")
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

  static func placeholder(_ message: String) -> NationalIDProblem { .init(.placeholder, message) }

  static func length(_ name: String, expected: String, found: Int) -> NationalIDProblem {
    .init(.length, "a \(name) has \(expected), this has \(found)")
  }

  static func checkDigits(_ name: String) -> NationalIDProblem {
    .init(.checkDigits, "the check digits do not fit the rest of the \(name): one of its digits is wrong")
  }
}
