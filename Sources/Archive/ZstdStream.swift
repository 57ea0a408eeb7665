import CArchive

/// Decompresses one zstd frame, block by block.
///
/// libarchive is told the filter and a format without structure ("raw"), so it guesses nothing: zstd within zstd is
/// handed on as it is.
final class ZstdStream {
  private let archive: OpaquePointer
  private let source: Source
  private var isOpen = false

  init(input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) throws {
    guard let archive = archive_read_new() else { throw ArchiveError(.library, "out of memory") }
    self.archive = archive
    source = Source(input)
    try check(archive_read_set_format(archive, studypost_format_raw))
    try check(archive_read_append_filter(archive, ARCHIVE_FILTER_ZSTD))
  }

  deinit {
    archive_read_free(archive)
  }

  /// The next block of uncompressed bytes, valid until the next call; `nil` when frame and input have ended together.
  func next() throws -> UnsafeRawBufferPointer? {
    if !isOpen { try open() }
    var start: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    let status = archive_read_data_block(archive, &start, &count, &offset)
    if status == ARCHIVE_EOF {
      guard source.isAtEnd else { throw ArchiveError(.trailingData, "the compressed data ends before its input") }
      return nil
    }
    try check(status)
    return UnsafeRawBufferPointer(start: start, count: count)
  }

  private func open() throws {
    try check(
      archive_read_open(
        archive, Unmanaged.passUnretained(source).toOpaque(), nil,
        { _, context, bytes in
          guard let context, let bytes else { return -1 }
          return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().fill(bytes)
        }, nil))
    var entry: OpaquePointer?
    try check(archive_read_next_header(archive, &entry))
    isOpen = true
  }

  private func check(_ status: Int32) throws {
    guard status == ARCHIVE_OK else {
      throw source.failure ?? ArchiveError(.malformed, libraryMessage(archive))
    }
  }
}

/// What stands behind the C callback: the caller's input, a buffer for it, and what it threw.
private final class Source {
  private let input: (UnsafeMutableRawBufferPointer) throws -> Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
  private var frame = ZstdFrame()
  private(set) var isAtEnd = false
  private(set) var failure: (any Error)?

  init(_ input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
    self.input = input
  }

  deinit {
    buffer.deallocate()
  }

  /// Points libarchive to the next compressed bytes. Returns their number, 0 at the end, -1 after an error.
  func fill(_ bytes: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    if failure != nil { return -1 }
    if isAtEnd { return 0 }
    do {
      let count = try input(buffer)
      guard (0...buffer.count).contains(count) else {
        throw ArchiveError(.usage, "the input says that it filled \(count) bytes of \(buffer.count)")
      }
      if count == 0 {
        guard frame.isComplete else { throw ArchiveError(.truncated, "the compressed data is cut off") }
        isAtEnd = true
      } else {
        try frame.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
      bytes.pointee = UnsafeRawPointer(buffer.baseAddress)
      return count
    } catch {
      failure = error
      return -1
    }
  }
}
