public import DICOM
public import Spool
internal import SystemPackage

extension FileWriter: DICOMOutput {}

extension DICOMFile {
  /// Writes the file, with the edit applied, to a new file, and starts writing that back: a sync that follows finds little
  /// to do.
  func write(applying edit: Edit, to path: FilePath, on disk: Disk) throws -> WriteReport {
    let writer = try disk.create(path)
    let report = try write(applying: edit, to: writer)
    writer.beginSync()
    return report
  }
}
