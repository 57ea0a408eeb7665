internal import Archive
internal import Crypto
internal import Sealing
internal import Spool
internal import SystemPackage

/// Reads a payload on a thread of its own, which decrypts and decompresses ahead of the caller.
///
/// The payload's digest is taken again on the way, so that a file that was exchanged after it was verified does not
/// pass: ``next()`` reports the end only when it holds.
final class PayloadReader {
  private enum Step: Sendable {
    case member(ArchiveEntry)
    /// Some of the member's bytes.
    case bytes
    case memberEnd
    case end
    case failure(any Error)
  }

  /// The most bytes that are handed on at once.
  static let block = 256 << 10

  private let conveyor = Conveyor<Step>(blocks: 8, of: block)
  private let thread: Worker

  /// Begins to read.
  init(_ path: FilePath, on disk: Disk, of manifest: Manifest, with opener: any AgeOpener) {
    thread = Worker("unseal") { [conveyor] in
      do {
        try Self.read(path, on: disk, of: manifest, with: opener, isAbandoned: { conveyor.isAbandoned }) {
          try conveyor.send($0, fill: $1)
        }
      } catch {
        // Only where nobody takes blocks any more can this fail.
        try? conveyor.send(.failure(error))
      }
    }
  }

  /// Ends the thread. To be called in any case, and last.
  func close() {
    conveyor.abandon()
    thread.join()
  }

  /// Goes to the next member; all bytes of the one before must have been read.
  ///
  /// - Returns: nil at the proper end of archive, payload and file.
  /// - Throws: ``ParcelError`` `contents`, `recipient` or `digest`; `SpoolError` where the payload cannot be read. It is
  ///   final, as the end is.
  func next() throws -> ArchiveEntry? {
    try conveyor.take { step, _ in
      switch step {
      case .member(let entry): entry
      case .failure(let error): throw error
      default: nil
      }
    }
  }

  /// Copies some of the member's bytes, where they are wanted one block at a time.
  ///
  /// - Parameter buffer: memory for at least ``block`` bytes.
  /// - Returns: how many; 0 at the member's end, behind which nothing may be asked for.
  /// - Throws: ``ParcelError``, as ``next()``.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try conveyor.take { step, bytes in
      if case .failure(let error) = step { throw error }
      buffer.copyMemory(from: bytes)
      return bytes.count
    }
  }

  /// Hands on all bytes of the member.
  ///
  /// - Throws: ``ParcelError``, as ``next()``; what `body` throws.
  func read(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var isAtEnd = false
    while !isAtEnd {
      try conveyor.take { step, bytes in
        switch step {
        case .memberEnd: isAtEnd = true
        case .failure(let error): throw error
        default: try body(bytes)
        }
      }
    }
  }

  private static func read(
    _ path: FilePath, on disk: Disk, of manifest: Manifest, with opener: any AgeOpener, isAbandoned: () -> Bool,
    send: (Step, (UnsafeMutableRawBufferPointer) throws -> Int) throws -> Void
  ) throws {
    let file = try disk.open(path)
    var offset: Int64 = 0
    var digest = SHA256()
    func more(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
      let count = try file.read(at: offset, into: buffer)
      offset += Int64(count)
      digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }
    func requireDigest() throws {
      guard hexadecimal(digest.finalize()) == manifest.payload.sha256 else {
        throw ParcelError(.digest, path, "was exchanged or damaged after it had been verified.")
      }
    }
    do {
      try withoutActuallyEscaping(more) { more in
        let decryptor = try AgeDecryptor(identities: opener.identities, input: more)
        let archive = try ArchiveReader(
          limits: ArchiveLimits(maxEntries: manifest.instances + 1, maxExpanded: manifest.expanded)
        ) { try decryptor.read(into: $0) }
        while let entry = try archive.next() {
          try send(.member(entry)) { _ in 0 }
          var rest = entry.size
          while rest > 0 {
            try send(.bytes) { buffer in
              let count = try archive.fill(buffer)
              rest = count > 0 ? rest - Int64(count) : 0
              return count
            }
          }
          try send(.memberEnd) { _ in 0 }
        }
      }
    } catch let error as SealingError {
      // What does not decrypt may be what is not there any more: the bytes that were verified.
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: block, alignment: 4096)
      defer { buffer.deallocate() }
      repeat { if isAbandoned() { throw CancellationError() } } while try more(buffer) > 0
      try requireDigest()
      if error.code == .noMatch {
        throw ParcelError(.recipient, path, "is not encrypted to this site: \(error)", cause: error)
      }
      throw ParcelError(.contents, path, "cannot be decrypted: \(error)", cause: error)
    } catch let error as ArchiveError where ![.library, .usage].contains(error.code) {
      throw ParcelError(.contents, path, "cannot be unpacked: \(error).", cause: error)
    }
    try requireDigest()
    try send(.end) { _ in 0 }
  }
}

extension ArchiveReader {
  /// Fills the memory as far as the member goes.
  fileprivate func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count {
      let more = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if more == 0 { break }
      count += more
    }
    return count
  }
}
