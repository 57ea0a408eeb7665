internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Spool
internal import SystemPackage

extension Receiver {
  /// A patient list of a large hospital has a few hundred megabytes.
  private static let largestList = 1 << 30

  /// Reads the patient lists that the record system dropped: whole ones only, oldest name first.
  func takePatientLists() throws {
    var seen: [FilePath: FileStatus] = [:]
    for name in try spool.disk.names(of: spool[.patients])
    where name.lowercased().hasSuffix(".csv") && !name.hasPrefix(".") {
      let path = spool[.patients].appending(name)
      guard let status = try spool.disk.status(of: path), status.kind == .file else { continue }
      switch spool.disk.writers(of: path) {
      case .some: continue
      case .unknown where patientLists[path] != status: seen[path] = status
      default: try takePatientList(path, size: status.size)
      }
    }
    patientLists = seen
  }

  private func takePatientList(_ path: FilePath, size: Int64) throws {
    let name = path.lastComponent?.string ?? "list.csv"
    do {
      guard size <= Self.largestList else {
        throw ParcelError(.limit, path, "is larger than \(Self.largestList) bytes.")
      }
      let patients = try PatientList.read(csv: try spool.disk.open(path).whole(limit: .max), scheme: scheme)
      let (before, after) = try journal.replacePatients(patients, mayShrink: false)
      try journal.record(
        Event("patients", file: name, "The patient index has \(after) patients now, \(before) before."))
      try spool.disk.move(path, to: spool[.patientsDone].appending("\(ParcelID()).\(name)"))
      logger.info("patient list read", metadata: ["file": "\(name)", "patients": "\(after)"])
    } catch let error where error is ReconciliationError || error is ParcelError || error is JournalError {
      let target = spool[.patientsBad].appending("\(ParcelID()).\(name)")
      try spool.disk.write("\(error)\n".utf8, to: FilePath(target.string + ".WHY.txt"))
      try spool.disk.move(path, to: target)
      try journal.record(
        Event("patients-refused", file: target.string, Quoted.text("The list was refused: \(error)", limit: 2000)))
      logger.error("patient list refused, the index stays as it was: \(error)", metadata: ["file": "\(name)"])
    }
  }
}
