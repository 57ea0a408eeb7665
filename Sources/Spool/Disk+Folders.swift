public import SystemPackage

extension Disk {
  /// Opens a folder once, so that all that follows happens in it, whatever its name may lead to by then. A symbolic link in
  /// its place is not followed.
  ///
  /// - Parameter followingLink: whether the path may be a symbolic link: for what an administrator named.
  /// - Throws: ``SpoolError`` `unfit` where it is not a folder.
  public func openDirectory(_ path: FilePath, followingLink: Bool = false) throws(SpoolError) -> DirectoryHandle {
    try DirectoryHandle(self, Place(path), path, followingLink: followingLink)
  }

  /// All that is in a folder, sorted, without `.` and `..`, each name with exactly the bytes that it has on the disk.
  ///
  /// - Parameter limit: more names than this are an error: the folder is not what it should be. To read in portions, open it.
  public func entries(of path: FilePath, limit: Int = .max) throws(SpoolError) -> [FilePath.Component] {
    let found = try DirectoryHandle(self, Place(path), path, followingLink: true).entries(limit: limit)
    if found.hasMore { throw SpoolError(.unfit, path, "holds more than \(limit) files.") }
    return found.names
  }

  /// The names in a folder, sorted, without `.` and `..` and without those that are not UTF-8: nothing that this program
  /// makes has such a name. Where they matter, ask for the ``entries(of:limit:)``.
  ///
  /// - Parameter limit: more names than this are an error: the folder is not what it should be.
  public func names(of path: FilePath, limit: Int = .max) throws(SpoolError) -> [String] {
    try entries(of: path, limit: limit).compactMap { String(validating: $0) }
  }

  /// Makes a folder, and those above it, with exactly this mode whatever the umask; one that exists is left as it is. Its
  /// name is durable when the call returns.
  ///
  /// - Parameter above: the mode of those above it, if it is another.
  public func makeDirectory(_ path: FilePath, mode: UInt32 = 0o750, above: UInt32? = nil) throws(SpoolError) {
    if let status = try status(of: path) {
      if status.kind == .directory { return try settle(path, status) }
      // A symbolic link to a directory is an administrator's choice: the spool's root may be one.
      if status.kind == .symbolicLink, try statusFollowingLinks(of: path)?.kind == .directory { return }
      throw SpoolError(.unfit, path, "is in the way: a folder must be there.")
    }
    let parent = path.folder
    if parent != path { try makeDirectory(parent, mode: above ?? mode, above: above) }
    do throws(SpoolError) {
      try call("make the folder", path, try system.makeDirectory(Place(path), mode: mode))
    } catch {
      // Another was faster: it sets the mode.
      guard error.errno == .fileExists else { throw error }
      return try sync(directory: parent)
    }
    // Where the umask took nothing away the mode is right. Setting it would take away the set-group-ID bit, by which a
    // folder hands its group down.
    if try status(of: path).map({ $0.mode & 0o777 }) != mode { try setMode(ofDirectory: path, mode) }
    try sync(directory: parent)
  }

  /// Makes the name of a folder durable that was found, once for each folder.
  private func settle(_ path: FilePath, _ folder: FileStatus) throws(SpoolError) {
    guard !durable.contains(folder) else { return }
    do throws(SpoolError) {
      try sync(directory: path.folder)
    } catch {
      // A folder in which this program may not look is the system's, and so is what an administrator made there.
      guard error.errno == .permissionDenied else { throw error }
    }
    durable.insert(folder)
  }

  /// Asks the file system to lay what is in each folder of this one apart from the others. ext4 looks for a free inode near the
  /// folder, and passes over all that were freed in the last minutes: where a study of thousands of files has just been
  /// removed beside it, that takes longer than writing them.
  public func spread(foldersIn path: FilePath) throws(SpoolError) {
    let folder = try OpenFile(system, Place(path), .readOnly, [.directory, .noFollow])
    system.spread(folder.descriptor)
  }

  /// Gives a folder exactly this mode.
  public func setMode(
    ofDirectory path: FilePath, _ mode: UInt32, followingLink: Bool = false
  ) throws(SpoolError) {
    let folder = try OpenFile(
      system, Place(path), .readOnly, followingLink ? .directory : [.directory, .noFollow])
    try call("set the mode of", path, try system.setMode(folder.descriptor, mode))
  }

  /// Gives a folder or a file, but not what a symbolic link leads to, its owner and exactly this mode.
  ///
  /// - Parameter followingLink: whether the path may be a symbolic link: for what only root can have put there.
  public func give(
    _ path: FilePath, to user: UInt32, group: UInt32, mode: UInt32, followingLink: Bool = false
  ) throws(SpoolError) {
    let file = try OpenFile(system, Place(path), .readOnly, followingLink ? .nonBlocking : [.noFollow, .nonBlocking])
    try call("set the owner of", path, try system.setOwner(file.descriptor, user: user, group: group))
    // After the owner: a change of owner may take bits away.
    try call("set the mode of", path, try system.setMode(file.descriptor, mode))
  }

  /// Removes a folder if it is empty.
  ///
  /// - Returns: false where something lies in it.
  @discardableResult
  public func removeEmptyDirectory(_ path: FilePath) throws(SpoolError) -> Bool {
    try removeEmptyDirectory(Place(path), path)
  }

  func removeEmptyDirectory(_ place: Place, _ path: FilePath) throws(SpoolError) -> Bool {
    do throws(SpoolError) {
      try call("remove the folder", path, try system.removeDirectory(place))
      return true
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory?: return true
      case .directoryNotEmpty?, .fileExists?: return false
      default: throw error
      }
    }
  }

  /// Removes a folder and all that is in it, or a file, following no link: not even one that takes a folder's place
  /// meanwhile.
  public func removeTree(_ path: FilePath) throws(SpoolError) { try removeTree(Place(path), path) }

  func removeTree(_ place: Place, _ path: FilePath) throws(SpoolError) {
    guard let status = try status(of: place, path) else { return }
    guard status.kind == .directory else { return try removeFile(place, path) }
    let folder: DirectoryHandle
    do throws(SpoolError) {
      folder = try DirectoryHandle(self, place, path)
    } catch {
      if error.code == .missing { return }
      throw error
    }
    var lifted = 0
    try folder.removeContents(depth: 0, root: folder, lifted: &lifted)
    if try !removeEmptyDirectory(place, path) { throw SpoolError("remove the folder", path, .directoryNotEmpty) }
  }
}
