import CArchive
import Glibc

/// A member's header as libarchive understood it, and the rule for what is a plain regular file.
struct TarMember {
  /// The name, with everything but printable ASCII escaped.
  let name: String
  let size: Int64
  private let nameFault: String?
  private let kindFault: String?

  /// The largest size in a ustar header, eleven octal digits (POSIX.1-2017, pax, "ustar Header Block").
  private static let largestPlainSize: Int64 = (1 << 33) - 1

  init(_ entry: OpaquePointer, format: Int32) {
    let bytes = archive_entry_pathname(entry).map { pointer in
      UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)).map { $0 }
    }
    name = EntryName.printable(bytes ?? [])
    nameFault = EntryName.fault(in: bytes ?? [])
    size = archive_entry_size(entry)
    kindFault = Self.kindFault(of: entry, format: format)
  }

  /// How many zeros follow the contents, up to whole blocks of 512 bytes.
  var padding: Int64 { -size & 511 }

  /// Refuses everything but a plain regular file with a sane name.
  ///
  /// - Parameter headerBytes: What libarchive consumed for this header. A plain file has one block of 512. A pax header
  ///   that says only the size adds a block of its own and one for its body. That leaves no room for long names,
  ///   attributes, sparse maps, global or volume headers, nor for an end mark passed over.
  /// - Throws: `ArchiveError` with `.member` or `.name`.
  func check(headerBytes: Int64) throws {
    if let kindFault { throw ArchiveError(.member, member: name, kindFault) }
    if let nameFault { throw ArchiveError(.name, member: name, nameFault) }
    guard size >= 0, headerBytes == 512 || (headerBytes == 1536 && size > Self.largestPlainSize) else {
      throw ArchiveError(
        .member, member: name,
        "it has \(headerBytes) bytes of headers, and a plain file has 512; make the archive with \"--format=ustar\"")
    }
  }

  private static func kindFault(of entry: OpaquePointer, format: Int32) -> String? {
    if archive_entry_hardlink(entry) != nil { return "it is a hard link" }
    switch archive_entry_filetype(entry) {
    case S_IFREG: break
    case S_IFLNK: return "it is a symbolic link"
    case S_IFDIR: return "it is a directory"
    case S_IFIFO: return "it is a FIFO"
    case S_IFCHR, S_IFBLK: return "it is a device"
    default: return "it is not a regular file"
    }
    if archive_entry_symlink(entry) != nil { return "it is a symbolic link" }
    if archive_entry_perm(entry) & 0o7000 != 0 { return "its mode has setuid, setgid or sticky bits" }
    if archive_entry_sparse_count(entry) != 0 { return "it is a sparse file" }
    if archive_entry_xattr_count(entry) != 0 { return "it has extended attributes" }
    if archive_entry_acl_types(entry) != 0 { return "it has access control lists" }
    if archive_entry_fflags_text(entry) != nil { return "it has file flags" }
    guard format == studypost_format_ustar || format == studypost_format_pax || format == studypost_format_gnutar
    else { return "its header is not of the ustar format" }
    return nil
  }
}
