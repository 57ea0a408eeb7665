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
  public let age: AgeIdentity

  /// Reads the keys. Private keys that group or others may touch are refused, as `ssh` does.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong with any of the files.
  public static func load(_ directory: FilePath, disk: Disk = Disk()) throws -> Keys {
    var problems: [ConfigurationError.Problem] = []
    let signing = collect(into: &problems) { try sshKey(directory.appending("signing_ed25519"), disk) }
    let transport = collect(into: &problems) { try sshKey(directory.appending("transport_ed25519"), disk) }
    let age = collect(into: &problems) {
      let file = directory.appending("age.key")
      let text = try privateText(file, disk)
      return try parse(file) { try AgeIdentity(text) }
    }
    guard problems.isEmpty, let signing, let transport, let age else { throw ConfigurationError(problems) }
    return Keys(signing: signing, transport: transport, age: age)
  }

  /// Makes new keys and writes them, durably; the folder gets mode 0700, private keys 0600.
  ///
  /// - Throws: ``ConfigurationError`` where a key is there already (then nothing is written) or a file cannot be
  ///   written.
  public static func create(_ directory: FilePath, for site: SiteName, disk: Disk = Disk()) throws -> Keys {
    let keys = Keys(signing: SigningKey(), transport: SigningKey(), age: AgeIdentity())
    let now = Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded(.down)).formatted(.iso8601)
    var files: [(name: String, text: String, mode: FilePermissions)] = []
    for (name, key) in [("signing_ed25519", keys.signing), ("transport_ed25519", keys.transport)] {
      let comment = "studypost-\(name.prefix { $0 != "_" })@\(site)"
      files.append((name, key.openSSHPrivateKey(comment: comment), .ownerReadWrite))
      files.append(("\(name).pub", "\(key.publicKey.line) \(comment)\n", [.ownerReadWrite, .groupRead, .otherRead]))
    }
    let age = "# created: \(now)\n# public key: \(keys.age.recipient.text)\n\(keys.age.text)\n"
    files.append(("age.key", age, .ownerReadWrite))

    let present = files.map { directory.appending($0.name) }.filter { disk.permissions(of: $0) != nil }
    guard present.isEmpty else {
      throw ConfigurationError(
        present.map {
          .init(file: $0, what: "it is already there", remedy: "Keys are never overwritten; move it away first.")
        })
    }
    try disk.makeFolder(directory, mode: .ownerReadWriteExecute)
    try disk.makePrivate(directory)
    for file in files {
      try disk.write(file.text, to: directory.appending(file.name), mode: file.mode, replacing: false)
    }
    return keys
  }

  private static func sshKey(_ file: FilePath, _ disk: Disk) throws -> SigningKey {
    let text = try privateText(file, disk)
    let key = try parse(file) { try SigningKey(openSSHPrivateKey: text) }
    // The public half is for people to hand out: where it is there, it must be this key's.
    let publicFile = FilePath(file.string + ".pub")
    if disk.permissions(of: publicFile) != nil {
      let line = try disk.readText(publicFile, limit: sizeLimit, remedy: "Make it with `ssh-keygen -y -f \(file)`.")
      guard try parse(publicFile, { try SSHPublicKey(line) }) == key.publicKey else {
        throw ConfigurationError(
          publicFile, "it is not the public half of \(file.lastComponent?.string ?? "")",
          "Make it again with `ssh-keygen -y -f \(file)`.")
      }
    }
    return key
  }

  private static func privateText(_ file: FilePath, _ disk: Disk) throws -> String {
    if let mode = disk.permissions(of: file), !mode.isDisjoint(with: [.groupReadWriteExecute, .otherReadWriteExecute]) {
      throw ConfigurationError(file, "others than its owner may use this private key", "Run `chmod 600 \(file)`.")
    }
    return try disk.readText(file, limit: sizeLimit, remedy: "Make a site's keys with `studypost init`, or restore it.")
  }

  private static func parse<Key>(_ file: FilePath, _ read: () throws -> Key) throws -> Key {
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

  private static let sizeLimit = 64 << 10
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
