internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

// What lies among the instances of a dropped folder and is not DICOM, as on a CD: viewers, pages, pictures. All of one folder
// lies in one entry of the quarantine, as it lay there, and is one line of the log.

extension Collector {
  /// An entry that holds so many files is closed.
  private static let most = 10_000
  /// An entry that has not grown for so long is closed, or for twice `partial_after`.
  private static let shortest = Duration.seconds(600)

  /// Writes down what was found in this look and is not DICOM; the executor moves it.
  func quarantineStrays(_ index: Int) throws {
    defer { strays = [] }
    for (folder, files) in Dictionary(grouping: strays, by: { watches[index].droppedFolder(of: $0.path) }) {
      do {
        try quarantine(files, as: entry(for: files, of: folder, index: index), index: index)
      } catch let error as JournalError where error.code == .wrongState {
        // A person decided about the entry in this moment: they go into the next one, in the next look.
      }
    }
  }

  private func quarantine(_ files: [Stray], as entry: QuarantineEntry, index: Int) throws {
    guard let folder = entry.origin else { return }
    let name = entry.name
    let path = PathText.path(folder).string
    try journal.refused(
      files.map { $0.refused(as: watches[index].item(of: $0.path), in: name) }, as: entry,
      reason: Reason(
        code: entry.code, sentence: "\(path): \(entry.reason)",
        remedy: [
          "If nobody needs them: studypost quarantine discard \(name) --reason TEXT",
          "Or put them back where they lay: studypost quarantine release \(name)",
          "Why each was refused: studypost trace FILE",
        ], about: ["folder": path], since: journalTime()))
    for file in files { letGo(file, index: index) }
    countStrays(files, in: name, index: index)
  }

  func countStrays(_ files: [Stray], in entry: String, index: Int) {
    guard let folder = files.first.map({ PathText.split($0.path).folder }) else { return }
    watches[index].countStrays(in: folder) { tally in
      tally.quarantined += files.count
      tally.entries.insert(entry)
    }
  }

  /// The entry into which files of a dropped folder go: one that still grows, or a new one, also where another file of
  /// their names lies in it: the folder was dropped once more.
  private func entry(for files: [Stray], of folder: String, index: Int) throws -> QuarantineEntry {
    let age = max(Self.shortest, watches[index].source.partialAfter * 2)
    let growing = try journal.growingEntry(
      folder: folder, since: journalTime(Date() - age / .seconds(1)), most: Self.most)
    if let growing, try files.allSatisfy({ try hasRoom(for: watches[index].item(of: $0.path), in: growing) }) {
      return growing
    }
    return QuarantineEntry(
      name: "out-\(ParcelID().text)", folder: folder, code: Refusal.notDICOM,
      reason: "Files that were dropped there are not DICOM, or are empty.")
  }

  /// Whether nothing lies in an entry at the place of a file, above or below it.
  private func hasRoom(for item: String, in entry: QuarantineEntry) throws -> Bool {
    let path = PathText.path(item)
    let above = path.components.indices.map { FilePath(root: nil, path.components[...$0]) }
    // What lies below may have a text of the other kind.
    return try journal.isFree(
      at: above.map { PathText.of($0) }, below: [item, PathText.ofBytes(path)], inEntry: entry.name)
  }

  // MARK: Telling

  /// Tells what became of what is not DICOM, a line for each dropped folder, once nothing more happens there.
  func tellOfStrays(_ index: Int, all: Bool) {
    let patience = watches[index].source.partialAfter * 2
    for (folder, tally) in watches[index].tallies {
      let isOver = watches[index].places[folder] == nil || tally.last.duration(to: .now) > patience
      guard all || isOver else { continue }
      watches[index].tallies[folder] = nil
      let left = strayNames(leftIn: folder)
      // Without the folder's name, which may be a patient's.
      logger.info(
        "\(tally.quarantined + tally.removed + left) files of a dropped folder were not DICOM: \(tally.words(left: left))"
      )
    }
  }

  /// How many files that desktop systems and media leave behind still lie in a folder, or below it.
  private func strayNames(leftIn folder: String) -> Int {
    let found = try? spool.disk.files(below: PathText.path(folder), limit: 10_000, passOver: { _ in true }) { _ in false
    }
    return found?.count { Ignored(PathText.of($0.path.lastComponent ?? "x")) == .rubbish } ?? 0
  }
}

/// A file of a source that is refused.
struct Stray {
  let path: FilePath
  let status: FileStatus
  let refusal: Refusal
  let sha256: String

  func refused(as item: String, in entry: String) -> Journal.Refused {
    Journal.Refused(
      RefusedFile(Original(path, status), as: item), sha256: sha256,
      event: Event(
        "quarantined", study: refusal.study, file: path.string, "\(entry): \(refusal.reason)"))
  }

  /// Whether it can lie in an entry as it lay in its folder, whose path there is longer by some.
  func fitsIntoFolder(of watch: SourceWatch) -> Bool {
    path.length < 3000 && path.components.allSatisfy { $0.string.utf8.count < 200 }
  }
}

/// What was found in a dropped folder that is not DICOM, and what became of it.
struct StrayTally {
  var quarantined = 0
  var removed = 0
  var entries: Set<String> = []
  var last = ContinuousClock.now

  func words(left: Int) -> String {
    var words: [String] = []
    if quarantined > 0 {
      words.append("\(quarantined) are in quarantine (\(entries.sorted().joined(separator: ", ")))")
    }
    if removed > 0 { words.append("\(removed), such as media and desktops leave, went with their folders") }
    if left > 0 { words.append("\(left), such as media and desktops leave, stay there") }
    return words.joined(separator: "; ") + "."
  }
}

extension SourceWatch {
  /// The folder as it was dropped: the first one below the source, or below one for dropping into; that itself for what lies
  /// directly in it.
  func droppedFolder(of path: FilePath) -> String { droppedFolder(PathText.split(path).folder) }

  private func droppedFolder(_ folder: String) -> String {
    guard let first = PathText.first(below: root, of: folder) else { return root }
    let top = PathText.of(PathText.path(root, first))
    guard isDropFolder(top), let second = PathText.first(below: top, of: folder) else { return top }
    let below = PathText.of(PathText.path(top, second))
    guard isUrgentFolder(below), let third = PathText.first(below: below, of: folder) else { return below }
    return PathText.of(PathText.path(below, third))
  }

  /// The place of a refused file in its entry: below ``QuarantineEntry/files``, as it lay in the dropped folder.
  func item(of path: FilePath) -> String {
    let above = PathText.path(droppedFolder(of: path)).components.count
    let rest = path.components.dropFirst(above)
    return PathText.of(FilePath(QuarantineEntry.files).appending(rest))
  }

  /// Counts what was found in or below a folder.
  mutating func countStrays(in folder: String, _ change: (inout StrayTally) -> Void) {
    let dropped = droppedFolder(folder)
    change(&tallies[dropped, default: StrayTally()])
    tallies[dropped]?.last = .now
  }
}
