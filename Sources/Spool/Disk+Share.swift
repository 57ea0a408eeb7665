public import SystemPackage

extension Disk {
  /// Gives a file that is never written to again a second name: by a hard link or, where the file system has none, by a
  /// verified copy. Durable when the call returns.
  public func share(_ from: FilePath, as to: FilePath) throws(SpoolError) {
    do throws(SpoolError) {
      try link(from, to: to)
    } catch {
      guard let number = error.errno, Self.unlinkable.contains(number) else { throw error }
      return try copyVerified(from, to: to)
    }
    try sync(directory: to.folder)
  }

  /// What says that a link cannot be, not that something is broken: another file system, one without links, a file of
  /// somebody else (fs.protected_hardlinks), too many links.
  private static let unlinkable: [Errno] = [
    .improperLink, .notPermitted, .tooManyLinks, .notSupported, .noFunction,
  ]
}
