internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Spool
internal import Synchronization
internal import SystemPackage

extension Receiver {
  /// So many files are read one after the other before the folder is looked at again.
  private static let portion = 1000
  private static let subject = "patient lists"

  /// Reads the patient lists and messages that the EHR dropped: whole ones only, oldest name first. Reading one
  /// twice, after a kill, changes nothing.
  func takePatientLists(once: Bool) throws {
    var seen: [FilePath: FileStatus] = [:]
    var ready: [PatientFile] = []
    do {
      for name in try spool.disk.names(of: spool[.patients])
      where !Ignored.contains(name) && name != "README" && ready.count < Self.portion {
        let path = spool[.patients].appending(name)
        guard let status = try spool.disk.status(of: path), status.kind == .file else { continue }
        // One that could not be put away is left alone until it changes.
        if readLists[path] == status { continue }
        switch spool.disk.writers(of: path) {
        case .some: seen[path] = status
        case .unknown where patientLists[path] != status: seen[path] = status
        default: ready.append(PatientFile(path: path, name: name, status: status))
        }
      }
      try journal.settle(alert: Self.folderAlert)
    } catch {
      try journal.raise(
        Alert(
          key: Self.folderAlert, code: "patients", severity: .critical,
          message: Quoted.text("Patient lists cannot be read: \(error)", limit: 1000),
          remedy: "Give the service the right to read what lies in \(spool[.patients]); it goes on by itself."),
        by: .receive)
    }
    patientLists = seen
    guard !ready.isEmpty else { return }
    let taking = PatientTaking(work: work, files: ready, read: readLists)
    if once {
      _ = try listLane.workHere(Self.subject) { try taking.run() }
    } else {
      _ = listLane.submit(Self.subject, size: 0) { try taking.run() }
    }
  }
}

extension Receiver {
  private static let folderAlert = "patients-folder"
  private static let ageKey = "patients-old"

  /// A list that is older than it should be: patients who came since are not known here.
  func tellOfOldList() throws {
    guard let limit = configuration.patients.maxAge, let last = try patients.lastList() else {
      return try journal.settle(alert: Self.ageKey)
    }
    guard Date.now.timeIntervalSince(last) > limit / .seconds(1) else {
      return try journal.settle(alert: Self.ageKey)
    }
    try journal.raise(
      Alert(
        key: Self.ageKey, code: "patients-old", severity: .warning,
        message: "The last patient list was taken on \(journalTime(last)), longer ago than patients.max_age.",
        remedy: "Look whether the EHR still writes lists into \(spool[.patients])."), by: .receive)
  }
}

/// A file in `patients/`.
struct PatientFile: Sendable {
  let path: FilePath
  let name: String
  let status: FileStatus
}

/// Lists that were read and could not be put away.
final class ReadLists: Sendable {
  private let files = Mutex<[FilePath: FileStatus]>([:])

  subscript(path: FilePath) -> FileStatus? {
    get { files.withLock { $0[path] } }
    set { files.withLock { $0[path] = newValue } }
  }
}
