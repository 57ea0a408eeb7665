import Crypto

/// The X25519 stanza (age.md, "The X25519 recipient type"): the file key under a key agreed with one recipient.
enum AgeX25519 {
  static let type = "X25519"
  static let fileKeyBytes = 16

  /// Seals a file key to a recipient.
  ///
  /// - Throws: ``SealingError`` with code `key` when the recipient is a point of low order.
  static func wrap(_ fileKey: SymmetricKey, to recipient: AgeRecipient) throws -> AgeStanza {
    let ephemeral = Curve25519.KeyAgreement.PrivateKey()
    let share = Array(ephemeral.publicKey.rawRepresentation)
    guard let key = try wrapKey(ephemeral, with: recipient.point, share: share, recipient: recipient.point) else {
      throw SealingError(.key, "The recipient is not a usable key: \(recipient.text). Ask the partner for another.")
    }
    let box = try fileKey.withUnsafeBytes { try ChaChaPoly.seal($0, using: key, nonce: zeroNonce()) }
    return AgeStanza(
      type: type, arguments: [Base64.encode(share, padding: .forbidden)], body: Array(box.ciphertext + box.tag))
  }

  /// Opens the first stanza that is for one of the identities.
  ///
  /// - Returns: The file key, or nil when no stanza is for them. Stanzas of other types are passed over.
  /// - Throws: ``SealingError`` with code `header` when any X25519 stanza is malformed.
  static func unwrap(_ stanzas: [AgeStanza], with identities: [AgeIdentity]) throws -> SymmetricKey? {
    let entries = try stanzas.filter { $0.type == type }.map { stanza in
      // The body's length is checked before it is opened: a longer file key would allow partitioning oracles.
      guard stanza.arguments.count == 1,
        let share = Base64.decode(stanza.arguments[0].utf8, padding: .forbidden), share.count == 32,
        stanza.body.count == fileKeyBytes + 16
      else { throw AgeHeader.malformed }
      return (share: share, body: stanza.body)
    }
    for identity in identities {
      let recipient = identity.recipient.point
      for entry in entries {
        guard let key = try wrapKey(identity.key, with: entry.share, share: entry.share, recipient: recipient) else {
          throw AgeHeader.malformed
        }
        let box = try ChaChaPoly.SealedBox(
          nonce: zeroNonce(), ciphertext: entry.body.prefix(fileKeyBytes), tag: entry.body.suffix(16))
        if let fileKey = try? ChaChaPoly.open(box, using: key) { return SymmetricKey(data: fileKey) }
      }
    }
    return nil
  }

  /// Returns nil when the shared secret is zero, which the peer alone would then know (RFC 7748 section 6.1).
  private static func wrapKey(
    _ secret: Curve25519.KeyAgreement.PrivateKey, with peer: [UInt8], share: [UInt8], recipient: [UInt8]
  ) throws -> SymmetricKey? {
    let shared = try secret.sharedSecretFromKeyAgreement(
      with: Curve25519.KeyAgreement.PublicKey(rawRepresentation: peer))
    guard shared.withUnsafeBytes({ $0.reduce(0, |) }) != 0 else { return nil }
    return shared.hkdfDerivedSymmetricKey(
      using: SHA256.self, salt: share + recipient, sharedInfo: Array("\(AgeHeader.version)/X25519".utf8),
      outputByteCount: 32)
  }

  /// Every wrap key is used once, so that the nonce may be fixed.
  private static func zeroNonce() throws -> ChaChaPoly.Nonce {
    try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12))
  }
}
