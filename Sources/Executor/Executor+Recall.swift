internal import Custody
internal import Journal
internal import Spool
internal import SystemPackage

extension Executor {
  /// Takes out of the import folder what the PACS has not taken of a study that a person took back. Only files that are ours,
  /// and as they were handed over, are touched.
  ///
  /// Each is moved aside first, so that after a kill one can still tell which the PACS took. Once it is written down how many
  /// those are, the others are removed.
  func recall(_ handOver: HandOver) throws {
    let target = FilePath(handOver.target)
    try FolderGuard(journal: journal, spool: spool).check(target, for: service)
    let staging = FilePath(handOver.staging)
    let aside = FilePath(handOver.staging + ".recalled")
    let files = try journal.handedFiles(handOver)
    if !files.isEmpty {
      try spool.disk.makeDirectory(aside)
      let changed = try setAside(files, of: handOver, in: aside)
      let own = files.count { $0.name != handOver.marker }
      let found = try count(in: aside, handOver) + count(in: staging, handOver)
      try tell(handOver, Recalled(files: own, taken: max(0, own - found - changed), changed: changed))
    }
    for folder in [aside, staging] { try spool.disk.removeTree(folder) }
    try sync(staging.removingLastComponent())
  }

  /// - Returns: how many lie there, and are not what was handed over.
  private func setAside(_ files: [HandedFile], of handOver: HandOver, in aside: FilePath) throws -> Int {
    let target = FilePath(handOver.target)
    let folder = handOver.folder.map { target.appending($0) } ?? target
    // What tells the PACS that all is there goes first.
    if handOver.folder == nil, let marker = handOver.marker { try spool.disk.removeFile(target.appending(marker)) }
    var changed = 0
    for file in files.filter({ $0.name == handOver.marker }) + files.filter({ $0.name != handOver.marker }) {
      let path = folder.appending(file.name)
      guard let status = try spool.disk.status(of: path) else { continue }
      guard file.isStill(status) else {
        if file.name != handOver.marker { changed += 1 }
        continue
      }
      do {
        try spool.disk.rename(path, to: aside.appending(file.name))
      } catch {
        // The PACS may be faster.
        guard error.code == .missing else { throw error }
      }
    }
    if handOver.folder != nil { try spool.disk.removeEmptyDirectory(folder) }
    for place in [folder, target, aside] { try sync(place) }
    return changed
  }

  private func count(in folder: FilePath, _ handOver: HandOver) throws -> Int {
    guard try spool.disk.status(of: folder) != nil else { return 0 }
    return try spool.disk.names(of: folder).count { $0 != handOver.marker }
  }

  private func tell(_ handOver: HandOver, _ found: Recalled) throws {
    guard let parcel = try journal.inboundParcel(handOver.parcel) else { return }
    let words = found.words
    try journal.recalled(
      handOver, found,
      event: Event(
        "recalled", site: parcel.sender, study: parcel.study, parcel: parcel.id, file: handOver.target,
        "Taken back: \(words)"))
    if found.taken + found.changed > 0 {
      try journal.raise(Alert.undone(parcel.id, study: parcel.study, words), by: service)
    }
  }
}

extension HandedFile {
  /// Whether a file is the one that was handed over. A share may number its files anew, and so does who moves a folder to
  /// another disk: then the time must be exact to tell it from another part's file of the same name.
  fileprivate func isStill(_ status: FileStatus) -> Bool {
    status.kind == .file && status.size == bytes && status.modified == modified
      && (Int64(bitPattern: status.inode) == inode || modified % 1_000_000_000 != 0)
  }
}
