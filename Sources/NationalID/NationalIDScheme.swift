import FoundationEssentials

/// A country's personal identifier: who issues it, how it is spelt, and how it is checked.
///
/// Each country is one file that adds a static scheme here and its name to ``all``.
public struct NationalIDScheme: Sendable {
  /// The ISO 3166 country code, e.g. `BE`.
  public let code: String
  /// The name by which clerks know the number, e.g. `NISS`.
  public let name: String
  /// The OIDs that name this number's issuer in DICOM and HL7; the first is the one to write.
  public let issuers: [String]
  /// Numbers that pass the check but stand for nobody (normalised spelling). A site may add its own.
  public var placeholders: Set<String>
  /// Validates normalised ASCII letters and digits; the second argument is today's date.
  let check: @Sendable (Characters, PartialDate) -> Result<NationalIdentifier, NationalIDProblem>

  init(
    code: String, name: String, issuers: [String], placeholders: Set<String> = [],
    check: @escaping @Sendable (Characters, PartialDate) -> Result<NationalIdentifier, NationalIDProblem>
  ) {
    self.code = code
    self.name = name
    self.issuers = issuers
    self.placeholders = placeholders
    self.check = check
  }

  /// Every scheme that this program knows.
  public static let all: [NationalIDScheme] = [.belgium, .netherlands, .france, .unitedKingdom]

  /// The scheme of an ISO 3166 country code in either case, or nil when there is none.
  public static func named(_ code: String) -> NationalIDScheme? {
    all.first { $0.code == code.uppercased() }
  }

  /// Reads an identifier in any accepted spelling: spaces, dots, hyphens and slashes do not count, nor does letter
  /// case.
  ///
  /// - Returns: the identifier in its normal spelling with what it says of its bearer, or why it is none.
  public func validate(_ text: String) -> Result<NationalIdentifier, NationalIDProblem> {
    validate(text, today: .today)
  }

  /// As ``validate(_:)``, as if it were `today`: no one is born after it.
  func validate(_ text: String, today: PartialDate) -> Result<NationalIdentifier, NationalIDProblem> {
    Characters.read(text).flatMap { characters in
      guard !characters.areAllTheSame else {
        return .failure(.placeholder("“\(text)” repeats one character: it is a placeholder, not a \(name)"))
      }
      return check(characters, today).flatMap { identifier in
        placeholders.contains(identifier.value)
          ? .failure(.placeholder("“\(identifier.value)” is a known placeholder, not a person's \(name)"))
          : .success(identifier)
      }
    }
  }
}

extension PartialDate {
  /// The current day in UTC, or the day after it: where east of Greenwich the next day has begun.
  static var today: PartialDate {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSinceNow: 14 * 3600))
    return PartialDate(year: parts.year, month: parts.month, day: parts.day)
  }
}
