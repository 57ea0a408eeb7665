internal import Custody
internal import Journal
internal import Spool
internal import SystemPackage

extension Executor {
  /// Hands a coerced study to the PACS: a study's folder by one rename; files side by side one after the other, and the
  /// marker last.
  ///
  /// The staged files are durable before this is owed, and their folder goes last: where it is gone all was done. What was
  /// not seen in the import folder afterwards, since the PACS was faster than a start after a kill, is written down so.
  func handOver(_ handOver: HandOver) throws {
    let target = FilePath(handOver.target)
    try FolderGuard(journal: journal, spool: spool).check(target, for: service)
    let staging = FilePath(handOver.staging)
    let isStaged = try spool.disk.status(of: staging) != nil
    if let folder = handOver.folder {
      let study = target.appending(folder)
      if isStaged {
        if try spool.disk.status(of: study) != nil {
          throw ExecutorError(.inTheWay, study, "it is in the way of a study to be imported: move it elsewhere.")
        }
        try spool.disk.move(staging, to: study)
      }
      let isSeen = try spool.disk.status(of: study) != nil
      for folder in [target, staging.removingLastComponent()] { try sync(folder) }
      try journal.handedOver(handOver, isSeen: isSeen)
    } else {
      if isStaged { try spread(staging, into: target, marker: handOver.marker) }
      try journal.handedOver(handOver, isSeen: isStaged)
      guard try spool.disk.removeEmptyDirectory(staging) else {
        throw ExecutorError(.inTheWay, staging, "something else lies in it: move it elsewhere.")
      }
      try sync(staging.removingLastComponent())
    }
  }

  /// The folder may be gone with all that lay in it.
  func sync(_ folder: FilePath) throws {
    if try spool.disk.status(of: folder) != nil { try spool.disk.sync(directory: folder) }
  }

  /// The staging folder stays, empty, until it is written down that the files were handed over.
  private func spread(_ staging: FilePath, into target: FilePath, marker: String?) throws {
    for name in try spool.disk.entries(of: staging) {
      try spool.disk.rename(staging.appending(name), to: target.appending(name))
    }
    try spool.disk.sync(directory: target)
    if let marker { try spool.disk.write([UInt8](), to: target.appending(marker)) }
  }
}
