import Crypto
import FoundationEssentials

/// Decrypts an age file, with memory independent of its length.
///
/// Every byte that it hands out is authentic, but the file is whole only once ``read(into:)`` has returned 0: until then
/// the end may be missing. Not to be used from two threads at once.
public final class AgeDecryptor {
  private let source: ByteSource
  private var stream: AgeStream
  private let box: UnsafeMutableRawBufferPointer
  private var plaintext = Data()
  private var taken = 0
  private var state = State.more

  private enum State {
    case more, last, end
    case failed(any Error)
  }

  /// Reads the header and finds the file key.
  ///
  /// - Parameters:
  ///   - identities: The private keys to try.
  ///   - input: Reads some bytes of the age file into the buffer; returns how many, 0 at the end.
  /// - Throws: ``SealingError`` with code `header`, `noMatch` or `hmac`, and what the input throws.
  public init(
    identities: [AgeIdentity], input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    source = ByteSource(input)
    let header = try AgeHeader(from: source)
    guard let fileKey = try AgeX25519.unwrap(header.stanzas, with: identities) else {
      throw SealingError(
        .noMatch, "The age file is not encrypted to this site. Compare the age recipient with the one the sender has.")
    }
    guard header.isAuthentic(with: fileKey) else {
      throw SealingError(.hmac, "The header of the age file was altered. Ask the sender for it again.")
    }
    var salt = [UInt8](repeating: 0, count: AgeStream.salt)
    guard try salt.withUnsafeMutableBytes(source.fill) == salt.count else { throw AgeHeader.malformed }
    stream = AgeStream(fileKey: fileKey, salt: salt)
    box = .allocate(byteCount: AgeStream.nonce + AgeStream.chunk + AgeStream.tag, alignment: 16)
  }

  deinit { box.deallocate() }

  /// Reads some of the plaintext.
  ///
  /// - Parameter buffer: Where to; not empty.
  /// - Returns: The number of bytes; 0 when the file ended as its sender ended it.
  /// - Throws: ``SealingError`` with code `payload` when a chunk was altered, moved or cut off, or something follows the
  ///   last one; what the input throws. The same error again on every later call.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if taken == plaintext.count {
      do {
        try advance()
      } catch {
        state = .failed(error)
        throw error
      }
    }
    let count = plaintext.withUnsafeBytes { bytes in
      let part = UnsafeRawBufferPointer(rebasing: bytes[taken..<min(taken + buffer.count, bytes.count)])
      buffer.copyMemory(from: part)
      return part.count
    }
    taken += count
    return count
  }

  /// Opens the next chunk, or finds the end.
  private func advance() throws {
    plaintext = Data()
    taken = 0
    let body = UnsafeMutableRawBufferPointer(rebasing: box[AgeStream.nonce...])
    switch state {
    case .failed(let error): throw error
    case .end: return
    case .last:
      guard try source.fill(UnsafeMutableRawBufferPointer(rebasing: body[..<1])) == 0 else {
        throw SealingError(.payload, "Something follows the end of the age file. Ask the sender for it again.")
      }
      state = .end
    case .more:
      let count = try source.fill(body)
      let isFirst = stream.number == 0
      let chunk = UnsafeMutableRawBufferPointer(rebasing: box[..<(AgeStream.nonce + count)])
      // Only the last chunk may be short. A full one is the last when it opens as such and not otherwise.
      if count == body.count, let opened = try stream.open(chunk, last: false) {
        plaintext = opened
      } else if count >= AgeStream.tag, let opened = try stream.open(chunk, last: true), isFirst || !opened.isEmpty {
        // The last chunk is empty only where the whole payload is.
        plaintext = opened
        state = .last
        if opened.isEmpty { try advance() }
      } else {
        throw SealingError(.payload, "The age file was altered or cut off. Ask the sender for it again.")
      }
    }
  }
}
