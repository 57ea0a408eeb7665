import Crypto
import FoundationEssentials

/// The payload's encryption: STREAM with ChaCha20-Poly1305 in chunks of 64 KiB (age.md, "Payload").
///
/// The nonce of a chunk is its number and whether it is the last one, so that chunks cannot be moved, dropped or added.
struct AgeStream {
  static let chunk = 64 * 1024
  static let tag = 16
  static let nonce = 12
  /// Bytes of the random nonce between the header and the first chunk.
  static let salt = 16

  private let key: SymmetricKey
  /// The chunk before, kept until the next one is made: were it freed at once, malloc would give the top of the heap back
  /// to the kernel for every chunk and fault it in again, which costs more than the encryption.
  private var sealed = Data()
  private(set) var number: UInt64 = 0

  init(fileKey: SymmetricKey, salt: [UInt8]) {
    key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: fileKey, salt: salt, info: Array("payload".utf8), outputByteCount: 32)
  }

  /// Encrypts the next chunk and hands its ciphertext and tag to the output, in one piece.
  mutating func seal(
    _ plaintext: UnsafeRawBufferPointer, last: Bool, to output: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let nonce = try ChaChaPoly.Nonce(data: nonceBytes(last: last))
    sealed = try ChaChaPoly.seal(plaintext, using: key, nonce: nonce).combined
    number += 1
    try sealed.withUnsafeBytes { try output(UnsafeRawBufferPointer(rebasing: $0[Self.nonce...])) }
  }

  /// Decrypts the next chunk.
  ///
  /// - Parameters:
  ///   - box: Room for the nonce, then ciphertext and tag. It is laid out as swift-crypto wants it, to spare a copy.
  ///   - last: Whether the chunk must be the last one.
  /// - Returns: The plaintext, or nil when the chunk is not authentic at this place.
  /// - Throws: When swift-crypto refuses the nonce, which cannot be.
  mutating func open(_ box: UnsafeMutableRawBufferPointer, last: Bool) throws -> Data? {
    box.copyBytes(from: nonceBytes(last: last))
    guard let plaintext = try? ChaChaPoly.open(.init(combined: UnsafeRawBufferPointer(box)), using: key) else {
      return nil
    }
    number += 1
    return plaintext
  }

  /// An eleven-byte big-endian number and the last-chunk flag.
  private func nonceBytes(last: Bool) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 0]
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    bytes.append(last ? 1 : 0)
    return bytes
  }
}
