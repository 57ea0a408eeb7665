public import Spool
public import SystemPackage

/// The partners of a site: one file each in its folder of partners.
public struct PartnerBook: Sendable {
  /// The folder.
  public let directory: FilePath
  /// The site whose partners these are.
  public let owner: SiteName
  /// The partners, in the order of their names.
  public private(set) var partners: [Partner]
  private let disk: Disk

  /// Reads all partners: every `*.toml` in the folder that does not begin with a dot.
  ///
  /// - Parameters:
  ///   - directory: the folder.
  ///   - owner: the site itself, which is no partner.
  /// - Returns: the partners, checked against one another.
  /// - Throws: ``ConfigurationError`` with everything that is wrong in any of the files.
  public static func load(_ directory: FilePath, owner: SiteName, disk: Disk = Disk()) throws -> PartnerBook {
    let (book, problems) = try read(directory, owner: owner, disk: disk)
    if !problems.isEmpty { throw ConfigurationError(problems) }
    return book
  }

  /// Reads the partners whose cards are in order: one that is not stops no other.
  ///
  /// - Parameter known: the partners as they were read before. One whose file is not in order now stays as it was.
  /// - Returns: the partners, and everything that is wrong in any of the files.
  /// - Throws: ``ConfigurationError`` where the folder cannot be read.
  public static func read(
    _ directory: FilePath, owner: SiteName, keeping known: PartnerBook? = nil, disk: Disk = Disk()
  ) throws -> (book: PartnerBook, problems: [ConfigurationError.Problem]) {
    let files = try disk.names(in: directory, remedy: "Make it, or set partners to the folder that holds the cards.")
    var partners: [Partner] = []
    var problems: [ConfigurationError.Problem] = []
    for file in files where file.hasSuffix(".toml") && !file.hasPrefix(".") {
      let path = directory.appending(file)
      do {
        let text = try disk.readText(path, limit: PartnerCard.sizeLimit, remedy: "Add the partner again.")
        let found = ProblemList(of: path)
        let partner = try Partner(text, found)
        problems += found.all
        partners.append(partner.hasMistakes ? known?[partner.site] ?? partner : partner)
      } catch let error as ConfigurationError {
        problems += error.problems
        if let name = SiteName(String(file.dropLast(".toml".count))), let partner = known?[name] {
          partners.append(partner)
        }
      }
    }
    var book = PartnerBook(
      directory: directory, owner: owner, partners: partners.sorted { $0.site < $1.site }, disk: disk)
    let conflicts = book.conflicts
    // Nobody can say which of two is right: neither of those that contradict one another is used.
    let doubtful = Set(conflicts.flatMap(\.sites))
    book.partners.removeAll { doubtful.contains($0.site) }
    return (book, problems + conflicts.map(\.problem))
  }

  /// The partner of that name.
  public subscript(_ site: SiteName) -> Partner? { partners.first { $0.site == site } }

  /// The partner that goes by that name in DICOM: compared after NFKC and casefolding, without space around and without
  /// `^` at the end.
  public func match(alias: String) -> Partner? {
    let key = aliasKey(alias)
    return partners.first { $0.aliasKeys.contains(key) }
  }

  /// Whether a name in DICOM is that of the site itself, compared as ``match(alias:)`` does.
  public func namesOwner(_ alias: String) -> Bool { aliasKey(alias) == aliasKey(owner.text) }

  /// Writes a partner's file, durably.
  ///
  /// - Parameters:
  ///   - card: the card, which the two sites have confirmed.
  ///   - aliases: further names; those of a partner that is replaced are kept.
  ///   - replacing: whether to give a known partner a new card; its local settings stay.
  /// - Throws: ``ConfigurationError`` where the partner is known already or conflicts with another, or the file cannot
  ///   be written.
  public mutating func add(_ card: PartnerCard, aliases: [String] = [], replacing: Bool = false) throws {
    let file = self.file(of: card.site)
    let known = self[card.site]
    guard known == nil || replacing else {
      throw ConfigurationError(
        file, "\(card.site) is a partner already", "Remove it first, or replace its card on purpose.")
    }
    let partner = Partner(card: card, keepingSettingsOf: known, aliases: aliases)
    // What is written must be readable again.
    _ = try Partner(parsing: partner.toml, file: file)
    var changed = self
    changed.partners = (partners.filter { $0.site != card.site } + [partner]).sorted { $0.site < $1.site }
    let conflicts = changed.conflicts
    if !conflicts.isEmpty { throw ConfigurationError(conflicts.map(\.problem)) }
    try disk.write(partner.toml, to: file, mode: [.ownerReadWrite, .groupRead, .otherRead], replacing: replacing)
    self = changed
  }

  /// Removes a partner's file.
  ///
  /// - Throws: ``ConfigurationError`` where there is no such partner or the file cannot be removed.
  public mutating func remove(_ site: SiteName) throws {
    guard self[site] != nil else {
      let known = partners.map(\.site.text).joined(separator: ", ")
      throw ConfigurationError(
        file(of: site), "\(site) is no partner", known.isEmpty ? "There are none." : "Partners are: \(known).")
    }
    try disk.removeDurably(file(of: site))
    partners.removeAll { $0.site == site }
  }

  private func file(of site: SiteName) -> FilePath { directory.appending("\(site).toml") }

  /// Something that cannot be true of two partners, or of a partner and the site itself.
  private struct Conflict {
    var problem: ConfigurationError.Problem
    var sites: [SiteName]
  }

  private var conflicts: [Conflict] {
    var conflicts: [Conflict] = []
    for (index, partner) in partners.enumerated() {
      func add(_ key: String, _ what: String, _ remedy: String, with other: Partner? = nil) {
        conflicts.append(
          Conflict(
            problem: .init(file: file(of: partner.site), key: key, what: what, remedy: remedy),
            sites: [partner.site] + (other.map { [$0.site] } ?? [])))
      }
      if partner.site == owner {
        add("site", "\(owner) is this site itself", "Remove it.")
      } else if partner.aliasKeys.contains(aliasKey(owner.text)) {
        add("aliases", "\(owner) is this site itself", "Remove this alias.")
      }
      for other in partners[..<index] {
        if other.card.signingKey == partner.card.signingKey {
          add(
            "signing_key", "\(other.site) has the same key",
            "One of the two cards is wrong; compare fingerprints by phone.", with: other)
        }
        for alias in partner.aliasKeys.intersection(other.aliasKeys).sorted() {
          add("aliases", "\(quoted(alias)) also means \(other.site)", "Leave it to one of the two.", with: other)
        }
      }
    }
    return conflicts
  }
}
