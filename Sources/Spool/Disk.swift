public import SystemPackage

/// The one durable way to put, move and remove things: no other module renames, links, removes or syncs.
///
/// The rule: write to a temporary name on the same file system, `fsync` the file, rename, `fsync` the directory, tell
/// the journal, and only then remove the source. A failed `fsync` is never tried again on the same file.
public struct Disk: Sendable {
  /// What it works on.
  public let system: any FileSystem
  let durable = DurableFolders()

  /// Creates the operations over a file system: this machine's, unless a test has another.
  public init(_ system: any FileSystem = SystemFileSystem()) { self.system = system }

  /// What lies at a path, without following a symbolic link.
  ///
  /// - Returns: nil where nothing is there.
  public func status(of path: FilePath) throws(SpoolError) -> FileStatus? {
    try status(of: Place(path), path)
  }

  /// What a path leads to, through symbolic links.
  ///
  /// - Returns: nil where it leads to nothing.
  public func statusFollowingLinks(of path: FilePath) throws(SpoolError) -> FileStatus? {
    try status(of: Place(path), path, followingLink: true)
  }

  func status(
    of place: Place, _ path: FilePath, followingLink: Bool = false
  ) throws(SpoolError) -> FileStatus? {
    do throws(SpoolError) {
      return try call("look at", path, try system.status(of: place, followingLink: followingLink))
    } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
      throw error
    }
  }

  /// Who is writing a file at this moment, as far as the kernel tells: it grants a read lease only where nobody has the
  /// file open for writing.
  public func writers(of path: FilePath) -> Writers {
    guard let file = try? OpenFile(system, Place(path), .readOnly, [.noFollow, .nonBlocking]) else { return .unknown }
    return system.writers(of: file.descriptor)
  }

  /// Where in a file the first bytes lie that were reserved and never written: a copy that is not finished, or what is left of
  /// one that was given up, or a file that somebody wrote so. Nil where the file system does not tell.
  public func firstHole(in path: FilePath) throws(SpoolError) -> Hole? { try open(path).firstHole() }

  /// The room on the file system that holds a path.
  public func space(at path: FilePath) throws(SpoolError) -> Space {
    try call("measure", path, try system.space(at: path))
  }

  /// The mounted file system that holds a path.
  public func mount(of path: FilePath) throws(SpoolError) -> MountIdentity {
    try call("find the mounted file system of", path, try system.mount(of: path))
  }

  // MARK: Making durable

  /// Makes a file's content durable.
  public func sync(file path: FilePath) throws(SpoolError) {
    try OpenFile(system, Place(path), .readOnly, [.noFollow, .nonBlocking]).sync()
  }

  /// Starts writing a file's content back, so that a sync that follows finds little to do. It promises nothing.
  public func beginSync(file path: FilePath) {
    guard let file = try? OpenFile(system, Place(path), .readOnly, [.noFollow, .nonBlocking]) else { return }
    system.startWriteback(file.descriptor, from: 0, count: 0)
  }

  /// Makes a directory's names durable.
  public func sync(directory path: FilePath) throws(SpoolError) {
    try OpenFile(system, Place(path), .readOnly, .directory).sync()
  }

  /// Makes all that was written to a file system durable: for a batch of files, far cheaper than one by one.
  ///
  /// Since Linux 5.8 it reports write-back errors of any file of the file system since the descriptor was opened: take
  /// it before the first write.
  public struct SyncPoint: ~Copyable, Sendable {
    fileprivate let file: OpenFile

    /// Makes durable all that was written since.
    public func sync() throws(SpoolError) {
      try call("make durable", file.path, try file.system.syncFileSystem(of: file.descriptor))
    }
  }

  /// Opens the file system of a directory, before anything is written that is to be made durable.
  public func syncPoint(_ directory: FilePath) throws(SpoolError) -> SyncPoint {
    SyncPoint(file: try OpenFile(system, Place(directory), .readOnly, .directory))
  }
}
