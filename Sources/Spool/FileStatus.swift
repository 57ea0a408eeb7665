internal import FoundationEssentials
internal import Glibc

/// What lies at a path.
public struct FileStatus: Sendable, Equatable {
  /// The kind of thing.
  public enum Kind: Sendable, Equatable { case file, directory, symbolicLink, other }

  /// The kind of thing.
  public let kind: Kind
  /// In bytes.
  public let size: Int64
  /// The device and the file's number on it: together they name the file whatever its path.
  public let device: UInt64
  /// The file's number on its device.
  public let inode: UInt64
  /// Last change of content, nanoseconds since 1970: to be compared, not to be believed.
  public let modified: Int64
  /// How many names it has.
  public let links: Int
  /// The owner's user id.
  public let owner: UInt32
  /// The group's id.
  public let group: UInt32
  /// The permission bits.
  public let mode: UInt32

  /// Describes what lies somewhere: for another ``FileSystem`` than the system's.
  public init(
    kind: Kind, size: Int64, device: UInt64, inode: UInt64, modified: Int64, links: Int, owner: UInt32,
    group: UInt32 = 0, mode: UInt32
  ) {
    self.kind = kind
    self.size = size
    self.device = device
    self.inode = inode
    self.modified = modified
    self.links = links
    self.owner = owner
    self.group = group
    self.mode = mode
  }

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    size = Int64(status.st_size)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    links = Int(status.st_nlink)
    owner = status.st_uid
    group = status.st_gid
    mode = status.st_mode & 0o7777
  }
}

/// What tells whether somebody has written to a file since.
public struct FileStamp: Sendable, Equatable {
  /// The file's number on its device.
  public let inode: UInt64
  /// In bytes.
  public let size: Int64
  /// Last change of content, nanoseconds since 1970.
  public let modified: Int64

  /// Names how a file is.
  public init(inode: UInt64, size: Int64, modified: Int64) {
    self.inode = inode
    self.size = size
    self.modified = modified
  }

  /// Whether a change from now on shows: the last one was not a moment ago. A file system may give two changes that follow one
  /// another soon the same time: ext4 within some 4 ms, one that knows no fractions of a second within 2 s.
  public var hasRested: Bool {
    let tick = modified % 1_000_000_000 == 0 ? 2.5 : 0.02
    return Date().timeIntervalSince1970 - Double(modified) / 1e9 > tick
  }
}

extension FileStatus {
  /// What of it changes when somebody writes, and stays when the file is renamed.
  public var stamp: FileStamp { FileStamp(inode: inode, size: size, modified: modified) }

  /// The stamp, where a change from now on shows in it: to be kept before a digest is taken.
  public var restedStamp: FileStamp? { stamp.hasRested ? stamp : nil }
}
