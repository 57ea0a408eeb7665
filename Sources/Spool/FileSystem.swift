public import SystemPackage

/// The system calls by which anything on a disk is read or changed: the one seam between this program and its disks.
///
/// Each requirement is one system call with its error number; nothing here is tried again, decided or remembered. What the
/// calls mean together is ``Disk``'s business. Tests put decorators here that record calls, let the k-th fail, or stop.
///
/// Paths go to the system as the bytes that they are: names on a disk need not be UTF-8. Unless a requirement says
/// otherwise, a symbolic link at the end of a path is not followed.
public protocol FileSystem: Sendable {
  /// openat(2), always with `O_CLOEXEC`. Follows a link at the end unless the options say `noFollow`.
  func open(
    _ place: Place, _ access: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions, mode: UInt32
  ) throws(Errno) -> FileDescriptor
  /// close(2). What must be durable was synced before.
  func close(_ file: FileDescriptor)
  /// pread(2): at most as many bytes as the buffer has; 0 at the end.
  func read(_ file: FileDescriptor, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int
  /// pwrite(2): how many of the bytes were written.
  func write(_ file: FileDescriptor, at offset: Int64, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int
  /// copy_file_range(2): how many bytes were copied.
  func copy(
    _ range: Range<Int64>, of source: FileDescriptor, to file: FileDescriptor, at offset: Int64
  ) throws(Errno) -> Int
  /// fsync(2). Never to be called again after another error than EINTR: a failed one may have dropped what it should have
  /// written, and a second one would report success.
  func sync(_ file: FileDescriptor) throws(Errno)
  /// syncfs(2).
  func syncFileSystem(of file: FileDescriptor) throws(Errno)
  /// sync_file_range(2): starts writing back, and promises nothing. All of the file where the count is 0.
  func startWriteback(_ file: FileDescriptor, from offset: Int64, count: Int64)
  /// posix_fadvise(2): the cached pages may go, so that a read comes from the disk.
  func dropCache(of file: FileDescriptor)
  /// ioctl(2), `FS_IOC_SETFLAGS`, `FS_TOPDIR_FL`: what lies in the folders of this one belongs far apart. Promises nothing.
  func spread(_ directory: FileDescriptor)
  /// ftruncate(2).
  func truncate(_ file: FileDescriptor, to size: Int64) throws(Errno)
  /// fchmod(2).
  func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(Errno)
  /// fchown(2). Only root gives files away.
  func setOwner(_ file: FileDescriptor, user: UInt32, group: UInt32) throws(Errno)
  /// flock(2): exclusive, and refused at once where another holds it.
  func lock(_ file: FileDescriptor) throws(Errno)
  /// Who has the file open for writing, asked by a read lease (fcntl(2), `F_SETLEASE`).
  func writers(of file: FileDescriptor) -> Writers
  /// lseek(2), `SEEK_HOLE`, and ioctl(2), `FS_IOC_FIEMAP`: where in a file of this size the first bytes lie that were reserved
  /// and never written; nil: there are none, or the file system does not tell.
  func firstHole(in file: FileDescriptor, size: Int64) -> Hole?
  /// fstat(2).
  func status(of file: FileDescriptor) throws(Errno) -> FileStatus
  /// fstatat(2).
  func status(of place: Place, followingLink: Bool) throws(Errno) -> FileStatus
  /// getdents64(2): some more of a directory's names, without `.` and `..`, in the order of the disk; nil at the end. There
  /// may be none in the middle.
  func names(in directory: FileDescriptor) throws(Errno) -> [FilePath.Component]?
  /// lseek(2) of a directory to its beginning.
  func rewind(_ directory: FileDescriptor) throws(Errno)
  /// mkdirat(2); the umask applies.
  func makeDirectory(_ place: Place, mode: UInt32) throws(Errno)
  /// renameat2(2), with `RENAME_NOREPLACE` unless it may replace.
  func rename(_ from: Place, to: Place, replacing: Bool) throws(Errno)
  /// linkat(2).
  func link(_ from: Place, to: Place) throws(Errno)
  /// unlinkat(2) of anything but a directory.
  func unlink(_ place: Place) throws(Errno)
  /// unlinkat(2) of an empty directory.
  func removeDirectory(_ place: Place) throws(Errno)
  /// statvfs(3) of what the path leads to.
  func space(at path: FilePath) throws(Errno) -> Space
  /// Which mounted file system holds what the path leads to.
  func mount(of path: FilePath) throws(Errno) -> MountIdentity
}

extension FileSystem {
  /// Most know no places.
  public func spread(_ directory: FileDescriptor) {}

  /// Most tell nothing.
  public func firstHole(in file: FileDescriptor, size: Int64) -> Hole? { nil }
}

/// Bytes of a file that read as zeros and do not lie on the disk.
public struct Hole: Sendable, Equatable {
  /// Where it begins.
  public let offset: Int64
  /// It may be zeros that were written: some file systems keep those so, and of another machine's nobody knows.
  public let mayBeZeros: Bool

  /// Describes a hole.
  public init(offset: Int64, mayBeZeros: Bool) {
    self.offset = offset
    self.mayBeZeros = mayBeZeros
  }
}

/// A path, which may begin at an open folder instead of the root: what somebody does to the folders above it then does not
/// matter.
public struct Place: Sendable, Hashable {
  /// The folder where the path begins, if it is relative.
  public let folder: FileDescriptor?
  /// The path.
  public let path: FilePath

  /// Names a path by itself.
  public init(_ path: FilePath) { self.init(in: nil, path) }

  /// Names a path in an open folder.
  public init(in folder: FileDescriptor?, _ path: FilePath) {
    self.folder = folder
    self.path = path
  }
}
