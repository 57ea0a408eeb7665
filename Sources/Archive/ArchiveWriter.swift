import CArchive
import Glibc

/// Writes regular files into a tar archive, compresses it as one zstd frame, and hands the bytes on as they come.
///
/// Every member is a regular file of mode 0640, owner 0, time 0, in one POSIX ustar header; a file of 8 GiB or more has
/// a pax header before it (POSIX.1-2017, pax). What was written so far is held only by the compressor, so memory depends
/// on level and threads, not on sizes: at level 3 about 4 MiB, with two threads 30 MiB. An error, be it the caller's
/// own, is final: every later call throws it again.
/// A writer that is let go before ``finish()`` leaves an archive that every reader refuses as truncated.
public final class ArchiveWriter {
  /// The levels of compression that can be asked for: those whose window ``ArchiveReader`` accepts.
  public static let levels = 1...19

  private let archive: OpaquePointer
  private let entry: OpaquePointer
  private let sink: Sink

  private var failure: (any Error)?
  private var isFinished = false
  private var member: String?
  private var missing: Int64 = 0

  /// Begins an archive.
  ///
  /// - Parameters:
  ///   - level: The zstd level, one of ``levels``.
  ///   - threads: How many threads compress besides the caller's; with 0 the caller's does it. Where the system's
  ///     libraries cannot, the caller's thread does it whatever the number.
  ///   - output: Takes the compressed bytes, in order, on the caller's thread; the memory is only valid during the call.
  ///     What it throws comes out of the call that led to it.
  /// - Throws: `ArchiveError` with `.usage` or `.library`.
  public init(level: Int, threads: Int, output: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    guard Self.levels.contains(level), (0...64).contains(threads) else {
      throw ArchiveError(
        .usage, "level \(level) with \(threads) threads is not possible; choose 1 to 19 and 0 to 64")
    }
    guard let archive = archive_write_new() else { throw ArchiveError(.library, "out of memory") }
    guard let entry = archive_entry_new() else {
      archive_write_free(archive)
      throw ArchiveError(.library, "out of memory")
    }
    self.archive = archive
    self.entry = entry
    do {
      sink = Sink(try ZstdWriter(level: level, threads: threads, output: output))
    } catch {
      archive_write_free(archive)
      archive_entry_free(entry)
      throw error
    }

    try check(archive_write_set_format_pax_restricted(archive))
    // No blocks: they would cost a copy, and zeros would pad the last one behind the frame.
    try check(archive_write_set_bytes_per_block(archive, 0))
    try check(
      archive_write_open(
        archive, Unmanaged.passUnretained(sink).toOpaque(), nil,
        { _, context, bytes, count in
          guard let context else { return -1 }
          let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
          return sink.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
        }, nil))
  }

  deinit {
    // Closing frees what libarchive holds but would also write an end; an archive that was not finished gets none.
    sink.isOpen = false
    archive_write_close(archive)
    archive_write_free(archive)
    archive_entry_free(entry)
  }

  /// Begins the next member, a regular file.
  ///
  /// - Parameters:
  ///   - name: Its path: relative, ASCII, at most 100 bytes, without empty, `.` or `..` components.
  ///   - size: How many bytes will be written to it.
  /// - Throws: `ArchiveError` with `.name`, `.size` when the member before is not complete, `.usage`; what `output` throws.
  public func begin(name: String, size: Int64) throws {
    try attempt {
      try finishMember()
      let bytes = Array(name.utf8)
      member = EntryName.printable(bytes)
      // 100 bytes are what the name field of a ustar header holds.
      if let fault = bytes.count > 100 ? "its name is longer than 100 bytes" : EntryName.fault(in: bytes) {
        throw ArchiveError(.name, member: member, fault)
      }
      guard size >= 0 else { throw ArchiveError(.usage, member: member, "its size is negative") }
      archive_entry_clear(entry)
      archive_entry_set_pathname(entry, name)
      archive_entry_set_mode(entry, S_IFREG | 0o640)
      archive_entry_set_size(entry, size)
      archive_entry_set_mtime(entry, 0, 0)
      try check(archive_write_header(archive, entry))
      missing = size
    }
  }

  /// Writes bytes to the member that was begun last.
  ///
  /// - Throws: `ArchiveError` with `.size` for more bytes than were announced, `.usage`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try attempt {
      guard member != nil else { throw ArchiveError(.usage, "bytes were written before a member was begun") }
      guard Int64(bytes.count) <= missing else {
        throw ArchiveError(.size, member: member, "it has more bytes than were announced")
      }
      var rest = bytes
      while let start = rest.baseAddress, rest.count > 0 {
        let written = archive_write_data(archive, start, rest.count)
        guard written > 0 else { throw libraryError() }
        missing -= Int64(written)
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      }
    }
  }

  /// Ends the compressor's block, since what comes is of another kind than what came.
  ///
  /// - Throws: `ArchiveError` with `.usage`; what `output` throws.
  public func flush() throws {
    // libarchive holds nothing back: it makes no blocks of its own.
    try attempt { try sink.compressor.flush() }
  }

  /// Ends the last member, the archive and the compression; all bytes have been handed on when this returns.
  ///
  /// - Throws: `ArchiveError` with `.size` when the last member is not complete, `.usage`; what `output` throws.
  public func finish() throws {
    try attempt {
      try finishMember()
      try check(archive_write_close(archive))
      try sink.compressor.finish()
      isFinished = true
    }
  }

  private func attempt(_ body: () throws -> Void) throws {
    if let failure { throw failure }
    if isFinished { throw ArchiveError(.usage, "the archive is finished already") }
    do {
      try body()
    } catch {
      failure = error
      throw error
    }
  }

  /// libarchive would pad a member that is too short with zeros and say nothing.
  private func finishMember() throws {
    guard missing == 0 else {
      throw ArchiveError(.size, member: member, "it ends \(missing) bytes before the size that was announced")
    }
  }

  private func check(_ status: Int32) throws {
    guard status == ARCHIVE_OK else { throw libraryError() }
  }

  private func libraryError() -> any Error {
    sink.failure ?? ArchiveError(.library, member: member, libraryMessage(archive))
  }
}

/// What stands behind the C callback: the compressor, and what it or the caller's output threw.
private final class Sink {
  let compressor: ZstdWriter
  var failure: (any Error)?
  var isOpen = true

  init(_ compressor: ZstdWriter) {
    self.compressor = compressor
  }

  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isOpen, failure == nil else { return false }
    do {
      try compressor.write(bytes)
      return true
    } catch {
      failure = error
      return false
    }
  }
}

/// What libarchive says of its last failure.
func libraryMessage(_ archive: OpaquePointer) -> String {
  archive_error_string(archive).map { String(cString: $0) } ?? "libarchive failed without a reason"
}
