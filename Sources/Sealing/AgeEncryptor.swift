import Crypto

/// Encrypts a stream to age recipients, with memory independent of its length.
///
/// Not to be used from two threads at once. An encryptor whose output failed, or that was not finished, leaves a file
/// that no decryptor accepts.
public final class AgeEncryptor {
  private let output: (UnsafeRawBufferPointer) throws -> Void
  private var stream: AgeStream
  private let pending: UnsafeMutableRawBufferPointer
  private var count = 0
  private var isOpen = true

  /// Writes the header.
  ///
  /// - Parameters:
  ///   - recipients: Those who will be able to open it; at least one.
  ///   - output: Takes the encrypted bytes in order, about 64 KiB at a time; the memory is valid during the call.
  /// - Throws: ``SealingError`` with code `key` for no or an unusable recipient, and what the output throws.
  public init(
    to recipients: [AgeRecipient], output: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard !recipients.isEmpty else { throw SealingError(.key, "There is no recipient to encrypt to.") }
    let fileKey = SymmetricKey(size: .bits128)
    let header = AgeHeader(try recipients.map { try AgeX25519.wrap(fileKey, to: $0) }, fileKey: fileKey)
    guard header.encoded.count <= AgeHeader.limit else { throw SealingError(.key, "There are too many recipients.") }
    var random = SystemRandomNumberGenerator()
    let salt = (0..<AgeStream.salt).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    stream = AgeStream(fileKey: fileKey, salt: salt)
    self.output = output
    pending = .allocate(byteCount: AgeStream.chunk, alignment: 16)
    try (header.encoded + salt).withUnsafeBytes(output)
  }

  deinit { pending.deallocate() }

  /// Encrypts more of the stream.
  ///
  /// - Throws: What the output throws; after that, or after ``finish()``, ``SealingError`` with code `payload`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try attempt {
      var rest = bytes[...]
      // A full chunk waits for the next byte, since it may be the last one, which is marked.
      while !rest.isEmpty {
        if count == AgeStream.chunk {
          try stream.seal(UnsafeRawBufferPointer(pending), last: false, to: output)
          count = 0
        }
        if count == 0, rest.count > AgeStream.chunk {
          try stream.seal(UnsafeRawBufferPointer(rebasing: rest.prefix(AgeStream.chunk)), last: false, to: output)
          rest = rest.dropFirst(AgeStream.chunk)
        } else {
          let part = rest.prefix(AgeStream.chunk - count)
          UnsafeMutableRawBufferPointer(rebasing: pending[count...]).copyMemory(from: .init(rebasing: part))
          count += part.count
          rest = rest.dropFirst(part.count)
        }
      }
    }
  }

  /// Writes the last chunk. The file is whole only after this.
  ///
  /// - Throws: As ``write(_:)``.
  public func finish() throws {
    try attempt { try stream.seal(UnsafeRawBufferPointer(rebasing: pending[..<count]), last: true, to: output) }
    isOpen = false
  }

  /// Closes the stream when something goes wrong: going on would leave a gap.
  private func attempt(_ body: () throws -> Void) throws {
    guard isOpen else { throw SealingError(.payload, "The age file was finished, or writing it failed, before this.") }
    do {
      try body()
    } catch {
      isOpen = false
      throw error
    }
  }
}
