internal import Synchronization
public import SystemPackage

/// A folder that was opened once, without following a link: what is done through it happens in this folder, even where
/// somebody exchanges its name for another folder or a link.
public final class DirectoryHandle: Sendable {
  /// The path by which it was opened, for messages.
  public let path: FilePath
  let disk: Disk
  private let file: OpenFile
  /// Names that were read from the disk and not handed out yet.
  private let waiting = Mutex<(names: [FilePath.Component], isAtEnd: Bool)>(([], false))

  init(_ disk: Disk, _ place: Place, _ path: FilePath, followingLink: Bool = false) throws(SpoolError) {
    self.disk = disk
    self.path = path
    do throws(SpoolError) {
      file = try OpenFile(
        disk.system, place, .readOnly, followingLink ? .directory : [.directory, .noFollow], path: path)
    } catch {
      guard error.errno == .notDirectory || error.errno == .tooManySymbolicLinkLevels else { throw error }
      throw SpoolError(.unfit, path, "is not a folder.")
    }
  }

  /// Some names of a folder.
  public struct Portion: Sendable {
    /// The names, sorted, each with exactly the bytes that it has on the disk.
    public let names: [FilePath.Component]
    /// Whether there are more.
    public let hasMore: Bool
  }

  /// The next names of the folder, at most so many, in memory for these alone. Names that are removed or added meanwhile
  /// may or may not be among them; all others are, once.
  public func entries(limit: Int) throws(SpoolError) -> Portion {
    try waiting.withLock { (waiting) throws(SpoolError) in
      while !waiting.isAtEnd, waiting.names.count <= limit {
        let more = try call("list", path, try disk.system.names(in: file.descriptor))
        if let more { waiting.names += more } else { waiting.isAtEnd = true }
      }
      let names = waiting.names.prefix(limit).sorted { $0.string < $1.string }
      waiting.names.removeFirst(names.count)
      return Portion(names: names, hasMore: !waiting.names.isEmpty)
    }
  }

  /// Begins again with the first name.
  public func rewind() throws(SpoolError) {
    try waiting.withLock { (waiting) throws(SpoolError) in
      try call("list", path, try disk.system.rewind(file.descriptor))
      waiting = ([], false)
    }
  }

  /// What the folder itself is.
  public func status() throws(SpoolError) -> FileStatus { try file.status() }

  /// What lies under a name in the folder, without following a link; nil where nothing is there.
  public func status(of name: FilePath.Component) throws(SpoolError) -> FileStatus? {
    try disk.status(of: place(name), path.appending(name))
  }

  /// Opens a folder in this one, without following a link.
  public func openDirectory(_ name: FilePath.Component) throws(SpoolError) -> DirectoryHandle {
    try DirectoryHandle(disk, place(name), path.appending(name))
  }

  /// Opens a regular file in the folder, without following a link.
  public func open(_ name: FilePath.Component) throws(SpoolError) -> FileReader {
    try FileReader(disk.system, place(name), path.appending(name))
  }

  /// Reads a whole small regular file of the folder, without following a link: as ``Disk/readSmall(_:limit:followingLink:)``.
  public func readSmall(_ name: FilePath.Component, limit: Int) throws(SpoolError) -> [UInt8] {
    try open(name).whole(limit: limit)
  }

  /// Moves what lies under a name out of the folder, never onto something that exists. Durable when the call returns.
  public func move(_ name: FilePath.Component, to: FilePath) throws(SpoolError) {
    try call(
      "move to \(to)", path.appending(name), try disk.system.rename(place(name), to: Place(to), replacing: false))
    try disk.sync(directory: to.folder)
    try sync()
  }

  /// Removes a file, if it is there.
  public func removeFile(_ name: FilePath.Component) throws(SpoolError) {
    try disk.removeFile(place(name), path.appending(name))
  }

  /// Removes a folder and all that is in it, or a file, following no link.
  public func removeTree(_ name: FilePath.Component) throws(SpoolError) {
    try disk.removeTree(place(name), path.appending(name))
  }

  /// Makes the folder's names durable.
  public func sync() throws(SpoolError) { try file.sync() }

  private func place(_ name: FilePath.Component) -> Place { Place(in: file.descriptor, FilePath(root: nil, [name])) }

  /// Folders nested deeper than this are lifted to the top before they are removed: others may nest them deeper than
  /// there are descriptors.
  private static let deepest = 32

  /// Removes all that is in the folder.
  ///
  /// - Parameters:
  ///   - depth: how far this folder is below `root`, the one that is being removed.
  ///   - lifted: how many folders were lifted to the root so far.
  func removeContents(depth: Int, root: DirectoryHandle, lifted: inout Int) throws(SpoolError) {
    var before: Int
    // What is lifted to the root may come too late for this pass.
    repeat {
      before = lifted
      try rewind()
      while true {
        let portion = try entries(limit: 1024)
        for name in portion.names {
          let (place, whole) = (place(name), path.appending(name))
          guard let status = try status(of: name) else { continue }
          guard status.kind == .directory else {
            try disk.removeFile(place, whole)
            continue
          }
          if depth >= Self.deepest {
            try lift(place, whole, to: root, &lifted)
            continue
          }
          try openDirectory(name).removeContents(depth: depth + 1, root: root, lifted: &lifted)
          if try !disk.removeEmptyDirectory(place, whole) {
            throw SpoolError("remove the folder", whole, .directoryNotEmpty)
          }
        }
        if !portion.hasMore { break }
      }
    } while self === root && lifted > before
  }

  private func lift(
    _ place: Place, _ whole: FilePath, to root: DirectoryHandle, _ lifted: inout Int
  ) throws(SpoolError) {
    while true {
      lifted += 1
      guard let name = FilePath.Component(".\(lifted).deep") else { return }
      do throws(SpoolError) {
        try call("move", whole, try disk.system.rename(place, to: root.place(name), replacing: false))
        return
      } catch {
        // Left by an earlier removal that was interrupted.
        guard error.code == .exists else { throw error }
      }
    }
  }
}
