internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Collector {
  /// Decides what becomes of a file that cannot be taken as it is: it waits for what may heal it, until it has waited for
  /// `partial_after`.
  func consider(_ refusal: Refusal, of path: FilePath, _ status: FileStatus, isOverdue: Bool, index: Int) throws {
    if refusal.mayHeal, !isOverdue { return watches[index].refuse(path, refusal, now: .now) }
    switch refusal.end {
    case .quarantined: try quarantine(path, status, refusal, index: index)
    case .held: try hold(path, status, refusal, index: index)
    case .taken: watches[index].acceptAsItIs(path, now: .now)
    case .left: watches[index].refuse(path, refusal, now: .now)
    }
  }

  /// Holds a file that its writer did not finish where it lies, with an alert: he may go on.
  private func hold(_ path: FilePath, _ status: FileStatus, _ refusal: Refusal, index: Int) throws {
    let file = HeldFile(Original(path, status), code: refusal.code, reason: refusal.reason, study: refusal.study)
    let isNew = try journal.hold(
      file,
      event: Event(
        "held", study: refusal.study, file: path.string, "\(refusal.code): \(refusal.reason) It stays where it is."))
    watches[index].hold(path, refusal, now: .now)
    if isNew { logger.warning("a file of a source is held where it lies", metadata: ["code": "\(refusal.code)"]) }
  }

  /// The journal learns which files are not held any more, and people whether any are: once for all that one look found.
  func settleHeld(_ index: Int) throws {
    let gone = watches[index].noLongerHeld
    if !gone.isEmpty {
      try journal.letGo(heldFiles: gone)
      watches[index].noLongerHeld = []
    }
    guard watches[index].hasHeldChanged else { return }
    try tellOfHeld(index)
    watches[index].hasHeldChanged = false
  }

  /// Tells of files that are held in a source.
  private func tellOfHeld(_ index: Int) throws {
    let watch = watches[index]
    let key = "source-unfinished \(watch.source.path)"
    guard let (example, reason) = watch.held.min(by: { $0.key < $1.key }) else { return try alerts.settle(key) }
    let count = watch.held.count
    try alerts.raise(
      key, Refusal.unfinished, .warning,
      "\(count) \(count == 1 ? "file" : "files") of a source \(count == 1 ? "is" : "are") not finished and "
        + "\(count == 1 ? "stays" : "stay") there, for example \(Quoted.text(PathText.path(example).string)): \(reason)",
      remedy: "Finish the copy, export the file again, or remove it; the list: studypost hold files. Each goes on by "
        + "itself when it is whole.")
  }

  /// Writes down that a file is refused; the executor moves it. What is not DICOM waits for the others of its dropped folder.
  private func quarantine(_ path: FilePath, _ status: FileStatus, _ refusal: Refusal, index: Int) throws {
    let digest: String
    do {
      digest = try sha256(of: path, on: spool.disk)
      guard try spool.disk.status(of: path) == status else { return }
    } catch {
      return watches[index].rest(path, after: error, now: .now)
    }
    let stray = Stray(path: path, status: status, refusal: refusal, sha256: digest)
    if refusal.isStray, stray.fitsIntoFolder(of: watches[index]) { return strays.append(stray) }

    let name = "out-\(ParcelID().text)"
    let file = PathText.of(path)
    try journal.refused(
      [stray.refused(as: QuarantineEntry.file, in: name)],
      as: QuarantineEntry(
        name: name, file: file, code: refusal.code, reason: refusal.reason, study: refusal.study),
      reason: Reason(
        code: refusal.code, sentence: "\(path.string): \(refusal.reason)",
        remedy: [
          "Correct it at its origin and export it again, then: studypost quarantine discard \(name) --reason TEXT",
          "Or put it back into its source as it is: studypost quarantine release \(name)",
        ],
        about: ["file": path.string, "study": refusal.study], since: journalTime()))
    letGo(stray, index: index)
    if refusal.isStray { countStrays([stray], in: name, index: index) }
    logger.warning(
      "quarantined a file of a source", metadata: ["entry": "\(name)", "code": "\(refusal.code)"])
  }

  func letGo(_ stray: Stray, index: Int) {
    let original = Original(stray.path, stray.status)
    watches[index].letGo(original)
    noteTaken(original, of: stray.status.owner, index: index)
  }
}
