internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Spool
internal import SystemPackage

extension Receiver {
  /// A patient list of a large hospital has a few hundred megabytes.
  private static let largestList = 1 << 30
  private static let alertKey = "patients"

  /// Reads the patient lists that the record system dropped: whole ones only, oldest name first. Reading one twice, after a
  /// kill, changes nothing.
  func takePatientLists() throws {
    var seen: [FilePath: FileStatus] = [:]
    do {
      for name in try spool.disk.names(of: spool[.patients])
      where name.lowercased().hasSuffix(".csv") && !name.hasPrefix(".") && !stop.isRequested {
        let path = spool[.patients].appending(name)
        guard let status = try spool.disk.status(of: path), status.kind == .file else { continue }
        // One that could not be put away is left alone until it changes.
        if readLists[path] == status { continue }
        switch spool.disk.writers(of: path) {
        case .some: seen[path] = status
        case .unknown where patientLists[path] != status: seen[path] = status
        default:
          try takePatientList(path, name, status)
          heartbeat.beat("reading a patient list")
        }
      }
    } catch let error as SpoolError {
      try tellOfList("A patient list cannot be read or put away: \(error)")
    }
    patientLists = seen
  }

  private func takePatientList(_ path: FilePath, _ name: String, _ status: FileStatus) throws {
    let target = "\(status.modified)-\(name)"
    do {
      guard status.size <= Self.largestList else {
        throw ReconciliationError(.limit, "\(name) is larger than \(Self.largestList) bytes.")
      }
      let patients = try PatientList.read(
        csv: try spool.disk.readSmall(path, limit: Self.largestList), schemes: schemes)
      let (before, after) = try journal.replacePatients(patients, mayShrink: false)
      try journal.record(
        Event("patients", file: name, "The patient index has \(after) patients now, \(before) before."))
      try journal.settle(alert: Self.alertKey)
      logger.info("patient list read", metadata: ["patients": "\(after)"])
      readLists = [path: status]
      try spool.disk.move(path, to: spool[.patientsDone].appending(target))
    } catch let error where error is ReconciliationError || (error as? JournalError)?.code == .shrinks {
      let refused = spool[.patientsBad].appending(target)
      try spool.disk.write(Array("\(error)\n".utf8), to: FilePath(refused.string + ".WHY.txt"))
      try journal.record(
        Event("patients-refused", file: refused.string, Quoted.text("The list was refused: \(error)", limit: 2000)))
      try tellOfList("A patient list was refused, the index stays as it was. See patients/bad/ for the reason.")
      logger.error("patient list refused, the index stays as it was")
      readLists = [path: status]
      try spool.disk.move(path, to: refused)
    }
    readLists = [:]
  }

  private func tellOfList(_ message: String) throws {
    try journal.raise(
      Alert(
        key: Self.alertKey, code: "patients", severity: .critical, message: Quoted.text(message, limit: 1000),
        remedy: "Have the list corrected and dropped again, or import it: studypost patients import FILE."),
      by: .receive)
  }
}
