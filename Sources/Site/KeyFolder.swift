internal import Glibc
public import Sealing
public import Spool
public import SystemPackage

/// Where a site's own keys lie, each to be read by itself: a service reads those that it uses, and is given no others.
///
/// A service that systemd starts gets its keys as credentials (`LoadCredential=`, systemd.exec(5)), under the names that they
/// have in the folder, which it cannot read. What is not there is read from the folder.
public struct KeyFolder: Sendable {
  private let folder: FilePath
  private let credentials: FilePath?
  private let disk: Disk

  /// Names the folder; nothing is read yet.
  ///
  /// - Parameter credentials: where the credentials of this service lie; nil: it has none.
  public init(_ folder: FilePath, credentials: FilePath? = KeyFolder.credentials, disk: Disk = Disk()) {
    self.folder = folder
    self.credentials = credentials
    self.disk = disk
  }

  /// Where systemd put the credentials of this process.
  public static var credentials: FilePath? {
    getenv("CREDENTIALS_DIRECTORY").map { FilePath(platformString: $0) }
  }

  /// Signs manifests and receipts.
  ///
  /// - Throws: ``ConfigurationError``, as all that read a key.
  public func signing() throws -> SigningKey { try sshKey("signing_ed25519") }

  /// The public half of the key that signs: for who only looks at signatures, and may not sign.
  public func signer() throws -> SSHPublicKey { try signers()[0] }

  /// The public half of the key that signs, and of those that did before: for what was signed then and is still on its way.
  /// Never empty.
  public func signers() throws -> [SSHPublicKey] {
    let (file, _) = place(of: "signing_ed25519.pub")
    let text = try disk.readText(
      file, limit: Self.sizeLimit, remedy: "Make it with `ssh-keygen -y -f \(folder.appending("signing_ed25519"))`.")
    return try parse(file) { try Self.publicKeys(text) }
  }

  /// The keys of a `.pub` file, one a line, the one in use first; a file without any is told as one whose line is none.
  private static func publicKeys(_ text: String) throws -> [SSHPublicKey] {
    let lines = text.split(whereSeparator: \.isNewline)
    return try (lines.isEmpty ? [""] : lines).map { try SSHPublicKey(String($0)) }
  }

  /// Logs in at the partners' SFTP servers.
  public func transport() throws -> SigningKey { try sshKey("transport_ed25519") }

  /// Opens payloads.
  public func age() throws -> AgeIdentity { try ages()[0] }

  /// Opens payloads, also those that were sealed before the key changed, or after it was told to partners that it will.
  /// Never empty; the first is the one in use.
  public func ages() throws -> [AgeIdentity] {
    let (file, isCredential) = place(of: "age.key")
    let text = try privateText(file, isCredential)
    return try parse(file) { try AgeIdentity.all(in: text) }
  }

  /// The file of a key, and whether it is a credential.
  private func place(of name: String) -> (file: FilePath, isCredential: Bool) {
    if let file = credentials?.appending(name), disk.permissions(of: file) != nil { return (file, true) }
    return (folder.appending(name), false)
  }

  private func sshKey(_ name: String) throws -> SigningKey {
    let (file, isCredential) = place(of: name)
    let text = try privateText(file, isCredential)
    let key = try parse(file) { try SigningKey(openSSHPrivateKey: text) }
    // The public half is for people to hand out: where it is there, it must be this key's.
    let publicFile = FilePath(file.string + ".pub")
    if disk.permissions(of: publicFile) != nil {
      let line = try disk.readText(
        publicFile, limit: Self.sizeLimit, remedy: "Make it with `ssh-keygen -y -f \(file)`.")
      guard try parse(publicFile, { try Self.publicKeys(line)[0] }) == key.publicKey else {
        throw ConfigurationError(
          publicFile, "it is not the public half of \(file.lastComponent?.string ?? "")",
          "Make it again with `ssh-keygen -y -f \(file)`.")
      }
    }
    return key
  }

  /// systemd lets the service read a credential by an access list, which shows as a right of the group.
  private func privateText(_ file: FilePath, _ isCredential: Bool) throws -> String {
    if !isCredential, let mode = disk.permissions(of: file),
      !mode.isDisjoint(with: [.groupReadWriteExecute, .otherReadWriteExecute])
    {
      throw ConfigurationError(file, "others than its owner may use this private key", "Run `chmod 600 \(file)`.")
    }
    return try disk.readText(
      file, limit: Self.sizeLimit,
      remedy: "Restore it from a backup. At an installed site `studypost setup` makes a new one, if that is meant.")
  }

  private func parse<Key>(_ file: FilePath, _ read: () throws -> Key) throws -> Key {
    do {
      return try read()
    } catch {
      // The sentence says what is wrong, and what to do in a second one.
      let sentence = "\(error)"
      let end = sentence.firstRange(of: ". ")
      throw ConfigurationError(
        file, String(sentence[..<(end?.lowerBound ?? sentence.endIndex)]),
        end.map { String(sentence[$0.upperBound...]) } ?? "Restore it from its backup.")
    }
  }

  static let sizeLimit = 64 << 10
}
