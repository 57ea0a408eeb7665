public import SystemPackage

extension Disk {
  /// Moves a file or a whole folder within one file system; never onto something that exists. Durable when the call
  /// returns.
  public func move(_ from: FilePath, to: FilePath) throws(SpoolError) {
    try rename(from, to: to)
    try sync(directory: to.folder)
    if from.folder != to.folder { try sync(directory: from.folder) }
  }

  /// Moves as ``move(_:to:)`` does, and leaves it to the caller to sync both directories after a batch.
  public func rename(_ from: FilePath, to: FilePath) throws(SpoolError) {
    try call("move to \(to)", from, try system.rename(Place(from), to: Place(to), replacing: false))
  }

  /// Takes a file into the spool: by a rename, or, from another file system or a folder in which nothing may be changed, by
  /// a verified copy. The caller syncs the target's directory after a batch.
  ///
  /// - Returns: whether the original is still there, to be removed once the journal knows the copy.
  @discardableResult
  public func take(_ from: FilePath, to: FilePath) throws(SpoolError) -> Bool {
    do throws(SpoolError) {
      try rename(from, to: to)
      return false
    } catch {
      guard let number = error.errno, Self.immovable.contains(number) else { throw error }
      try copyAcross(from, to: to)
      return true
    }
  }

  /// What says that a file cannot be moved out of its folder, and perhaps be read.
  private static let immovable: [Errno] = [
    .improperLink, .permissionDenied, .notPermitted, .readOnlyFileSystem,
  ]

  /// Removes what an interrupted ``take(_:to:)`` left beside its target.
  public func removeUnfinished(_ target: FilePath) throws(SpoolError) { try removeFile(target.hidden("copy")) }

  /// Moves a file, where need be to another file system: then a verified copy gets the name, and only when it is durable
  /// the original goes. Never onto something that exists, but for a copy of the same bytes that an interrupted move left.
  /// Durable when the call returns.
  public func moveAnywhere(_ from: FilePath, to: FilePath) throws(SpoolError) {
    do throws(SpoolError) {
      return try move(from, to: to)
    } catch {
      guard error.errno == .improperLink else { throw error }
    }
    do throws(SpoolError) {
      try copyAcross(from, to: to)
    } catch {
      guard error.code == .exists, try status(of: to)?.kind == .file, try same(from, to) else { throw error }
      try sync(file: to)
    }
    try sync(directory: to.folder)
    try removeFile(from)
    try sync(directory: from.folder)
  }

  /// Copies to a hidden name, and renames when the copy is verified.
  private func copyAcross(_ from: FilePath, to: FilePath) throws(SpoolError) {
    let temporary = to.hidden("copy")
    try removeFile(temporary)
    try copyVerified(from, to: temporary)
    do throws(SpoolError) {
      try call("move to \(to)", from, try system.rename(Place(temporary), to: Place(to), replacing: false))
    } catch {
      try? removeFile(temporary)
      throw error
    }
  }
}
