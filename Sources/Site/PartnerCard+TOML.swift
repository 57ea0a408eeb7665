import Sealing
public import Spool
public import SystemPackage

extension PartnerCard {
  /// The most bytes that a card may have.
  public static let sizeLimit = 64 << 10

  /// Reads a card, which a stranger may have written: unknown keys are refused, local settings above all.
  ///
  /// - Parameters:
  ///   - text: the TOML document.
  ///   - file: where it is from, for the problems.
  /// - Throws: ``ConfigurationError`` with everything that is wrong.
  public init(parsing text: String, file: FilePath) throws {
    let problems = ProblemList(of: file)
    guard let document = try Self.document(text, problems) else { throw ConfigurationError(problems.all) }
    let card = PartnerCard(document)
    document.finish()
    try problems.throwIfAny()
    guard let card else { throw ConfigurationError(problems.all) }
    self = card
  }

  /// Reads the card in that file.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong.
  public static func load(_ file: FilePath, disk: Disk = Disk()) throws -> PartnerCard {
    try PartnerCard(
      parsing: disk.readText(file, limit: sizeLimit, remedy: "Name the file with the partner's card."), file: file)
  }

  /// The document of a card or partner file; nil, after a report, where it is none.
  static func document(_ text: String, _ problems: ProblemList) throws -> TableReader? {
    guard text.utf8.count <= sizeLimit else {
      problems.report("", "it is larger than \(sizeLimit) bytes", "Ask the partner for the card again.")
      return nil
    }
    return parseTOML(text, problems).map { TableReader($0, problems) }
  }

  /// Reads the card's own keys of a document; nil, after reports, where they make no card.
  init?(_ document: TableReader) {
    let again = "A card has it; ask the partner for the card again."
    for key in ["site", "signing_key", "transport_key", "encryption_key", "sftp"] { document.require(key, again) }
    let site = document.form("site", .siteName)
    let name = document.form("name", .line)
    let contact = document.form("contact", .line)
    let signingKey = document.form("signing_key", .ownKey)
    let transportKey = document.form("transport_key", .ownKey)
    let encryptionKey = document.form("encryption_key", .recipient)

    let table = document.table("sftp")
    if document.sets("sftp") {
      for key in ["host", "host_key"] { table.require(key, again) }
    }
    let host = table.form("host", .host)
    let port = table.integer("port", in: 1...65535)
    let hostKey = table.form("host_key", .hostKey)
    let user = table.form("user", .user)
    let directory = table.form("directory", .directory)
    table.finish()
    let former = Self.former(document)

    guard let site, let signingKey, let transportKey, let encryptionKey, let host, let hostKey else { return nil }
    self.init(
      site: site, name: name ?? site.text, contact: contact ?? "", signingKey: signingKey, transportKey: transportKey,
      encryptionKey: encryptionKey,
      sftp: Server(host: host, port: port ?? 22, hostKey: hostKey, user: user, directory: directory ?? "/"),
      former: former)
  }

  /// The card as a TOML document.
  public func toml() -> String { topLevelTOML + serverTOML + formerTOML }

  /// The keys that stand before the first table, where other top-level keys may follow.
  var topLevelTOML: String {
    """
    site = \(tomlString(site.text))
    name = \(tomlString(name))
    contact = \(tomlString(contact))
    signing_key = \(tomlString(signingKey.line))
    transport_key = \(tomlString(transportKey.line))
    encryption_key = \(tomlString(encryptionKey.text))

    """
  }

  /// The table `[sftp]`.
  var serverTOML: String {
    """

    [sftp]
    host = \(tomlString(sftp.host))
    port = \(sftp.port)
    host_key = \(tomlString(sftp.hostKey.line))
    \(sftp.user.map { "user = \(tomlString($0))\n" } ?? "")directory = \(tomlString(sftp.directory))

    """
  }
}

extension TextForm where Value == SSHPublicKey {
  /// A site's own key.
  static var ownKey: TextForm {
    TextForm(name: "an Ed25519 public key in OpenSSH's form", remedy: "It begins with \"ssh-ed25519 AAAA\".") { text in
      hostKey.read(text).flatMap { $0.type == "ssh-ed25519" ? $0 : nil }
    }
  }

  /// An SSH server's key.
  static var hostKey: TextForm {
    TextForm(
      name: "an Ed25519 or ECDSA public key in OpenSSH's form",
      remedy: "It begins with \"ssh-ed25519 AAAA\" or \"ecdsa-sha2-nistp\"."
    ) { text in try? SSHPublicKey(text) }
  }
}

extension TextForm where Value == AgeRecipient {
  fileprivate static var recipient: TextForm {
    TextForm(name: "an age recipient", remedy: "It begins with \"age1\".") { text in try? AgeRecipient(text) }
  }
}
