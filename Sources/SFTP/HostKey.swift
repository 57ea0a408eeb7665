import CSSH2
import FoundationEssentials

/// The pinned host key: its type and its blob (RFC 4253 6.6), of the types that are accepted at all.
struct HostKey: Equatable {
  /// RFC 8709 and RFC 5656. RSA is left out: libssh2 1.10 knows it only with SHA-1.
  static let acceptedTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"]

  let type: String
  let blob: [UInt8]

  init(pinnedBy endpoint: SFTPEndpoint) throws(SFTPError) {
    let fields = endpoint.hostKey.split(whereSeparator: \.isWhitespace)
    let type = fields.first.map { printable($0.utf8) } ?? ""
    guard Self.acceptedTypes.contains(type) else {
      throw SFTPError(
        .hostKey, host: endpoint.address,
        "A host key of type \(type.isEmpty ? "(none)" : type) is not accepted. "
          + "Pin the server's Ed25519 host key (ssh-keyscan -t ed25519), or an ECDSA one.")
    }
    guard fields.count > 1, let data = Data(base64Encoded: String(fields[1])), Self.type(of: data) == type else {
      throw SFTPError(
        .hostKey, host: endpoint.address,
        "The pinned host key is damaged: it is not the base64 of a \(type) key. Copy it from the partner's card again.")
    }
    self.type = type
    blob = [UInt8](data)
  }

  /// The host key that the server presented and with which it signed the key exchange.
  init?(presentedIn session: OpaquePointer) {
    var length = 0
    var kind: Int32 = 0
    guard let key = libssh2_session_hostkey(session, &length, &kind) else { return nil }
    blob = [UInt8](UnsafeRawBufferPointer(start: key, count: length))
    type = Self.type(of: blob) ?? "unknown"
  }

  /// The fingerprint as ssh-keygen -l prints it, of the host key that the server presented.
  static func fingerprint(in session: OpaquePointer) -> String {
    guard let hash = libssh2_hostkey_hash(session, LIBSSH2_HOSTKEY_HASH_SHA256) else { return "SHA256:?" }
    return "SHA256:" + Data(bytes: hash, count: 32).base64EncodedString().filter { $0 != "=" }
  }

  /// A blob begins with its type, as a string with a 32-bit length (RFC 4251 5).
  private static func type(of blob: some Collection<UInt8>) -> String? {
    guard let length = blob.prefix(4).bigEndianLength, length <= 64, blob.count >= 4 + length else { return nil }
    return printable(blob.dropFirst(4).prefix(length))
  }
}

extension Collection where Element == UInt8 {
  /// Four bytes as an unsigned number, most significant first; `nil` if these are not four.
  var bigEndianLength: Int? { count == 4 ? reduce(0) { $0 << 8 | Int($1) } : nil }
}

/// Text from the other side, fit for an error message: printable ASCII only, and not long.
func printable(_ bytes: some Sequence<UInt8>) -> String {
  String(decoding: bytes.prefix(300).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
}
