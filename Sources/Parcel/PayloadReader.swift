internal import Archive
internal import Crypto
internal import Sealing
internal import Spool
internal import SystemPackage
internal import Threads

/// Reads a payload: decrypts it, and lets threads decompress ahead.
///
/// The payload's digest is taken again on the way, so that a file that was exchanged after it was verified does not
/// pass: ``next()`` reports the end only when it holds. An error is final, as the end is.
final class PayloadReader {
  private let path: FilePath
  private let manifest: Manifest
  private let source: Source
  private let archive: ArchiveReader

  /// The payload's bytes, of which a digest is taken, and those that they decrypt to.
  private final class Source {
    let file: FileReader
    let identities: [AgeIdentity]
    var offset: Int64 = 0
    var digest = SHA256()
    lazy var decryptor = Result { try AgeDecryptor(identities: identities) { [unowned self] in try more($0) } }

    init(_ file: FileReader, _ identities: [AgeIdentity]) {
      self.file = file
      self.identities = identities
    }

    func more(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
      let count = try file.read(at: offset, into: buffer)
      offset += Int64(count)
      digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }
  }

  /// Opens the payload; nothing is read yet.
  ///
  /// - Parameter threads: how many decompress.
  init(
    _ path: FilePath, on disk: Disk, of manifest: Manifest, with opener: any AgeOpener, threads: Int
  ) throws {
    self.path = path
    self.manifest = manifest
    let source = Source(try disk.open(path), opener.identities)
    self.source = source
    archive = try ArchiveReader(
      limits: ArchiveLimits(maxEntries: manifest.instances + 1, maxExpanded: manifest.expanded), threads: threads
    ) { try source.decryptor.get().read(into: $0) }
  }

  /// Goes to the next member, past what was not read of the one before.
  ///
  /// - Returns: nil at the proper end of archive, payload and file.
  /// - Throws: ``ParcelError`` `contents`, `recipient` or `digest`; `SpoolError` where the payload cannot be read.
  func next() throws -> ArchiveEntry? {
    try attempt {
      guard let entry = try archive.next() else {
        try requireDigest()
        return nil
      }
      return entry
    }
  }

  /// Fills the memory as far as the member goes.
  ///
  /// - Returns: how many bytes; 0 at the member's end.
  /// - Throws: ``ParcelError``, as ``next()``.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try attempt {
      var count = 0
      while count < buffer.count {
        let more = try archive.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        if more == 0 { break }
        count += more
      }
      return count
    }
  }

  private func attempt<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as SealingError {
      // What does not decrypt may be what is not there any more: the bytes that were verified.
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
      defer { buffer.deallocate() }
      while try source.more(buffer) > 0 {}
      try requireDigest()
      if error.code == .noMatch {
        throw ParcelError(.recipient, path, "is not encrypted to this site: \(error)", cause: error)
      }
      throw ParcelError(.contents, path, "cannot be decrypted: \(error)", cause: error)
    } catch let error as ArchiveError where ![.library, .usage].contains(error.code) {
      throw ParcelError(.contents, path, "cannot be unpacked: \(error).", cause: error)
    }
  }

  private func requireDigest() throws {
    guard hexadecimal(source.digest.finalize()) == manifest.payload.sha256 else {
      throw ParcelError(.digest, path, "was exchanged or damaged after it had been verified.")
    }
  }
}
