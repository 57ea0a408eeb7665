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
    switch refusal.code {
    case Examination.readme: watches[index].refuse(path, refusal, now: .now)
    case Examination.noPixelData where isOverdue: watches[index].acceptAsItIs(path, now: .now)
    case _ where refusal.mayHeal && !isOverdue: watches[index].refuse(path, refusal, now: .now)
    default: try quarantine(path, status, refusal, index: index)
    }
  }

  /// Writes down that a file is refused; the executor moves it.
  private func quarantine(_ path: FilePath, _ status: FileStatus, _ refusal: Refusal, index: Int) throws {
    let digest: String
    do {
      digest = try sha256(of: path, on: spool.disk)
      guard try spool.disk.status(of: path) == status else { return }
    } catch {
      return watches[index].rest(path, after: error, now: .now)
    }
    let name = "out-\(ParcelID().text)"
    let original = Original(path, status)
    try journal.refused(
      QuarantineEntry(
        name: name, original: original, code: refusal.code, reason: refusal.reason, study: refusal.study),
      original: original, sha256: digest,
      reason: Reason(
        code: refusal.code, sentence: "\(path.string): \(refusal.reason)",
        remedy: [
          "Correct it at its origin and export it again, then: studypost quarantine discard \(name) --reason TEXT",
          "Or put it back into its source as it is: studypost quarantine release \(name)",
        ],
        about: ["file": path.string, "study": refusal.study], since: journalTime()),
      event: Event("quarantined", study: refusal.study, file: path.string, "\(name): \(refusal.reason)"))
    watches[index].letGo(original)
    logger.warning(
      "quarantined a file of a source", metadata: ["entry": "\(name)", "code": "\(refusal.code)"])
  }
}
