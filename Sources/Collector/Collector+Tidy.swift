internal import Custody
internal import Executor
internal import Journal
internal import Spool
internal import SystemPackage

// Folders of a source that were emptied.

extension Collector {
  /// So many are looked at together.
  private static let folders = 20_000

  /// A file was taken out of a source: its folder may go when it is empty.
  func noteTaken(_ original: Original, of owner: UInt32, index: Int) {
    let folder = PathText.split(PathText.path(original.path)).folder
    guard !watches[index].isForDropping(folder) else { return }
    watches[index].emptied[folder] = owner
    nextTidy = nextTidy ?? .now + patience(index)
  }

  /// Removes folders that were emptied and have not changed for `partial_after`: those that were made by the drop itself, by
  /// the account whose files lay in them. What an administrator made stays, and so do the source and the drop folders.
  func tidy() {
    guard let nextTidy, nextTidy <= .now else { return }
    let now = ContinuousClock.now
    for index in watches.indices {
      for (text, owner) in watches[index].emptied.prefix(Self.folders) where !stop.isRequested {
        tidy(text, of: owner, index: index, now: now)
      }
    }
    self.nextTidy = watches.indices.filter { !watches[$0].emptied.isEmpty }.map { now + patience($0) }.min()
  }

  private func patience(_ index: Int) -> Duration { max(.seconds(1), watches[index].source.partialAfter / 10) }

  private func tidy(_ text: String, of owner: UInt32, index: Int, now: ContinuousClock.Instant) {
    guard let place = watches[index].places[text] else {
      watches[index].emptied[text] = nil
      return
    }
    let isWaited = now - place.modifiedSince >= watches[index].source.partialAfter
    guard isWaited, watches[index].files[text] == nil, watches[index].owed[text] == nil else { return }
    let path = PathText.path(text)
    let found = try? spool.disk.status(of: path)
    if let status = found, status.modified != place.modified {
      // What was taken out of it changed it, too: it is listed, and rests from then on.
      watches[index].pending.append(path)
      return
    }
    watches[index].emptied[text] = nil
    guard let status = found, status.kind == .directory, status.owner == owner,
      (try? removeIfEmpty(path, index: index)) == true
    else { return }
    watches[index].gone(path)
    let parent = PathText.split(path).folder
    if !watches[index].isForDropping(parent) { watches[index].emptied[parent] = owner }
  }

  /// Removes a folder in which nothing lies but what desktop systems and media left behind, which goes with it, with a line
  /// in the history.
  private func removeIfEmpty(_ path: FilePath, index: Int) throws -> Bool {
    if try spool.disk.removeEmptyDirectory(path) { return true }
    let folder = try spool.disk.openDirectory(path)
    let left = try folder.entries(limit: 100)
    guard !left.hasMore, left.names.allSatisfy({ Ignored(PathText.of($0)) == .rubbish }) else { return false }
    let names = left.names.prefix(10).map { Quoted.text($0.string, limit: 60) }.joined(separator: ", ")
    try journal.record(
      Event(
        "discarded", file: path.string,
        "All else in the folder was taken: \(left.names.count) that are not DICOM were removed with it: \(names)."))
    watches[index].countStrays(in: PathText.of(path)) { $0.removed += left.names.count }
    for name in left.names { try folder.removeTree(name) }
    return try spool.disk.removeEmptyDirectory(path)
  }
}
