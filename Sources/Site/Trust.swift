public import DICOM

/// Where a partner's studies hold their national numbers, beyond what the numbers' schemes themselves say.
///
/// A rule of a person, never of the program: what an element means at another hospital is known there alone.
public struct Trust: Equatable, Sendable {
  /// The partner.
  public let partner: SiteName
  /// Issuers that issue national numbers: OIDs, or names as in (0010,0021).
  public var issuers: [String]
  /// A valid number in Patient ID without an issuer counts.
  public var unqualified: Bool
  /// Further elements in which a valid number without an issuer counts.
  public var places: [TagPath]

  /// A rule for a partner.
  public init(partner: SiteName, issuers: [String] = [], unqualified: Bool = false, places: [TagPath] = []) {
    self.partner = partner
    self.issuers = issuers
    self.unqualified = unqualified
    self.places = places
  }

  /// Whether it trusts nothing.
  public var isEmpty: Bool { issuers.isEmpty && !unqualified && places.isEmpty }

  /// Both as one; whatever one of them trusts is trusted.
  public func adding(_ other: Trust) -> Trust {
    Trust(
      partner: partner, issuers: issuers + other.issuers.filter { !issuers.contains($0) },
      unqualified: unqualified || other.unqualified, places: places + other.places.filter { !places.contains($0) })
  }

  /// The keys that it sets, as the configuration's file has them.
  var values: [(key: String, value: Configuration.Setting.Value)] {
    var values: [(key: String, value: Configuration.Setting.Value)] = []
    if !issuers.isEmpty { values.append(("issuers", .texts(issuers))) }
    if unqualified { values.append(("unqualified", .truth(true))) }
    if !places.isEmpty { values.append(("places", .texts(places.map(\.description)))) }
    return values
  }

  /// As a table of the configuration's file.
  public var toml: String {
    (["[[trust]]", "partner = \(tomlString(partner.text))"] + values.map { "\($0.key) = \($0.value.toml)" })
      .joined(separator: "\n")
  }
}

extension Trust {
  /// Nil, after a report, where the table names no partner.
  init?(_ table: TableReader) {
    table.require("partner", "Name the partner whose studies it is about, for example partner = \"ch2\".")
    let partner = table.form("partner", .siteName)
    issuers = table.strings("issuers") ?? []
    unqualified = table.truth("unqualified") ?? false
    places = Self.places(table)
    table.finish()
    for issuer in issuers where !Self.isIssuer(issuer) {
      table.report("issuers", "\(quoted(issuer)) names no issuer", "Write the OID or name, or remove it.")
    }
    guard let partner else { return nil }
    self.partner = partner
  }

  /// Whether a text can name an issuer.
  public static func isIssuer(_ text: String) -> Bool {
    !text.allSatisfy(\.isWhitespace) && TextForm<String>.line.read(text) != nil
  }

  private static func places(_ table: TableReader) -> [TagPath] {
    let form = TextForm<TagPath>.tagPath
    return (table.strings("places") ?? []).compactMap { text in
      // An element is written in one way, however the file names it.
      if let path = form.read(text) { return Tag(text).map(TagPath.init) ?? path }
      table.report("places", "\(quoted(text)) is not \(form.name)", form.remedy)
      return nil
    }
  }

  /// The rules of a document, one for each partner.
  static func all(_ document: TableReader, site: SiteName?) -> [Trust] {
    var rules: [Trust] = []
    for table in document.tables("trust") ?? [] {
      guard let rule = Trust(table) else { continue }
      if rules.contains(where: { $0.partner == rule.partner }) {
        table.report("partner", "\(rule.partner) has a table already", "Write all of its rules into one table.")
      } else if rule.partner == site {
        table.report("partner", "\(rule.partner) is this site itself", "Name the partner, or remove the table.")
      }
      rules.append(rule)
    }
    return rules
  }
}
