import CSSH2

/// A name in a folder of the server, with what the server says about it.
public struct SFTPEntry: Hashable, Sendable {
  /// What kind of thing a name stands for.
  public enum Kind: Hashable, Sendable {
    /// A regular file.
    case file
    /// A folder.
    case directory
    /// A symbolic link, a device, a pipe, or unknown because the server does not say.
    case other
  }

  /// The name in its folder: no path, never `.` or `..`.
  public let name: String
  /// The size in bytes; 0 where the server does not say.
  public let size: Int64
  /// What it is. A symbolic link is not followed.
  public let kind: Kind

  /// Whether it is a folder.
  public var isDirectory: Bool { kind == .directory }

  init(name: String, attributes: LIBSSH2_SFTP_ATTRIBUTES) {
    self.name = name
    let has = { (flag: Int32) in attributes.flags & UInt(flag) != 0 }
    size = has(LIBSSH2_SFTP_ATTR_SIZE) ? Int64(clamping: attributes.filesize) : 0
    kind =
      switch has(LIBSSH2_SFTP_ATTR_PERMISSIONS) ? attributes.permissions & UInt(LIBSSH2_SFTP_S_IFMT) : 0 {
      case UInt(LIBSSH2_SFTP_S_IFREG): .file
      case UInt(LIBSSH2_SFTP_S_IFDIR): .directory
      default: .other
      }
  }
}
