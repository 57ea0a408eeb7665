import CArchive
import Glibc

/// The headers that libarchive writes for regular files; their contents go past it, since they are not all there yet.
enum TarHeader {
  /// The size of a header, and what contents are filled up to with zeros (POSIX.1-2017, pax, "ustar Interchange Format").
  static let block = 512

  /// The header of a member: one block of POSIX ustar, with a pax header before it where the size needs that.
  ///
  /// - Throws: `ArchiveError` with `.library`.
  static func bytes(name: String, size: Int64) throws -> [UInt8] {
    guard let archive = archive_write_new(), let entry = archive_entry_new() else {
      throw ArchiveError(.library, "out of memory")
    }
    let sink = Sink()
    defer {
      // Otherwise, it would write the contents that it misses, and an end.
      archive_write_fail(archive)
      archive_write_free(archive)
      archive_entry_free(entry)
    }
    func check(_ status: Int32) throws {
      guard status == ARCHIVE_OK else { throw ArchiveError(.library, libraryMessage(archive)) }
    }
    try check(archive_write_set_format_pax_restricted(archive))
    // No blocks: what is written comes at once.
    try check(archive_write_set_bytes_per_block(archive, 0))
    try check(
      archive_write_open(
        archive, Unmanaged.passUnretained(sink).toOpaque(), nil,
        { _, context, bytes, count in
          guard let context else { return -1 }
          Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().bytes += UnsafeRawBufferPointer(
            start: bytes, count: count)
          return count
        }, nil))
    archive_entry_set_pathname(entry, name)
    archive_entry_set_mode(entry, S_IFREG | 0o640)
    archive_entry_set_size(entry, size)
    archive_entry_set_mtime(entry, 0, 0)
    try check(archive_write_header(archive, entry))
    return sink.bytes
  }

  private final class Sink { var bytes: [UInt8] = [] }
}

/// What libarchive says of its last failure.
func libraryMessage(_ archive: OpaquePointer) -> String {
  archive_error_string(archive).map { String(cString: $0) } ?? "libarchive failed without a reason"
}
