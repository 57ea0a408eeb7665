import Sealing
public import Spool
public import SystemPackage

/// A site as its files describe it: its configuration, its own keys and its partners.
public struct Site: Sendable {
  /// What `studypost.toml` sets.
  public let configuration: Configuration
  /// The site's own keys.
  public let keys: Keys
  /// The sites that it exchanges with.
  public var partners: PartnerBook

  /// Reads a site.
  ///
  /// - Parameter file: its configuration.
  /// - Returns: the site, checked.
  /// - Throws: ``ConfigurationError`` with everything that is wrong with the configuration, or else with everything
  ///   that is wrong with the keys and the partners.
  public static func open(_ file: FilePath, disk: Disk = Disk()) throws -> Site {
    let configuration = try Configuration.load(file, disk: disk)
    var problems: [ConfigurationError.Problem] = []
    let keys = collect(into: &problems) { try Keys.load(configuration.keys, disk: disk) }
    let partners = collect(into: &problems) {
      try PartnerBook.load(configuration.partners, owner: configuration.site, disk: disk)
    }
    guard problems.isEmpty, let keys, let partners else { throw ConfigurationError(problems) }
    return Site(configuration: configuration, keys: keys, partners: partners)
  }

  /// This site's card, for its partners.
  ///
  /// - Throws: ``ConfigurationError`` with every key that must be set first.
  public func card(disk: Disk = Disk()) throws -> PartnerCard {
    let problems = ProblemList(of: configuration.file)
    if configuration.sftp.host == nil {
      problems.report(
        "sftp.host", "it is not set, and the card must say where partners reach this site",
        "Set it to the name or address of this site's SFTP server as partners see it.")
    }
    let hostKey = configuration.sftp.hostKey.flatMap { Self.hostKey($0, problems) }
    if configuration.sftp.hostKey == nil {
      problems.report(
        "sftp.host_key", "it is not set, and the card must say by which key partners recognise this site",
        "Set it to the public host key of its SFTP server, for example \"/etc/ssh/ssh_host_ed25519_key.pub\".")
    }
    try problems.throwIfAny()
    guard let host = configuration.sftp.host, let hostKey else { throw ConfigurationError(problems.all) }
    var card = PartnerCard(
      site: configuration.site, name: configuration.name, contact: configuration.contact,
      signingKey: keys.signing.publicKey, transportKey: keys.transport.publicKey, encryptionKey: keys.age.recipient,
      sftp: .init(host: host, port: configuration.sftp.port, hostKey: hostKey))
    card.former = KeyRotation.former(of: card, in: configuration.keys, disk: disk)
    return card
  }

  private static func hostKey(_ file: FilePath, _ problems: ProblemList) -> SSHPublicKey? {
    let remedy = "Set it to the public host key of this site's SFTP server, as sshd's HostKey has it with .pub added."
    do {
      let text = try Disk().readText(file, limit: 64 << 10, remedy: remedy)
      if let key = TextForm<SSHPublicKey>.hostKey.read(text) { return key }
      problems.report("sftp.host_key", "\(file) is not \(TextForm<SSHPublicKey>.hostKey.name)", remedy)
    } catch {
      let what = (error as? ConfigurationError)?.problems.first?.what ?? "\(error)"
      problems.report("sftp.host_key", "\(file): \(what)", remedy)
    }
    return nil
  }
}

extension Site {
  /// Makes a new site's configuration, keys and folder of partners. The spool and the journal are not made here.
  ///
  /// - Parameters:
  ///   - name: the site's name.
  ///   - root: one folder for all of it; nil: as installed, see ``Configuration/defaultFile``.
  /// - Returns: the configuration's file, which is written last.
  /// - Throws: ``ConfigurationError`` where a site is there already or a file cannot be written.
  public static func create(named name: SiteName, root: FilePath?, disk: Disk = Disk()) throws -> FilePath {
    let root = try root.map(absolute)
    let file = root?.appending("studypost.toml") ?? Configuration.defaultFile
    guard disk.permissions(of: file) == nil else {
      throw ConfigurationError(file, "there is a site here already", "Choose another folder, or edit this file.")
    }
    let text = Configuration.initialText(site: name, root: root)
    let configuration = try Configuration(parsing: text, file: file)
    let everyone: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
    try disk.makeFolder(file.removingLastComponent(), mode: everyone)
    _ = try Keys.create(configuration.keys, for: name, disk: disk)
    try disk.makeFolder(configuration.partners, mode: everyone)
    try disk.write(text, to: file, mode: [.ownerReadWrite, .groupRead, .otherRead], replacing: false)
    return file
  }

  /// Puts a configuration in place, whole and durably, in place of the one that is there.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong with it; then nothing was written.
  public static func write(configuration text: String, to file: FilePath, disk: Disk = Disk()) throws -> Configuration {
    let configuration = try Configuration(parsing: text, file: file)
    try disk.write(text, to: file, mode: [.ownerReadWrite, .groupRead], replacing: true)
    return configuration
  }
}
