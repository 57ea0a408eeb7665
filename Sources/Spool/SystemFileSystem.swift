internal import CPOSIX
internal import Glibc
public import SystemPackage

/// The file systems of this machine.
public struct SystemFileSystem: FileSystem {
  /// There is one for all.
  public init() {}

  /// openat(2).
  public func open(
    _ place: Place, _ access: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions, mode: UInt32
  ) throws(Errno) -> FileDescriptor {
    let flags = access.rawValue | options.rawValue | O_CLOEXEC
    return FileDescriptor(rawValue: try check(place.with { cposix_openat($0, $1, flags, mode) }))
  }

  /// close(2).
  public func close(_ file: FileDescriptor) { _ = Glibc.close(file.rawValue) }

  /// pread(2).
  public func read(
    _ file: FileDescriptor, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    try check(pread(file.rawValue, buffer.baseAddress, buffer.count, off_t(offset)))
  }

  /// pwrite(2).
  public func write(
    _ file: FileDescriptor, at offset: Int64, _ bytes: UnsafeRawBufferPointer
  ) throws(Errno) -> Int {
    try check(pwrite(file.rawValue, bytes.baseAddress, bytes.count, off_t(offset)))
  }

  /// copy_file_range(2), at most 1 GiB at a time.
  public func copy(
    _ range: Range<Int64>, of source: FileDescriptor, to file: FileDescriptor, at offset: Int64
  ) throws(Errno) -> Int {
    try check(
      cposix_copy_file_range(
        source.rawValue, range.lowerBound, file.rawValue, offset, Int(min(Int64(range.count), 1 << 30))))
  }

  /// fsync(2).
  public func sync(_ file: FileDescriptor) throws(Errno) { try check(fsync(file.rawValue)) }

  /// syncfs(2).
  public func syncFileSystem(of file: FileDescriptor) throws(Errno) { try check(cposix_syncfs(file.rawValue)) }

  /// sync_file_range(2).
  public func startWriteback(_ file: FileDescriptor, from offset: Int64, count: Int64) {
    _ = cposix_start_writeback(file.rawValue, offset, count)
  }

  /// posix_fadvise(2).
  public func dropCache(of file: FileDescriptor) { _ = cposix_advise_done(file.rawValue, 0, 0) }

  /// ioctl(2), `FS_TOPDIR_FL`, where the file system knows it.
  public func spread(_ directory: FileDescriptor) { _ = cposix_spread(directory.rawValue) }

  /// ftruncate(2).
  public func truncate(_ file: FileDescriptor, to size: Int64) throws(Errno) {
    try check(ftruncate(file.rawValue, off_t(size)))
  }

  /// fchmod(2).
  public func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(Errno) { try check(fchmod(file.rawValue, mode)) }

  /// fchown(2).
  public func setOwner(_ file: FileDescriptor, user: UInt32, group: UInt32) throws(Errno) {
    try check(fchown(file.rawValue, user, group))
  }

  /// flock(2).
  public func lock(_ file: FileDescriptor) throws(Errno) { try check(cposix_lock_exclusive(file.rawValue)) }

  /// fcntl(2), `F_SETLEASE`.
  public func writers(of file: FileDescriptor) -> Writers {
    if cposix_probe_no_writer(file.rawValue) == 0 { return .none }
    return currentErrno == .resourceTemporarilyUnavailable ? .some : .unknown
  }

  /// lseek(2), `SEEK_HOLE`, and ioctl(2), `FS_IOC_FIEMAP`.
  public func firstHole(in file: FileDescriptor, size: Int64) -> Hole? {
    var mayBeZeros = false
    let offset = cposix_first_hole(file.rawValue, &mayBeZeros)
    return offset >= 0 && offset < size ? Hole(offset: offset, mayBeZeros: mayBeZeros) : nil
  }

  /// fstat(2) or fstatat(2).
  public func status(of file: FileDescriptor) throws(Errno) -> FileStatus {
    var status = stat()
    try check(fstat(file.rawValue, &status))
    return FileStatus(status)
  }

  /// fstat(2) or fstatat(2).
  public func status(of place: Place, followingLink: Bool) throws(Errno) -> FileStatus {
    var status = stat()
    try check(place.with { fstatat($0, $1, &status, followingLink ? 0 : AT_SYMLINK_NOFOLLOW) })
    return FileStatus(status)
  }

  /// getdents64(2).
  public func names(in directory: FileDescriptor) throws(Errno) -> [FilePath.Component]? {
    try withUnsafeTemporaryAllocation(byteCount: 1 << 15, alignment: 8) { buffer throws(Errno) in
      let size = try check(cposix_directory_entries(directory.rawValue, buffer.baseAddress, buffer.count))
      if size == 0 { return nil }
      var names: [FilePath.Component] = []
      var offset = 0
      while offset < size {
        // struct linux_dirent64: inode and offset of 8 bytes each, its own length in 2, the type in 1, the name.
        let length = Int(buffer.load(fromByteOffset: offset + 16, as: UInt16.self))
        if let name = buffer.baseAddress?.advanced(by: offset + 19).assumingMemoryBound(to: CChar.self),
          let component = FilePath.Component(platformString: name), component.kind == .regular
        {
          names.append(component)
        }
        offset += length
      }
      return names
    }
  }

  /// lseek(2).
  public func rewind(_ directory: FileDescriptor) throws(Errno) {
    _ = try check(Int(lseek(directory.rawValue, 0, SEEK_SET)))
  }

  /// mkdirat(2).
  public func makeDirectory(_ place: Place, mode: UInt32) throws(Errno) {
    try check(place.with { mkdirat($0, $1, mode) })
  }

  /// renameat2(2).
  public func rename(_ from: Place, to: Place, replacing: Bool) throws(Errno) {
    try check(
      from.with { fromFolder, from in
        to.with { toFolder, to in
          replacing
            ? renameat(fromFolder, from, toFolder, to) : cposix_rename_noreplace(fromFolder, from, toFolder, to)
        }
      })
  }

  /// linkat(2).
  public func link(_ from: Place, to: Place) throws(Errno) {
    try check(
      from.with { fromFolder, from in
        to.with { toFolder, to in linkat(fromFolder, from, toFolder, to, 0) }
      })
  }

  /// unlinkat(2).
  public func unlink(_ place: Place) throws(Errno) { try check(place.with { unlinkat($0, $1, 0) }) }

  /// unlinkat(2), `AT_REMOVEDIR`.
  public func removeDirectory(_ place: Place) throws(Errno) {
    try check(place.with { unlinkat($0, $1, AT_REMOVEDIR) })
  }

  /// statvfs(3).
  public func space(at path: FilePath) throws(Errno) -> Space {
    var available: UInt64 = 0
    var total: UInt64 = 0
    try check(path.withPlatformString { cposix_disk_space($0, &available, &total) })
    return Space(available: Int64(clamping: available), total: Int64(clamping: total))
  }

  /// statx(2), statfs(2) and `/proc/self/mountinfo`.
  public func mount(of path: FilePath) throws(Errno) -> MountIdentity { try MountIdentity(systemPath: path) }

  /// The answer of a system call, or its error number.
  @discardableResult
  private func check<Answer: FixedWidthInteger & SignedInteger>(_ answer: Answer) throws(Errno) -> Answer {
    if answer == -1 { throw currentErrno }
    return answer
  }
}

extension Place {
  fileprivate func with(_ body: (Int32, UnsafePointer<CChar>) -> Int32) -> Int32 {
    path.withPlatformString { body(folder?.rawValue ?? AT_FDCWD, $0) }
  }
}
