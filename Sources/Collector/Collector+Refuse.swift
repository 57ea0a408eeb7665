internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Collector {
  /// Puts into quarantine what stayed unfit for `partial_after`, and at once what waiting cannot heal.
  func refuseOverdue(index: Int) throws {
    for (path, candidate, refusal) in watches[index].overdue(now: .now) {
      if refusal.code == Examination.noPixelData {
        watches[index].acceptAsItIs(path)
        continue
      }
      if refusal.code == Examination.readme { continue }
      guard try spool.disk.status(of: path) == candidate.status else { continue }
      do {
        try quarantine(path, size: candidate.status.size, refusal)
        watches[index].forget(path)
      } catch let error as JournalError {
        throw error
      } catch {
        tell("file \(path)", "a file cannot be put into quarantine; it is tried again: \(error)")
      }
    }
  }

  /// A kill before the journal knows leaves a folder without an entry: ``recoverQuarantine()`` takes the file back.
  private func quarantine(_ path: FilePath, size: Int64, _ refusal: SourceWatch.Refusal) throws {
    let name = "out-\(ParcelID().text)"
    let folder = spool[.quarantine].appending(name)
    let target = folder.appending("file")
    let digest = try sha256(of: path)
    try spool.disk.makeDirectory(folder)
    let since = journalTime()
    try Reason(
      code: refusal.code, reason: "\(Quoted.text(path.string)): \(refusal.reason)",
      remedy: [
        "Correct it at its origin and export it again, then: studypost quarantine discard \(name) --reason TEXT",
        "Or put it back into its source as it is: studypost quarantine release \(name)",
      ],
      about: ["file": path.string, "study": refusal.study], since: since
    ).write(into: folder, disk: spool.disk)
    var row = TakenInstance(
      origin: path.string, file: spool.relative(target), sopInstanceUID: nil, sopClassUID: nil,
      seriesInstanceUID: nil, transferSyntaxUID: nil, bytes: size, sha256: digest, route: nil)
    row.quarantine = name
    let isCopy = try spool.disk.take(path, to: target)
    try spool.disk.sync(directory: folder)
    try journal.quarantined(
      QuarantineEntry(
        name: name, direction: .out, code: refusal.code, reason: refusal.reason, study: refusal.study, instances: 1,
        bytes: size),
      taking: row,
      event: Event("quarantined", study: refusal.study, file: path.string, refusal.reason))
    if isCopy { try spool.disk.removeFile(path) }
    logger.warning("quarantined a file of a source", metadata: ["file": "\(path)", "reason": "\(refusal.reason)"])
  }

  /// Takes files back that a kill left in quarantine before the journal knew of them; they are looked at again.
  func recoverQuarantine() throws {
    for name in try spool.disk.names(of: spool[.quarantine]) where name.hasPrefix("out-") {
      guard try journal.quarantineEntry(name) == nil, let source = configuration.sources.first else { continue }
      let folder = spool[.quarantine].appending(name)
      let file = folder.appending("file")
      if try spool.disk.status(of: file) != nil {
        try spool.disk.move(file, to: source.path.appending("recovered-\(ParcelID().text)"))
      }
      for file in Reason.files { try spool.disk.removeFile(folder.appending(file)) }
      try spool.disk.removeEmptyDirectory(folder)
    }
  }
}
