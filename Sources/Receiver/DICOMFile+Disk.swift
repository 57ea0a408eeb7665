internal import DICOM
internal import Parcel
internal import Spool
internal import SystemPackage

/// A new file on a disk of the seam.
private struct DiskOutput: DICOMOutput {
  let writer: FileWriter
  let disk: Disk

  var path: FilePath { writer.path }
  func write(_ bytes: UnsafeRawBufferPointer) throws { try writer.write(bytes) }
  func copy(_ range: Range<Int64>, of source: FileDescriptor) throws -> Int64 { try writer.copy(range, of: source) }
  func readBack(options: ReadingOptions) throws -> DICOMFile { try .read(path, options: options, on: disk) }
}

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
    let report = try write(applying: edit, to: DiskOutput(writer: writer, disk: disk))
    writer.beginSync()
    return report
  }
}

extension UnpackedInstance {
  /// Reads its header.
  func read(options: ReadingOptions, on disk: Disk) throws -> DICOMFile {
    switch self {
    case .memory(let bytes): try .read(bytes, options: options)
    case .file(let path): try .read(path, options: options, on: disk)
    }
  }

  /// Lets go of what lies on the disk.
  func discard(on disk: Disk) throws {
    if case .file(let path) = self { try disk.empty(path) }
  }
}
