import Crypto

/// A private key that opens age files (age.md, "The X25519 recipient type").
///
/// Its description is the recipient, so that no log shows the secret.
public struct AgeIdentity: Sendable, CustomStringConvertible {
  private static let prefix = "age-secret-key-"

  let key: Curve25519.KeyAgreement.PrivateKey

  /// Makes a new identity.
  public init() { key = Curve25519.KeyAgreement.PrivateKey() }

  /// Reads an identity, or an identity file with that one identity among comments and empty lines.
  ///
  /// - Throws: ``SealingError`` with code `key`.
  public init(_ text: String) throws {
    let malformed = SealingError(
      .key, "This is not an age identity. It should be one line that begins with \"AGE-SECRET-KEY-1\" (age-keygen).")
    guard text.utf8.count <= Armor.limit else { throw malformed }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map(\.trimmed)
      .filter { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
    // Identities are written in upper case only.
    guard lines.count == 1, let line = lines.first,
      !line.contains(where: { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }),
      let bytes = Bech32.decode(line.map(\.lowercased), prefix: Self.prefix),
      let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes)
    else { throw malformed }
    self.key = key
  }

  /// The identity as text: `AGE-SECRET-KEY-1…`.
  public var text: String { Bech32.encode(Array(key.rawRepresentation), prefix: Self.prefix).uppercased() }

  /// The recipient that belongs to it.
  public var recipient: AgeRecipient { AgeRecipient(key.publicKey) }

  /// The recipient as text.
  public var description: String { recipient.text }
}

extension UInt8 {
  fileprivate var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
