import Crypto

/// Detached signatures of OpenSSH (PROTOCOL.sshsig), as `ssh-keygen -Y sign` and `-Y verify` make and check them.
///
/// The namespace says what a signature is for, so that one made for a manifest cannot pass as one for a receipt.
public enum SSHSignature {
  private static let label = "SSH SIGNATURE"
  private static let magic = [UInt8]("SSHSIG".utf8)

  /// Signs a message with SHA-512 and Ed25519.
  ///
  /// - Parameters:
  ///   - message: The whole message.
  ///   - namespace: The purpose, e.g. `receipt@studypost`; not empty.
  ///   - key: The key to sign with.
  /// - Returns: The armoured signature, the content of a `.sig` file.
  /// - Throws: ``SealingError`` with code `namespace` when that is empty.
  public static func sign(_ message: [UInt8], namespace: String, with key: SigningKey) throws -> String {
    try require(namespace)
    var signature = SSHWriter()
    signature.append(string: SSHPublicKey.ed25519)
    signature.append(string: try key.signature(for: signed(digest: .sha512, of: message, namespace: namespace)))

    var file = SSHWriter(magic)
    file.append(1)
    file.append(string: key.publicKey.blob)
    file.append(string: namespace)
    file.append(string: "")
    file.append(string: Digest.sha512.rawValue)
    file.append(string: signature.bytes)
    return Armor.encode(file.bytes, label: label)
  }

  /// Returns when the signature is whole, by that key, for that namespace, and fits the message.
  ///
  /// - Parameters:
  ///   - armoured: The content of the `.sig` file.
  ///   - message: The whole message.
  ///   - namespace: The purpose that the signature must have been made for.
  ///   - expected: Whose Ed25519 key must have made it.
  /// - Throws: ``SealingError`` with code `signature`, `namespace` or (a key that does not sign) `key`.
  public static func verify(
    _ armoured: String, of message: [UInt8], namespace: String, by expected: some SSHSigner
  ) throws {
    try require(namespace)
    let keys = try expected.signingKeys.map { key in
      guard let verifier = key.verifier else {
        throw SealingError(.key, "A key of type \(key.type) cannot sign here. Ask the partner for its Ed25519 key.")
      }
      return (key: key, verifier: verifier)
    }
    let malformed = SealingError(.signature, "The signature is damaged. Ask the sender for the file again.")
    guard let bytes = Armor.decode(armoured, label: label) else { throw malformed }
    var reader = SSHReader(bytes, orThrow: malformed)
    try reader.expect(raw: magic)
    guard try reader.uint32() == 1 else { throw malformed }
    let signer = Array(try reader.string())
    let purpose = try reader.string()
    // Reserved bytes are not covered by the signature: refuse what someone could have put there.
    try reader.expect(string: [])
    guard let digest = Digest(rawValue: String(decoding: try reader.string(), as: UTF8.self)) else { throw malformed }
    var signature = SSHReader(try reader.string(), orThrow: malformed)
    try reader.end()
    try signature.expect(string: SSHPublicKey.ed25519.utf8)
    let value = try signature.string()
    try signature.end()

    guard let (key, verifier) = keys.first(where: { $0.key.blob == signer }) ?? keys.first else { throw malformed }
    guard signer == key.blob else {
      let other = (try? SSHPublicKey(blob: signer, orThrow: malformed)).map(\.fingerprint) ?? "an unreadable key"
      throw SealingError(
        .signature, "Signed by \(other), but \(key.fingerprint) was expected. Compare the keys with the partner.")
    }
    guard purpose.elementsEqual(namespace.utf8) else {
      throw SealingError(.namespace, "The signature was not made for \(namespace). It may have been moved here.")
    }
    guard verifier.isValidSignature(value, for: signed(digest: digest, of: message, namespace: namespace)) else {
      throw SealingError(.signature, "The signature does not fit the file, which was altered or damaged on its way.")
    }
  }

  /// The digests that the format allows.
  private enum Digest: String {
    case sha256, sha512

    func callAsFunction(_ message: [UInt8]) -> [UInt8] {
      switch self {
      case .sha256: return Array(SHA256.hash(data: message))
      case .sha512: return Array(SHA512.hash(data: message))
      }
    }
  }

  private static func require(_ namespace: String) throws {
    guard !namespace.isEmpty else { throw SealingError(.namespace, "A signature needs a namespace.") }
  }

  /// What is really signed.
  private static func signed(digest: Digest, of message: [UInt8], namespace: String) -> [UInt8] {
    var writer = SSHWriter(magic)
    writer.append(string: namespace)
    writer.append(string: "")
    writer.append(string: digest.rawValue)
    writer.append(string: digest(message))
    return writer.bytes
  }
}
