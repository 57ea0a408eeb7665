import Crypto

/// An Ed25519 private key (RFC 8032) that signs manifests and receipts, or logs in over SSH.
///
/// Its description is the public key's fingerprint, so that no log shows the secret.
public struct SigningKey: Sendable, CustomStringConvertible {
  private static let label = "OPENSSH PRIVATE KEY"
  private static let magic = [UInt8]("openssh-key-v1\0".utf8)

  private let key: Curve25519.Signing.PrivateKey

  /// Makes a new key.
  public init() { key = Curve25519.Signing.PrivateKey() }

  /// Reads an unencrypted private key file (OpenSSH PROTOCOL.key).
  ///
  /// - Throws: ``SealingError`` with code `key` when it is damaged, has a passphrase, or is not Ed25519.
  public init(openSSHPrivateKey text: String) throws {
    let malformed = SealingError(
      .key, "This is not a whole OpenSSH private key. Restore it, or make one with ssh-keygen -t ed25519 -N ''.")
    guard let bytes = Armor.decode(text, label: Self.label) else { throw malformed }
    var reader = SSHReader(bytes, orThrow: malformed)
    try reader.expect(raw: Self.magic)
    guard try reader.string().elementsEqual("none".utf8) else {
      throw SealingError(
        .key, "The private key has a passphrase, which a service cannot type. Remove it with ssh-keygen -p -N ''.")
    }
    try reader.expect(string: "none".utf8)
    try reader.expect(string: [])
    guard try reader.uint32() == 1 else { throw malformed }
    let publicKey = try SSHPublicKey(blob: Array(reader.string()), orThrow: malformed)
    guard publicKey.type == SSHPublicKey.ed25519 else {
      throw SealingError(.key, "The private key is not an Ed25519 key. Make one with ssh-keygen -t ed25519 -N ''.")
    }
    var secret = SSHReader(try reader.string(), orThrow: malformed)
    try reader.end()
    guard try secret.uint32() == secret.uint32() else { throw malformed }
    try secret.expect(string: publicKey.type.utf8)
    let point = try secret.string()
    let seed = try secret.string()
    // The last two fields hold the public key again: the private one is its seed and the point.
    guard seed.count == 64, seed.suffix(32) == point,
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed.prefix(32)),
      point.elementsEqual(key.publicKey.rawRepresentation),
      SSHPublicKey(key.publicKey) == publicKey
    else { throw malformed }
    _ = try secret.string()  // the comment
    guard secret.rest.count < 8, secret.rest.elementsEqual(Self.padding(secret.rest.count)) else { throw malformed }
    self.key = key
  }

  /// The key as an unencrypted private key file (OpenSSH PROTOCOL.key), to be kept with mode 0600.
  public func openSSHPrivateKey(comment: String) -> String {
    let publicKey = publicKey
    let check = UInt32.random(in: .min ... .max)
    var secret = SSHWriter()
    secret.append(check)
    secret.append(check)
    secret.append(string: publicKey.type)
    secret.append(string: Array(key.publicKey.rawRepresentation))
    secret.append(string: Array(key.rawRepresentation + key.publicKey.rawRepresentation))
    secret.append(string: comment)
    secret.append(raw: Self.padding((8 - secret.bytes.count % 8) % 8))

    var file = SSHWriter(Self.magic)
    file.append(string: "none")  // cipher
    file.append(string: "none")  // key derivation
    file.append(string: "")
    file.append(1)
    file.append(string: publicKey.blob)
    file.append(string: secret.bytes)
    return Armor.encode(file.bytes, label: Self.label)
  }

  /// The public key.
  public var publicKey: SSHPublicKey { SSHPublicKey(key.publicKey) }

  /// The public key's fingerprint.
  public var description: String { publicKey.fingerprint }

  func signature(for bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: bytes)) }

  /// The bytes 1, 2, 3 … that fill the secret part to the cipher's block, which is 8 for "none".
  private static func padding(_ count: Int) -> [UInt8] { Array([1, 2, 3, 4, 5, 6, 7].prefix(count)) }
}
