public import Custody
internal import Journal
public import Spool
public import SystemPackage

// What the collector owes.

extension Executor {
  /// So many instances are moved or removed together.
  private static let instances = 512

  /// Moves a held study's files into its folder; what is there already stays.
  func gather(_ id: String) throws {
    let folder = spool[.heldOutbound(study: id)]
    try spool.disk.makeDirectory(folder)
    try forEachPortion(of: id) { instances in
      var left: Set<FilePath> = []
      var moved: [(id: Int64, file: String)] = []
      for instance in instances {
        let from = spool.absolute(instance.file)
        guard let id = instance.id, let name = from.lastComponent, from.removingLastComponent() != folder else {
          continue
        }
        let to = folder.appending(name)
        if try spool.disk.status(of: to) == nil {
          try spool.disk.rename(from, to: to)
        } else if try spool.disk.status(of: from) != nil {
          throw ExecutorError(.inTheWay, to, "it is in the way of \(from): move it elsewhere.")
        }
        moved.append((id, spool.relative(to)))
        left.insert(from.removingLastComponent())
      }
      try spool.disk.sync(directory: folder)
      // Before the journal forgets where they lay: after a stop nobody would know what to tidy up.
      for parent in left { try removeEmptyFolder(parent) }
      try journal.moved(moved)
    }
  }

  /// Removes the files of an outbound study that is sealed or was discarded, and its folder with the reason if it was held.
  /// A file that came into the folder meanwhile belongs to another study in the journal, and stays.
  func removeInstances(of id: String) throws {
    var left: Set<FilePath> = []
    try forEachPortion(of: id) { instances in
      for instance in instances {
        let file = spool.absolute(instance.file)
        try spool.disk.removeFile(file)
        left.insert(file.removingLastComponent())
      }
    }
    let held = spool[.heldOutbound(study: id)]
    if try spool.disk.status(of: held) != nil {
      for name in Reason.files { try spool.disk.removeFile(held.appending(name)) }
      left.insert(held)
    }
    for parent in left { try removeEmptyFolder(parent) }
  }

  private func forEachPortion(of id: String, _ body: ([TakenInstance]) throws -> Void) throws {
    var last: Int64 = 0
    while true {
      guard mayGoOn else { throw CancellationError() }
      let portion = try journal.instances(outboundStudy: id, after: last, limit: Self.instances)
      guard let end = portion.last?.id else { return }
      try body(portion)
      last = end
    }
  }

  /// Removes a file of a source whose copy is durable and in the journal. A file that has changed since is another one, and
  /// is left to be looked at.
  func removeOriginal(_ original: Original) throws {
    let path = PathText.path(original.path)
    guard try isStill(original, at: path) else { return }
    try spool.disk.removeFile(path)
    try spool.disk.sync(directory: path.removingLastComponent())
  }

  /// Whether a file is the one that was decided about.
  func isStill(_ original: Original, at path: FilePath) throws -> Bool {
    guard let status = try spool.disk.status(of: path) else { return false }
    return status.kind == .file && Original(path, status) == original
  }

  /// Puts a claimed file that changed back into its source.
  func giveBack(_ file: FilePath, to target: FilePath) throws {
    try putBack(file, to: target, orBeside: file.lastComponent?.string ?? "file")
    try removeEmptyFolder(file.removingLastComponent())
  }

  /// Moves a file into a source, durably: under its name, or, where another file has that name by now, under one beside it.
  func putBack(_ file: FilePath, to target: FilePath, orBeside mark: String) throws {
    let folder = target.removingLastComponent()
    if try spool.disk.status(of: file) != nil {
      try spool.disk.makeDirectory(folder)
      do throws(SpoolError) {
        return try spool.disk.moveAnywhere(file, to: target)
      } catch {
        guard error.code == .exists else { throw error }
        return try spool.disk.moveAnywhere(
          file, to: folder.appending("\(mark)-\(target.lastComponent?.string ?? "file")"))
      }
    }
    // It was moved before a stop.
    for folder in [folder, file.removingLastComponent()] where try spool.disk.status(of: folder) != nil {
      try spool.disk.sync(directory: folder)
    }
  }
}

extension Original {
  /// A file as it is now.
  public init(_ path: FilePath, _ status: FileStatus) {
    self.init(path: PathText.of(path), size: status.size, modified: status.modified, inode: status.inode)
  }
}
