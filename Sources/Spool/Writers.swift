internal import CPOSIX
internal import Glibc
public import SystemPackage

/// Who is writing a file at this moment.
public enum Writers: Sendable, Equatable {
  case none
  case some
  /// The file system, or the file's owner, does not let us know.
  case unknown

  /// Asks the kernel by a read lease, which it grants only where nobody has the file open for writing (fcntl(2),
  /// `F_SETLEASE`).
  public static func of(_ path: FilePath) -> Writers {
    guard let file = try? OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return .unknown }
    if cposix_probe_no_writer(file.descriptor) == 0 { return .none }
    return currentErrno == .resourceTemporarilyUnavailable ? .some : .unknown
  }
}
