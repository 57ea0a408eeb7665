internal import DICOM
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Spool
internal import SystemPackage

/// The coerced copies of a study that is still being unpacked.
///
/// Whose study it is shows nearly always with its first instance. Each instance is then coerced as soon as it is there,
/// and its original goes at once: the study is written once instead of twice. Where the expectation fails it is unpacked
/// once more without this: the parcel, which stays until the import, is the durable copy.
final class Ahead {
  /// The expectation failed.
  struct Failed: Error {}

  let patient: Patient
  private let staging: FilePath
  private let prefix: String
  private let coercion: Coercion
  private let disk: Disk
  private let point: Disk.SyncPoint

  /// Begins with an empty folder.
  ///
  /// - Parameter prefix: what the files' names begin with.
  init(for patient: Patient, by coercion: Coercion, in staging: FilePath, prefix: String, disk: Disk) throws {
    self.patient = patient
    self.coercion = coercion
    self.staging = staging
    self.prefix = prefix
    self.disk = disk
    try disk.removeTree(staging)
    try disk.makeDirectory(staging)
    point = try disk.syncPoint(staging)
  }

  /// Coerces an instance, and lets its original go.
  ///
  /// - Throws: ``Failed`` where it cannot be coerced: a person will have to see the original.
  func take(_ file: DICOMFile, at path: FilePath) throws -> WriteReport {
    let copy = staging.appending(prefix + (path.lastComponent?.string ?? ""))
    let report: WriteReport
    do {
      report = try file.write(applying: coercion.edit(for: file), to: copy, on: disk)
    } catch let error where error is DICOMError || error is ReconciliationError {
      throw Failed()
    }
    try disk.empty(path)
    return report
  }

  /// Makes the copies durable.
  func finish() throws { try point.sync() }

  /// Removes the copies.
  func discard() throws { try disk.removeTree(staging) }
}
