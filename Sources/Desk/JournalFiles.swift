internal import Journal
internal import Spool
internal import SystemPackage

/// A database's file with what SQLite has beside it.
struct JournalFiles {
  let path: FilePath
  let disk: Disk

  private static let sideFiles = ["", "-wal", "-shm", "-journal"]

  func remove() throws {
    for suffix in Self.sideFiles { try disk.removeFile(FilePath(path.string + suffix)) }
  }

  /// Moves all of it to a name beside it that says when.
  ///
  /// - Returns: the new name; nil where there was none.
  func keepAside() throws -> FilePath? {
    let aside = path.beforeNow
    var isThere = false
    // The database last: while it is there, the next attempt does the rest.
    for suffix in Self.sideFiles.reversed() {
      let file = FilePath(path.string + suffix)
      guard try disk.status(of: file) != nil else { continue }
      try disk.move(file, to: FilePath(aside.string + suffix))
      if suffix.isEmpty { isThere = true }
    }
    return isThere ? aside : nil
  }
}

extension FilePath {
  /// The name for what was here before this moment.
  var beforeNow: FilePath { FilePath("\(string).before-\(journalTime().filter { $0.isNumber }.prefix(14))") }
}
