public import Spool
public import SystemPackage

/// An instance as it was before it was sealed: its digest holds.
public enum UnpackedInstance: Sendable {
  /// Its bytes.
  case memory([UInt8])
  /// Where it was written: it is too large for memory.
  case file(FilePath)

  /// Has it as a file in the folder of a study.
  ///
  /// - Returns: the file.
  /// - Throws: `SpoolError`.
  public func write(as instance: Contents.Instance, into study: FilePath, on disk: Disk) throws -> FilePath {
    switch self {
    case .file(let path): return path
    case .memory(let bytes):
      let path = instance.place(in: study)
      let writer = try disk.create(path)
      try bytes.withUnsafeBytes(writer.write)
      return path
    }
  }
}

extension Contents.Instance {
  /// Where it lies in the folder of an unpacked study. The name is one that this program made: it was checked against the
  /// instance's number.
  func place(in study: FilePath) -> FilePath { study.pushing(FilePath(file)) }
}
