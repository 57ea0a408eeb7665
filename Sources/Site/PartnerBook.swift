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
    let files = try disk.names(in: directory, remedy: "Make it, or set partners to the folder that holds the cards.")
    var partners: [Partner] = []
    var problems: [ConfigurationError.Problem] = []
    for file in files where file.hasSuffix(".toml") && !file.hasPrefix(".") {
      let path = directory.appending(file)
      do {
        let text = try disk.readText(path, limit: PartnerCard.sizeLimit, remedy: "Add the partner again.")
        partners.append(try Partner(parsing: text, file: path))
      } catch let error as ConfigurationError {
        problems += error.problems
      }
    }
    let book = PartnerBook(
      directory: directory, owner: owner, partners: partners.sorted { $0.site < $1.site }, disk: disk)
    problems += book.conflicts
    if !problems.isEmpty { throw ConfigurationError(problems) }
    return book
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
    if !conflicts.isEmpty { throw ConfigurationError(conflicts) }
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

  /// What cannot be true of two partners, or of a partner and the site itself.
  private var conflicts: [ConfigurationError.Problem] {
    var problems: [ConfigurationError.Problem] = []
    for (index, partner) in partners.enumerated() {
      let file = self.file(of: partner.site)
      if partner.site == owner {
        problems.append(.init(file: file, key: "site", what: "\(owner) is this site itself", remedy: "Remove it."))
      } else if partner.aliasKeys.contains(aliasKey(owner.text)) {
        problems.append(
          .init(file: file, key: "aliases", what: "\(owner) is this site itself", remedy: "Remove this alias."))
      }
      for other in partners[..<index] {
        if other.card.signingKey == partner.card.signingKey {
          problems.append(
            .init(
              file: file, key: "signing_key", what: "\(other.site) has the same key",
              remedy: "One of the two cards is wrong; compare fingerprints by phone."))
        }
        for alias in partner.aliasKeys.intersection(other.aliasKeys).sorted() {
          problems.append(
            .init(
              file: file, key: "aliases", what: "\(quoted(alias)) also means \(other.site)",
              remedy: "Leave it to one of the two."))
        }
      }
    }
    return problems
  }
}
