internal import Custody
internal import Executor
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

// The sources as a whole: whether they are there, and what in them is passed over.

extension Collector {
  /// Whether a source may be touched: it lies on the file system on which it lay when it was last in order. One that does
  /// not concerns no other.
  func isInOrder(_ index: Int, hasWork: Bool) throws -> Bool {
    guard hasWork else { return true }
    let path = watches[index].source.path
    do {
      try FolderGuard(journal: journal, spool: spool).check(path, for: .collect)
      return true
    } catch let error as JournalError {
      throw error
    } catch let error as ExecutorError where error.code == .wrongFileSystem {
      // It raised its alert.
      watches[index].trouble = error.message
    } catch {
      watches[index].trouble = "\(error)"
      try tellOfTrouble(index)
    }
    return false
  }

  /// Tells of a source that cannot be read, wholly or in part.
  func tellOfTrouble(_ index: Int) throws {
    let watch = watches[index]
    let (whole, part) = ("source \(watch.source.path)", "source-part \(watch.source.path)")
    if let trouble = watch.trouble {
      try alerts.raise(
        whole, "source", .critical, "A source cannot be read: \(Quoted.text(trouble, limit: 500))",
        remedy: "Mount it, or give `studypost` the right to read and write it; it goes on by itself.")
    } else {
      try alerts.settle(whole)
    }
    if let (_, message) = watch.deniedFolders.min(by: { $0.key.string < $1.key.string }) {
      try alerts.raise(
        part, "source", .warning,
        "\(watch.deniedFolders.count) folders of a source cannot be read, for example: \(Quoted.text(message, limit: 500))",
        remedy: "Give `studypost` the right to read and write them; the rest goes on.")
    } else {
      try alerts.settle(part)
    }
  }

  /// Tells of what lies in a source and is not taken. Once a minute.
  func tellOfLeftovers(_ index: Int) throws {
    let watch = watches[index]
    let path = watch.source.path
    let links = watch.odd.filter { $0.value == .symbolicLink && watch.isDropFolder(PathText.of($0.key)) }
    let dropAlerts = Set(links.keys.map { "drop-folder \($0)" })
    for link in links.keys {
      try alerts.raise(
        "drop-folder \(link)", "source-link", .critical,
        "\(Quoted.text(link.string)) is a symbolic link that root did not make, or leads to no folder: nothing that is put "
          + "there is taken.",
        remedy: "Make a folder in its place, make the link as root, or give the other folder a [[source]] of its own.")
    }
    try alerts.settle(beginning: "drop-folder \(path)/", except: dropAlerts)
    try settleStranger(index)

    let passedOver = "source-passed-over \(path)"
    let others = watch.odd.filter { links[$0.key] == nil }
    if let example = others.keys.min(by: { $0.string < $1.string }), let why = others[example] {
      let what =
        others.count >= 100
        ? "At least 100 things in a source are"
        : counted(others.count, "thing in a source is", "things in a source are")
      try alerts.raise(
        passedOver, "source-passed-over", .warning,
        "\(what) passed over, for example \(Quoted.text(example.string)): it is \(why.words).",
        remedy: "Put plain files there, at most \(SourceWatch.deepest) folders deep; remove the rest.")
    } else {
      try alerts.settle(passedOver)
    }

    let failures = watch.failing
    let failing = "source-files \(path)"
    if failures > 0 {
      try alerts.raise(
        failing, "source-files", .warning,
        "\(failures) files of a source cannot be taken; the last one: \(watch.lastFailure ?? "")",
        remedy: "Give `studypost` the right to read and remove them; they are tried again by themselves.")
    } else {
      try alerts.settle(failing)
    }
    // Also those that went while the service did not run.
    for file in watch.held.keys where watches[index].isGone(PathText.path(file)) { watches[index].isNoLongerHeld(file) }
    // An alert that stands is raised again once a minute.
    watches[index].hasHeldChanged = true
    try settleHeld(index)
    let crowded = "source-crowded \(path)"
    if watch.isCrowded {
      try alerts.raise(
        crowded, "source-crowded", .critical,
        "More than \(SourceWatch.most) files of a source wait and cannot be taken: others are seen later.",
        remedy: "See what they are, and remove what does not belong there.")
    } else {
      try alerts.settle(crowded)
    }
  }

  /// The partners are known, or are others: their folders are drop folders.
  func knowPartners() {
    let names = Set(partners.book.partners.map(\.site.text))
    for index in watches.indices where watches[index].partners != names {
      watches[index].partners = names
      // What was passed over, a link for example, may be a drop folder now.
      watches[index].pending.append(watches[index].source.path)
    }
  }

  /// Tells at once of a folder into which something was put as if it were a partner's, and of which names no recipient, or as
  /// if it made urgent what lies in no partner's folder.
  func tellOfStranger(_ examined: Examination, index: Int) {
    guard watches[index].stranger == nil,
      let name = PathText.first(
        below: watches[index].root, of: PathText.of(examined.path.removingLastComponent())),
      !isUID(name)
    else { return }
    let source = watches[index].source.path
    let folder = source.appending(name)
    let known = partners.book.partners.map(\.site.text).joined(separator: ", ")
    let message: String
    let remedy: String
    if name.lowercased() == Spool.urgentName, !watches[index].isDropFolder(PathText.of(folder)) {
      message = "belongs to no partner: what is put there is not urgent for that."
      remedy =
        "Put urgent studies into \(source.appending("PARTNER").appending(Spool.urgentName))/\(known.isEmpty ? "" : " (\(known))"), "
        + "and remove the folder."
    } else if examined.finding.names.isEmpty, examined.finding.obstacle == nil {
      message = "belongs to no partner, and what was put there names no recipient: it will be held."
      remedy =
        "Put it into the folder of a partner\(known.isEmpty ? "" : " (\(known))"), or add the partner: studypost "
        + "partner add. Remove the folder if nobody should use it."
    } else {
      return
    }
    do {
      try alerts.raise(
        strangerKey(index), "drop-folder", .critical, "\(Quoted.text(folder.string)) \(message)", remedy: remedy)
      watches[index].stranger = folder
    } catch {
      logger.error("an alert cannot be written down: \(Quoted.text("\(error)", limit: 500))")
    }
  }

  private func strangerKey(_ index: Int) -> String { "stranger-folder \(watches[index].source.path)" }

  /// The folder went, or is a partner's by now.
  private func settleStranger(_ index: Int) throws {
    // One of before the start: its studies are held, if there is still anything to be told.
    guard let folder = watches[index].stranger else { return try alerts.settle(strangerKey(index)) }
    if watches[index].isDropFolder(PathText.of(folder)) || watches[index].isGone(folder) {
      watches[index].stranger = nil
      try alerts.settle(strangerKey(index))
    }
  }
}

extension Listing.PassedOver {
  fileprivate var words: String {
    switch self {
    case .tooDeep: "nested too deep"
    case .symbolicLink: "a symbolic link"
    case .special: "not a plain file"
    }
  }
}

extension SourceWatch {
  /// How many files could not be handled.
  var failing: Int { files.values.reduce(0) { $0 + $1.values.count { $0.failures > 0 } } }

  /// Whether files rest since nobody can tell whether they are still written.
  var isSettling: Bool {
    files.values.contains { $0.values.contains { $0.refusal == nil && $0.failures == 0 && !$0.isBeingWritten } }
  }

  /// Whether anything is to be looked at now.
  func hasWork(now: ContinuousClock.Instant) -> Bool {
    trouble != nil || !pending.isEmpty || current != nil || !markers.isEmpty || nextDue.map { $0 <= now } ?? false
  }
}
