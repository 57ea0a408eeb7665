import Crypto

/// A public key in OpenSSH's form: Ed25519, or ECDSA (for host keys only; this program signs with Ed25519 alone).
///
/// The encodings are those of RFC 8709 section 4 and RFC 5656 section 3.1.
public struct SSHPublicKey: Hashable, Sendable {
  static let ed25519 = "ssh-ed25519"

  /// The key type, e.g. `ssh-ed25519`.
  public let type: String
  /// The key in the SSH wire format.
  public let blob: [UInt8]

  /// Reads a line of a `.pub` file: type, base 64, and a comment that is not kept.
  ///
  /// - Throws: ``SealingError`` with code `key` when the line is not a whole key of a known type.
  public init(_ line: String) throws {
    let malformed = SealingError(
      .key, "This is not an OpenSSH public key. It should be one line that begins with \"ssh-ed25519 AAAA\".")
    guard line.utf8.count <= Armor.limit else { throw malformed }
    var text = Substring(line)
    while let last = text.unicodeScalars.last, "\r\n \t".unicodeScalars.contains(last) {
      text.unicodeScalars.removeLast()
    }
    guard !text.unicodeScalars.contains(where: { "\r\n\0".unicodeScalars.contains($0) }) else { throw malformed }
    let fields = text.utf8.split(maxSplits: 2) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard fields.count >= 2, let blob = Base64.decode(fields[1], padding: .required) else { throw malformed }
    try self.init(blob: blob, orThrow: malformed)
    guard type.utf8.elementsEqual(fields[0]) else { throw malformed }
  }

  /// Reads the SSH wire format to its last byte.
  init(blob: [UInt8], orThrow malformed: SealingError) throws {
    var reader = SSHReader(blob, orThrow: malformed)
    type = String(decoding: try reader.string(), as: UTF8.self)
    self.blob = blob
    do {
      switch type {
      case Self.ed25519:
        _ = try Curve25519.Signing.PublicKey(rawRepresentation: reader.string())
      case "ecdsa-sha2-nistp256":
        try reader.expect(string: "nistp256".utf8)
        _ = try P256.Signing.PublicKey(x963Representation: reader.string())
      case "ecdsa-sha2-nistp384":
        try reader.expect(string: "nistp384".utf8)
        _ = try P384.Signing.PublicKey(x963Representation: reader.string())
      case "ecdsa-sha2-nistp521":
        try reader.expect(string: "nistp521".utf8)
        _ = try P521.Signing.PublicKey(x963Representation: reader.string())
      default:
        throw SealingError(
          .key, "This key is of a type that is not supported here. Use an Ed25519 key (ssh-keygen -t ed25519).")
      }
    } catch let error as SealingError {
      throw error
    } catch {
      throw malformed
    }
    try reader.end()
  }

  init(_ key: Curve25519.Signing.PublicKey) {
    type = Self.ed25519
    var writer = SSHWriter()
    writer.append(string: type)
    writer.append(string: Array(key.rawRepresentation))
    blob = writer.bytes
  }

  /// The key as a line of text, without a comment.
  public var line: String { "\(type) \(Base64.encode(blob, padding: .required))" }

  /// The fingerprint as `ssh-keygen -l` prints it: `SHA256:` and unpadded base 64.
  public var fingerprint: String { "SHA256:" + Base64.encode(SHA256.hash(data: blob), padding: .forbidden) }

  /// The key that checks signatures, when this one is of the type that signs.
  var verifier: Curve25519.Signing.PublicKey? {
    guard type == Self.ed25519 else { return nil }
    return try? Curve25519.Signing.PublicKey(rawRepresentation: blob.suffix(32))
  }
}
