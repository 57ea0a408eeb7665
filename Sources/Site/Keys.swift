import FoundationEssentials
public import Sealing
public import Spool
public import SystemPackage

/// A site's own keys, as they lie in its folder of keys:
///
/// | file | what it is |
/// |---|---|
/// | `signing_ed25519`, `.pub` | signs manifests and receipts; OpenSSH format |
/// | `transport_ed25519`, `.pub` | logs in at the partners' SFTP servers; OpenSSH format |
/// | `age.key` | opens payloads; as `age-keygen` writes it |
public struct Keys: Sendable {
  /// Signs manifests and receipts.
  public let signing: SigningKey
  /// Logs in at the partners' SFTP servers; ``SigningKey/openSSHPrivateKey(comment:)`` gives its text.
  public let transport: SigningKey
  /// Opens payloads.
  public var age: AgeIdentity { ages[0] }
  /// As ``KeyFolder/ages()``.
  public let ages: [AgeIdentity]
  /// As ``KeyFolder/signers()``.
  public let signers: [SSHPublicKey]

  /// Reads the keys. Private keys that group or others may touch are refused, as `ssh` does.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong with any of the files.
  public static func load(_ directory: FilePath, disk: Disk = Disk()) throws -> Keys {
    let folder = KeyFolder(directory, disk: disk)
    var problems: [ConfigurationError.Problem] = []
    let signing = collect(into: &problems) { try folder.signing() }
    let transport = collect(into: &problems) { try folder.transport() }
    let ages = collect(into: &problems) { try folder.ages() }
    // Who has the private key need not have the public ones beside it.
    let isAlone = disk.permissions(of: directory.appending("signing_ed25519.pub")) == nil
    let signers = signing.flatMap { key in
      isAlone ? [key.publicKey] : collect(into: &problems) { try folder.signers() }
    }
    guard problems.isEmpty, let signing, let transport, let ages, let signers else {
      throw ConfigurationError(problems)
    }
    return Keys(signing: signing, transport: transport, ages: ages, signers: signers)
  }

  /// Makes new keys and writes them, durably; the folder gets mode 0700, private keys 0600.
  ///
  /// - Throws: ``ConfigurationError`` where a key is there already (then nothing is written) or a file cannot be
  ///   written.
  public static func create(_ directory: FilePath, for site: SiteName, disk: Disk = Disk()) throws -> Keys {
    let present = Self.names.map { directory.appending($0) }.filter { disk.permissions(of: $0) != nil }
    guard present.isEmpty else {
      throw ConfigurationError(
        present.map {
          .init(file: $0, what: "it is already there", remedy: "Keys are never overwritten; move it away first.")
        })
    }
    return try complete(directory, for: site, disk: disk)
  }

  /// Makes those keys that are not there, durably, and leaves the others as they are; the folder gets mode 0700, private keys
  /// 0600. Interrupted and done once more, it goes on.
  ///
  /// - Throws: ``ConfigurationError`` where a key that is there is not in order, or a file cannot be written.
  public static func complete(_ directory: FilePath, for site: SiteName, disk: Disk = Disk()) throws -> Keys {
    try disk.makeFolder(directory, mode: .ownerReadWriteExecute)
    try disk.makePrivate(directory)
    func isMissing(_ name: String) -> Bool { disk.permissions(of: directory.appending(name)) == nil }
    func write(_ name: String, _ text: String, _ mode: FilePermissions) throws {
      try disk.write(text, to: directory.appending(name), mode: mode, replacing: false)
    }
    let folder = KeyFolder(directory, credentials: nil, disk: disk)
    for (name, read) in [("signing_ed25519", folder.signing), ("transport_ed25519", folder.transport)] {
      let comment = "studypost-\(name.prefix { $0 != "_" })@\(site)"
      if isMissing(name) { try write(name, SigningKey().openSSHPrivateKey(comment: comment), .ownerReadWrite) }
      if isMissing("\(name).pub") {
        try write("\(name).pub", "\(read().publicKey.line) \(comment)\n", [.ownerReadWrite, .groupRead, .otherRead])
      }
    }
    if isMissing(ageName) { try write(ageName, ageText(AgeIdentity()), .ownerReadWrite) }
    return try load(directory, disk: disk)
  }

  static let ageName = "age.key"
  private static let names = [
    "signing_ed25519", "signing_ed25519.pub", "transport_ed25519", "transport_ed25519.pub", ageName,
  ]

  /// As `age-keygen` writes it.
  static func ageText(_ key: AgeIdentity) -> String {
    let now = Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded(.down)).formatted(.iso8601)
    return "# created: \(now)\n# public key: \(key.recipient.text)\n\(key.text)\n"
  }
}

/// Runs `body`, and keeps its problems instead of throwing them.
func collect<Value>(into problems: inout [ConfigurationError.Problem], _ body: () throws -> Value) -> Value? {
  do {
    return try body()
  } catch let error as ConfigurationError {
    problems += error.problems
  } catch {
    problems.append(.init(file: "", what: "\(error)", remedy: "Look at the cause."))
  }
  return nil
}
