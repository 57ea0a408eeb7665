import Foundation
import SystemPackage

/// A site that this one exchanges with: its card and what is set for it here, as `partners/<site>.toml` gives them.
public struct Partner: Equatable, Sendable {
  /// The partner's card.
  public let card: PartnerCard
  /// The names by which it is called in DICOM elements; its site name is always one.
  public let aliases: [String]
  /// The most bytes a second to send it; nil: no limit.
  public let rateLimit: Int64?
  /// When ordinary parcels go there; nil: at any time.
  public let window: SendingWindow?
  /// The bytes under way over each connection that are not yet acknowledged.
  public let inFlight: Int
  /// The connections at most over which a large parcel goes at once, where the line's delay holds one back.
  public let streams: Int
  /// What is set for it here is not in order, though its card is: it is known, and nothing but what is urgent goes there.
  public let hasMistakes: Bool

  /// Whether ordinary parcels may go there at a time.
  public func isOpen(at time: LocalTime) -> Bool { !hasMistakes && window?.isOpen(at: time) ?? true }

  /// The partner's site.
  public var site: SiteName { card.site }

  /// A partner with a new card, and with the settings of the one that it replaces.
  init(card: PartnerCard, keepingSettingsOf known: Partner?, aliases: [String]) {
    self.card = card
    let kept = known?.aliases ?? []
    self.aliases = kept + aliases.filter { !kept.contains($0) }
    rateLimit = known?.rateLimit
    window = known?.window
    inFlight = known?.inFlight ?? Self.defaultInFlight
    streams = known?.streams ?? Self.defaultStreams
    hasMistakes = false
  }

  /// Reads a partner's file.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong.
  init(parsing text: String, file: FilePath) throws {
    let problems = ProblemList(of: file)
    let partner = try Self(text, problems)
    try problems.throwIfAny()
    self = partner
  }

  /// Reads a partner's file, and what can be read of what is set for it here.
  ///
  /// - Parameter problems: gets everything that is wrong.
  /// - Throws: ``ConfigurationError`` with that, where the card is not in order.
  init(_ text: String, _ problems: ProblemList) throws {
    guard let document = try PartnerCard.document(text, problems) else { throw ConfigurationError(problems.all) }
    let card = PartnerCard(document)
    if let card, problems.file.stem != card.site.text {
      document.report(
        "site", "\(quoted(card.site.text)) is not the file's name", "Rename the file to \(card.site).toml.")
    }
    let isCardSound = problems.all.isEmpty
    let aliases = document.strings("aliases") ?? []
    rateLimit = document.form("rate_limit", .size)
    window = Self.window(document)
    inFlight = document.form("in_flight", Self.inFlightForm) ?? Self.defaultInFlight
    streams = document.integer("streams", in: Self.streamCounts) ?? Self.defaultStreams
    document.finish()
    self.aliases = aliases.filter { !aliasKey($0).isEmpty && TextForm.line.read($0) != nil }
    for alias in aliases where !self.aliases.contains(alias) {
      document.report("aliases", "\(quoted(alias)) is no name", "Write the name as it stands in the element.")
    }
    guard let card, isCardSound else { throw ConfigurationError(problems.all) }
    self.card = card
    hasMistakes = !problems.all.isEmpty
  }

  private static let defaultInFlight = 3 << 20
  static let defaultStreams = 4
  static let streamCounts = 1...16
  static var inFlightForm: TextForm<Int> {
    TextForm(name: "a size from 64KiB to 256MiB", remedy: "Write for example \"3MiB\".") { text in
      TextForm<Int64>.size.read(text).flatMap { (64 << 10...256 << 20).contains($0) ? Int($0) : nil }
    }
  }

  private static func window(_ document: TableReader) -> SendingWindow? {
    guard let texts = document.stringOrStrings("window") else { return nil }
    let form = SendingWindow.Hours.form
    if texts.isEmpty {
      document.report("window", "it holds no times", "\(form.remedy) Without the key, all times are good.")
    }
    let hours = texts.compactMap { text in
      let hours = form.read(text)
      if hours == nil { document.report("window", "\(quoted(text)) is not \(form.name)", form.remedy) }
      return hours
    }
    return SendingWindow(hours: hours)
  }

  /// The partner's file.
  var toml: String {
    var local = aliases.isEmpty ? "" : "aliases = [\(aliases.map(tomlString).joined(separator: ", "))]\n"
    if let rateLimit { local += "rate_limit = \"\(rateLimit)B\"\n" }
    if let window { local += "window = [\(window.texts.map(tomlString).joined(separator: ", "))]\n" }
    if inFlight != Self.defaultInFlight { local += "in_flight = \"\(inFlight)B\"\n" }
    if streams != Self.defaultStreams { local += "streams = \(streams)\n" }
    return card.topLevelTOML + (local.isEmpty ? "" : "\n# Set at this site:\n\(local)") + card.serverTOML
      + card.formerTOML
  }

  /// What the names of this partner are compared by.
  var aliasKeys: Set<String> { Set(([site.text] + aliases).map(aliasKey)) }
}

/// Two names are the same when these are: compatibility forms, letter case, space around, and the empty components at
/// the end of a person name do not count.
func aliasKey(_ name: String) -> String {
  var key = name.precomposedStringWithCompatibilityMapping.uppercased().lowercased()[...]
  while let last = key.last, last == "^" || last.isWhitespace { key.removeLast() }
  while let first = key.first, first.isWhitespace { key.removeFirst() }
  return String(key)
}
