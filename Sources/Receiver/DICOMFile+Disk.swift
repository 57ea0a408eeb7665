public import DICOM
public import Spool
internal import SystemPackage

extension FileWriter: DICOMOutput {}

extension DICOMFile {
  /// Reads a file: this machine's by its path, so that its values stay where they are; one of another file system whole.
  static func read(_ path: FilePath, options: ReadingOptions, on disk: Disk) throws -> DICOMFile {
    if disk.system is SystemFileSystem { return try read(path, options: options) }
    return try read(disk.readSmall(path, limit: .max), options: options)
  }

  /// Writes the file, with the edit applied, to a new file, and starts writing that back: a sync that follows finds little
  /// to do.
  func write(applying edit: Edit, to path: FilePath, on disk: Disk) throws -> WriteReport {
    let writer = try disk.create(path)
    let report = try write(applying: edit, to: writer)
    writer.beginSync()
    return report
  }
}
