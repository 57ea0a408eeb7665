internal import Custody
internal import Journal
internal import Spool
internal import SystemPackage

// Files of a source in the quarantine: one alone, or those of a dropped folder as they lay there.

extension Executor {
  /// Takes files of a source into an entry of the quarantine. One that changed or went since it was refused is looked at
  /// again; one that cannot be moved does not keep the others from it.
  func quarantine(_ files: [RefusedFile], entry: String) throws {
    var failure: (any Error)?
    var changed: Set<FilePath> = []
    for file in files {
      do {
        let target = place(of: file.item, in: entry)
        if try spool.disk.status(of: target) == nil {
          guard try isStill(file.original, at: PathText.path(file.original.path)) else {
            try void(file, entry: entry)
            continue
          }
          try spool.disk.makeDirectory(target.removingLastComponent())
          try spool.disk.take(PathText.path(file.original.path), to: target)
        }
        // Also of what was taken before a stop.
        changed.insert(target.removingLastComponent())
      } catch let error as JournalError {
        throw error
      } catch {
        failure = failure ?? error
      }
    }
    for folder in changed { try spool.disk.sync(directory: folder) }
    // Only then the originals may go.
    for file in files where try spool.disk.status(of: place(of: file.item, in: entry)) != nil {
      do { try removeOriginal(file.original) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  private func void(_ file: RefusedFile, entry: String) throws {
    try journal.voided(
      file, inEntry: entry,
      event: Event("released", file: file.original.path, "\(entry): it changed or went before it was moved."))
  }

  /// Puts files of an entry back to where they came from, each beside what lies there under its name by now.
  func putBack(_ files: [ReleasedFile], entry: String) throws {
    for file in files { try putBack(place(of: file.item, in: entry), to: PathText.path(file.target), orBeside: entry) }
  }

  /// Where a file lies in an entry: its name may be any bytes.
  private func place(of item: String, in entry: String) -> FilePath {
    spool[.quarantine(entry: entry, of: .collect)].pushing(PathText.path(item))
  }

  /// What the reason of an entry lists: the files of a dropped folder that lie in it.
  func filesToList(at location: Location) throws -> [Reason.ListedFile] {
    guard case .quarantine(let name, .collect) = location,
      try journal.quarantineEntry(name)?.item == QuarantineEntry.files
    else { return [] }
    return try journal.instances(quarantine: name).map {
      Reason.ListedFile(path: $0.itemInEntry ?? "", origin: $0.origin, bytes: $0.bytes)
    }
  }
}
