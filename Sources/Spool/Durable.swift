internal import CPOSIX
internal import Glibc
public import SystemPackage

/// The one durable way to put, move and remove things: no other module renames, links, removes or syncs.
///
/// The rule: write to a temporary name on the same file system, `fsync` the file, rename, `fsync` the directory, tell
/// the journal, and only then remove the source. A failed `fsync` is never tried again on the same file.
public enum Durable {
  /// Makes a file's content durable.
  public static func sync(file path: FilePath) throws(SpoolError) {
    try OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).sync()
  }

  /// Starts writing a file's content back, so that a sync that follows finds little to do. It promises nothing.
  public static func beginSync(file path: FilePath) {
    guard let file = try? OpenFile(path, O_RDONLY | O_NOFOLLOW) else { return }
    _ = cposix_start_writeback(file.descriptor, 0, 0)
  }

  /// Makes a directory's names durable.
  public static func sync(directory path: FilePath) throws(SpoolError) {
    try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
  }

  /// Makes all that was written to a file system durable: for a batch of files, far cheaper than one by one.
  ///
  /// Since Linux 5.8 it reports write-back errors of any file of the file system since the descriptor was opened:
  /// open it with ``SyncPoint`` before the first write.
  public struct SyncPoint: ~Copyable {
    private let file: OpenFile

    /// Opens the file system of a directory, before anything is written that is to be made durable.
    public init(_ directory: FilePath) throws(SpoolError) {
      file = try OpenFile(directory, O_RDONLY | O_DIRECTORY)
    }

    /// Makes durable all that was written since.
    public func sync() throws(SpoolError) {
      try call("make durable", file.path) { cposix_syncfs(file.descriptor) }
    }
  }

  /// Puts a whole file in place, durable when the call returns; an existing one is replaced at one stroke.
  public static func write(_ bytes: some Sequence<UInt8>, to path: FilePath, mode: UInt32 = 0o640) throws(SpoolError) {
    let temporary = path.hidden("tmp")
    _ = temporary.withPlatformString { unlink($0) }
    do throws(SpoolError) {
      let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
      let whole = Array(bytes)
      var failure: SpoolError?
      whole.withUnsafeBytes { buffer in
        do throws(SpoolError) { try file.write(buffer) } catch { failure = error }
      }
      if let failure { throw failure }
      try file.sync()
      try call("rename", temporary) {
        temporary.withPlatformString { from in path.withPlatformString { Glibc.rename(from, $0) } }
      }
      try sync(directory: path.folder)
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
  }

  /// Moves a file or a whole folder within one file system; never onto something that exists. Durable when the call
  /// returns.
  public static func move(_ from: FilePath, to: FilePath) throws(SpoolError) {
    try rename(from, to: to)
    try sync(directory: to.folder)
    if from.folder != to.folder { try sync(directory: from.folder) }
  }

  /// Moves as ``move(_:to:)`` does, and leaves it to the caller to sync both directories after a batch.
  public static func rename(_ from: FilePath, to: FilePath) throws(SpoolError) {
    try call("move to \(to)", from) {
      from.withPlatformString { from in
        to.withPlatformString { cposix_rename_noreplace(AT_FDCWD, from, AT_FDCWD, $0) }
      }
    }
  }

  /// Takes a file into the spool: by a rename, or, from another file system, by a verified copy. The caller syncs the
  /// target's directory after a batch.
  ///
  /// - Returns: whether the original is still there, to be removed once the journal knows the copy.
  @discardableResult
  public static func take(_ from: FilePath, to: FilePath) throws(SpoolError) -> Bool {
    do throws(SpoolError) {
      try rename(from, to: to)
      return false
    } catch {
      guard error.errno == .improperLink else { throw error }
      let temporary = to.hidden("copy")
      try removeFile(temporary)
      try copyVerified(from, to: temporary)
      try rename(temporary, to: to)
      return true
    }
  }

  /// Copies a file to a new one and checks what reached the disk against what was read: for a claim from another file
  /// system. Durable when the call returns; the source is untouched.
  ///
  /// - Throws: ``SpoolError`` `unfit` where the source changed meanwhile or the copy differs.
  public static func copyVerified(_ from: FilePath, to: FilePath) throws(SpoolError) {
    guard let before = try FileStatus.of(from), before.kind == .file else {
      throw SpoolError(.unfit, from, "is no regular file (any more).")
    }
    let source = try OpenFile(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    let target = try OpenFile(to, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
    do throws(SpoolError) {
      var offset: Int64 = 0
      try readAll(source) { (bytes) throws(SpoolError) in
        try target.write(bytes)
        offset += Int64(bytes.count)
      }
      try target.sync()
      // Read back from the disk, not from the cache that the write filled.
      _ = cposix_advise_done(target.descriptor, 0, 0)
      guard offset == before.size, try same(from, to), try FileStatus.of(from) == before else {
        throw SpoolError(.unfit, from, "changed while it was copied; it will be copied again.")
      }
      try sync(directory: to.folder)
    } catch {
      _ = to.withPlatformString { unlink($0) }
      throw error
    }
  }

  /// Whether two files hold the same bytes.
  public static func same(_ first: FilePath, _ second: FilePath) throws(SpoolError) -> Bool {
    guard try FileStatus.of(first)?.size == FileStatus.of(second)?.size else { return false }
    let a = try OpenFile(first, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    let b = try OpenFile(second, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    let size = 1 << 18
    let other = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { other.deallocate() }
    var equal = true
    var offset: off_t = 0
    try readAll(a) { (bytes) throws(SpoolError) in
      var filled = 0
      while equal, filled < bytes.count {
        let count = pread(b.descriptor, other.baseAddress?.advanced(by: filled), bytes.count - filled, offset)
        if count > 0 {
          filled += count
          offset += off_t(count)
        } else if count == 0 {
          equal = false
        } else if currentErrno != .interrupted {
          throw SpoolError("read", second, currentErrno)
        }
      }
      if equal, let base = other.baseAddress, let bytesBase = bytes.baseAddress {
        equal = memcmp(base, bytesBase, bytes.count) == 0
      }
    }
    return equal
  }

  /// Makes a folder, and those above it, with exactly this mode whatever the umask; one that exists is left as it is.
  public static func makeDirectory(_ path: FilePath, mode: UInt32 = 0o750) throws(SpoolError) {
    if let status = try FileStatus.of(path) {
      if status.kind == .directory { return }
      // A symbolic link to a directory is an administrator's choice: the spool's root may be one.
      if status.kind == .symbolicLink, (try? OpenFile(path, O_RDONLY | O_DIRECTORY)) != nil { return }
      throw SpoolError(.unfit, path, "is in the way: a folder must be there.")
    }
    let parent = path.folder
    if parent != path { try makeDirectory(parent, mode: mode) }
    if path.withPlatformString({ mkdir($0, mode) }) == 0 {
      try call("set the mode of", path) { path.withPlatformString { chmod($0, mode) } }
    } else if currentErrno != .fileExists {
      throw SpoolError("make the folder", path, currentErrno)
    }
    try sync(directory: parent)
  }

  /// Removes a file, if it is there. The caller has made sure that the next copy is durable.
  public static func removeFile(_ path: FilePath) throws(SpoolError) {
    if path.withPlatformString({ unlink($0) }) != 0, currentErrno != .noSuchFileOrDirectory {
      throw SpoolError("remove", path, currentErrno)
    }
  }

  /// Lets a file's content go and leaves its name, where the whole folder will go soon. Making and removing thousands of
  /// files in turn is slow on ext4 without a journal, which searches past every number that was free only lately.
  public static func empty(_ path: FilePath) throws(SpoolError) {
    try call("empty", path) { truncate(path.string, 0) }
  }

  /// Removes a folder if it is empty.
  ///
  /// - Returns: false where something lies in it.
  @discardableResult
  public static func removeEmptyDirectory(_ path: FilePath) throws(SpoolError) -> Bool {
    if path.withPlatformString({ rmdir($0) }) == 0 { return true }
    switch currentErrno {
    case .noSuchFileOrDirectory: return true
    case .directoryNotEmpty, .fileExists: return false
    default: throw SpoolError("remove the folder", path, currentErrno)
    }
  }

  /// Removes a folder and all that is in it, following no link.
  public static func removeTree(_ path: FilePath) throws(SpoolError) {
    guard let status = try FileStatus.of(path) else { return }
    if status.kind == .directory {
      for entry in try Listing.entries(of: path) { try removeTree(path.appending(entry)) }
      try removeEmptyDirectory(path)
    } else {
      try removeFile(path)
    }
  }

  private static func readAll(
    _ file: borrowing OpenFile, _ body: (UnsafeRawBufferPointer) throws(SpoolError) -> Void
  ) throws(SpoolError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(file.descriptor, buffer.baseAddress, buffer.count)
      if count == 0 { return }
      if count > 0 {
        try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      } else if currentErrno != .interrupted {
        throw SpoolError("read", file.path, currentErrno)
      }
    }
  }
}
