/// A country's personal identifier: who issues it, how it is written, and how it is checked.
///
/// Each scheme is one value in a file of its own under `Schemes`; ``all`` lists them.
public struct NationalIDScheme: Sendable {
  /// The ISO 3166 code of the country, e.g. `BE`, or of its part, e.g. `CA-BC`.
  public let code: String
  /// The name by which clerks know the number, e.g. `NISS`.
  public let name: String
  /// The OIDs that name this number's issuer in DICOM and HL7; the first is the one to write. Empty where none is known:
  /// then the site configures one.
  public let issuers: [String]
  /// What else stands in an issuer's place: other names of the number, and its FHIR identifier systems.
  public let aliases: [String]
  /// Numbers that pass the check but stand for nobody (normal spelling). A site may add its own.
  public var placeholders: Set<String> = []

  /// How the number is written, separators left out.
  let forms: [Form]
  /// What stands between the characters and means nothing.
  let separators: String
  /// How many zeros at the front a spreadsheet may have lost, to be put back where the check digits then fit.
  let lostZeros: Int
  /// What may stand before a number, in lower case, the longest first.
  private let prefixes: [[UInt8]]
  /// Checks a number of one of the forms, and tells what it says of its bearer.
  let check: @Sendable (Number) throws(Flaw) -> Bearer

  init(
    _ code: String, _ name: String, issuers: [String] = [], aliases: [String] = [], forms: [Form],
    separators: String = " .-/", lostZeros: Int = 0, check: @escaping @Sendable (Number) throws(Flaw) -> Bearer
  ) {
    self.code = code
    self.name = name
    self.issuers = issuers
    self.aliases = aliases
    self.forms = forms
    self.separators = separators
    self.lostZeros = lostZeros
    self.check = check
    let names = ([name] + aliases).sorted { $0.utf8.count > $1.utf8.count } + [code]
    prefixes = names.map { $0.utf8.map(\.lowerCase) }
  }

  /// Every scheme that this program knows.
  public static let all: [NationalIDScheme] = [
    .belgium, .netherlands, .france, .unitedKingdom, .scotland, .germany, .spain, .italy, .sweden, .norway, .denmark,
    .finland, .poland, .switzerland, .austria, .luxembourg, .ireland, .portugal, .greece, .czechia, .slovakia, .estonia,
    .latvia, .lithuania, .croatia, .romania, .bulgaria, .slovenia, .iceland, .turkey, .brazil, .australia,
    .britishColumbia,
  ]

  /// The scheme with this code or name (`BE`, `NISS`, `INSZ`) in either case, or nil when there is none.
  public static func named(_ text: String) -> NationalIDScheme? {
    all.first { $0.code.lowercased() == text.lowercased() } ?? all.first { $0.isIssuer(text) }
  }

  /// Whether this names the number's issuer: an OID, also as `urn:oid:…`, a FHIR identifier system, or a name of the
  /// number, in either case.
  public func isIssuer(_ text: String) -> Bool {
    var wanted = text.lowercased()
    if wanted.hasPrefix("urn:oid:") { wanted.removeFirst("urn:oid:".count) }
    return ([name] + issuers + aliases).contains { $0.lowercased() == wanted }
  }

  /// Reads a number in any accepted spelling: ``IdentifierText`` tells what may stand around it; spaces, dots, hyphens,
  /// slashes and letter case do not count; zeros that were lost at the front are put back where the check digits then
  /// fit.
  ///
  /// - Returns: the number in its normal spelling with what it says of its bearer, or why it is none.
  public func validate(_ text: String) -> Result<NationalIdentifier, NationalIDProblem> {
    validate(text, today: .today)
  }

  /// As ``validate(_:)``, as if it were `today`: no one is born after it.
  func validate(_ text: String, today: PartialDate) -> Result<NationalIdentifier, NationalIDProblem> {
    do throws(NationalIDProblem) {
      let text = try IdentifierText(text)
      if let other = text.issuers.first, !text.issuers.contains(where: isIssuer) {
        throw .init(.issuer, "it is a number of “\(other)”, not a \(name)")
      }
      return .success(try read(text.number, today))
    } catch {
      return .failure(error)
    }
  }

  /// Reads the number as it is, and else without the name before it. A name cannot be taken off first: `IT` also begins
  /// Italian numbers.
  private func read(_ text: String, _ today: PartialDate) throws(NationalIDProblem) -> NationalIdentifier {
    guard let rest = withoutName(text) else { return try identifier(text, today) }
    do throws(NationalIDProblem) {
      return try identifier(text, today)
    } catch  where [.length, .characters].contains(error.code) {
      return try identifier(rest, today)
    }
  }

  private func withoutName(_ text: String) -> String? {
    let bytes = text.utf8.drop { $0 == UInt8(ascii: " ") }
    guard let first = bytes.first, !first.isDigit,
      let name = prefixes.first(where: { bytes.prefix($0.count).elementsEqual($0) { $0.lowerCase == $1 } })
    else { return nil }
    let rest = bytes.dropFirst(name.count).drop { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ") }
    return String(decoding: rest, as: UTF8.self)
  }

  private func identifier(_ text: String, _ today: PartialDate) throws(NationalIDProblem) -> NationalIdentifier {
    let number = try Number(text, separators: separators, today: today)
    guard !number.isOneCharacterRepeated else {
      throw .init(.placeholder, "“\(text)” repeats one character: it is a placeholder, not a \(name)")
    }
    let identifier = try identifier(number)
    guard !placeholders.contains(identifier.value) else {
      throw .init(.placeholder, "“\(identifier.value)” is a known placeholder, not a person's \(name)")
    }
    return identifier
  }

  private func identifier(_ number: Number) throws(NationalIDProblem) -> NationalIdentifier {
    guard forms.contains(where: { $0.length == number.count }) else {
      for zeros in 0..<lostZeros {
        let whole = number.padded(by: zeros + 1)
        guard forms.contains(where: { $0.fits(whole) }) else { continue }
        if let bearer = try? check(whole) { return NationalIdentifier(self, whole, bearer) }
      }
      throw forms.allSatisfy(\.isDigitsOnly) && !number.isDigitsOnly ? .characters(self) : .length(self, number.count)
    }
    guard forms.contains(where: { $0.fits(number) }) else { throw .characters(self) }
    do throws(Flaw) {
      return NationalIdentifier(self, number, try check(number))
    } catch {
      throw error.problem(of: self)
    }
  }
}
