import CArchive
import Glibc

/// Reads a tar archive compressed as a row of zstd frames, as ``ArchiveWriter`` makes it, and small ones of
/// `tar --format=ustar | zstd`.
///
/// It is made for archives of strangers. A member is a plain regular file under a single header (with one small pax
/// header only where the size needs it), and anything else is refused: links, devices, sparse files, attributes,
/// long-name and global headers, a gap between members, a missing end, anything but zeros after the end, and a frame that
/// expands to more than 4 MiB. Memory is that of a few frames. An error is final: every later call throws it again.
public final class ArchiveReader {
  private let archive: OpaquePointer
  private let tar: TarSource
  private let limits: ArchiveLimits
  private var isOpen = false
  private var isAtEnd = false
  private var failure: (any Error)?

  private var entries = 0
  private var expanded: Int64 = 0
  private var current: ArchiveEntry?
  /// How much of the current member has come from libarchive.
  private var position: Int64 = 0
  /// What of that has not been handed on; libarchive's memory, valid until its next call.
  private var block = UnsafeRawBufferPointer(start: nil, count: 0)

  /// Prepares to read an archive; nothing is read yet.
  ///
  /// - Parameters:
  ///   - limits: Enforced before any byte of the member that exceeds them is produced.
  ///   - threads: How many threads decompress besides the caller's; with 0 the caller's does it.
  ///   - input: Fills the memory with the next compressed bytes and says how many; 0 only at the end. ``next()`` does
  ///     not report the archive's end before `input` has said 0. It is asked ahead; what it throws comes out of the call
  ///     that wanted those bytes.
  /// - Throws: `ArchiveError` with `.library`.
  public init(
    limits: ArchiveLimits, threads: Int = 0, input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    let stream = FrameReader(threads: threads, input: input)
    guard let archive = archive_read_new() else { throw ArchiveError(.library, "out of memory") }
    self.archive = archive
    self.limits = limits
    tar = TarSource(stream)
    // No filter is registered here: what the zstd frames hold must be tar.
    try check(archive_read_set_format(archive, studypost_format_tar))
  }

  deinit {
    archive_read_free(archive)
  }

  /// Goes to the next member, past what was not read of the one before.
  ///
  /// - Returns: The member, or `nil` when archive, frame and input have all come to their proper end.
  /// - Throws: `ArchiveError`; what `input` throws.
  public func next() throws -> ArchiveEntry? {
    try attempt {
      if !isOpen { try open() }
      while try nextBlock() {}
      if isAtEnd { return nil }
      let entry = try readHeader()
      isAtEnd = entry == nil
      return entry
    }
  }

  /// Reads bytes of the current member.
  ///
  /// - Parameter buffer: The memory to fill; not empty.
  /// - Returns: How many bytes were read, perhaps fewer than fit; 0 at the member's end.
  /// - Throws: `ArchiveError`; what `input` throws.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try attempt {
      while block.isEmpty {
        guard try nextBlock() else { return 0 }
      }
      let count = min(block.count, buffer.count)
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<count]))
      block = UnsafeRawBufferPointer(rebasing: block[count...])
      return count
    }
  }

  private func attempt<Result>(_ body: () throws -> Result) throws -> Result {
    if let failure { throw failure }
    do {
      return try body()
    } catch {
      failure = error
      block = UnsafeRawBufferPointer(start: nil, count: 0)
      throw error
    }
  }

  private func open() throws {
    isOpen = true
    try check(
      archive_read_open(
        archive, Unmanaged.passUnretained(tar).toOpaque(), nil,
        { _, context, bytes in
          guard let context, let bytes else { return -1 }
          return Unmanaged<TarSource>.fromOpaque(context).takeUnretainedValue().fill(bytes)
        }, nil))
  }

  private func readHeader() throws -> ArchiveEntry? {
    let start = tar.expectedHeader
    var pointer: OpaquePointer?
    let status = archive_read_next_header(archive, &pointer)
    if status == ARCHIVE_EOF {
      try tar.finish()
      return nil
    }
    try check(status)
    guard let pointer else { throw ArchiveError(.library, "a member has no header") }

    let header = TarMember(pointer, format: archive_format(archive))
    let consumed = archive_filter_bytes(archive, 0)
    try header.check(headerBytes: consumed - start)
    entries += 1
    guard entries <= limits.maxEntries else {
      throw ArchiveError(
        .limit, member: header.name, "the archive has more than the \(limits.maxEntries) members that are allowed")
    }
    guard header.size <= limits.maxExpanded - expanded else {
      throw ArchiveError(
        .limit, member: header.name,
        "with its \(header.size) bytes the archive would expand to more than the \(limits.maxExpanded) that are allowed"
      )
    }
    expanded += header.size
    position = 0
    tar.expectedHeader = consumed + header.size + header.padding
    let entry = ArchiveEntry(name: header.name, size: header.size)
    current = entry
    return entry
  }

  /// Gets the current member's next block; `false` at its end, which must be where its header said.
  private func nextBlock() throws -> Bool {
    block = UnsafeRawBufferPointer(start: nil, count: 0)
    guard let entry = current else { return false }
    var start: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    let status = archive_read_data_block(archive, &start, &count, &offset)
    if status == ARCHIVE_EOF {
      guard position == entry.size, archive_filter_bytes(archive, 0) == tar.expectedHeader else {
        throw ArchiveError(.size, member: entry.name, "it does not end where its header says")
      }
      current = nil
      return false
    }
    try check(status)
    guard offset == position, Int64(count) <= entry.size - position else {
      throw ArchiveError(.member, member: entry.name, "it is a sparse file; make the archive without \"--sparse\"")
    }
    position += Int64(count)
    block = UnsafeRawBufferPointer(start: start, count: count)
    return true
  }

  private func check(_ status: Int32) throws {
    guard status != ARCHIVE_OK else { return }
    if let failure = tar.failure { throw failure }
    let message = libraryMessage(archive)
    // libarchive has one number for every fault of the format and tells them apart only so.
    throw ArchiveError(message.hasPrefix("Truncated") ? .truncated : .malformed, member: current?.name, message)
  }
}
