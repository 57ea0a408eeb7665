internal import CPOSIX
internal import Glibc
public import SystemPackage

/// A new, empty file to which a DICOM file is written: made, and made durable, by whoever answers for the disk.
public protocol DICOMOutput {
  /// Where it can be read back.
  var path: FilePath { get }
  /// Appends all of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Lets the kernel append a range of another file.
  ///
  /// - Returns: how many bytes were appended: fewer where the kernel cannot copy between these two files, or the other
  ///   file ends. What is left is then written.
  func copy(_ range: Range<Int64>, of source: FileDescriptor) throws -> Int64
  /// Reads back what was written, for the check that follows.
  func readBack(options: ReadingOptions) throws -> DICOMFile
}

extension DICOMOutput {
  /// Reads the file at the path.
  public func readBack(options: ReadingOptions) throws -> DICOMFile { try DICOMFile.read(path, options: options) }
}

/// A file that is made here, for who names only a path.
final class NewFile: DICOMOutput {
  let path: FilePath
  private let file: FileDescriptor
  private var position: Int64 = 0

  /// Creates the file at `path`, which must not be there, for the duration of `body`.
  static func creating(_ path: FilePath, _ body: (NewFile) throws -> Void) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
      permissions: [.ownerReadWrite, .groupRead])
    do {
      try body(NewFile(path, file))
    } catch {
      try? file.close()
      throw error
    }
    try file.close()
  }

  private init(_ path: FilePath, _ file: FileDescriptor) {
    self.path = path
    self.file = file
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    position += Int64(try file.writeAll(toAbsoluteOffset: position, bytes))
  }

  func copy(_ range: Range<Int64>, of source: FileDescriptor) throws -> Int64 {
    var from = range.lowerBound
    while from < range.upperBound {
      let rest = Int(min(range.upperBound - from, 1 << 30))
      let copied = cposix_copy_file_range(source.rawValue, from, file.rawValue, position, rest)
      if copied > 0 {
        from += Int64(copied)
        position += Int64(copied)
      } else if copied < 0, errno == EINTR {
        continue
      } else if copied == 0 || [EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EBADF, EPERM, ETXTBSY].contains(errno) {
        break
      } else {
        throw Errno(rawValue: errno)
      }
    }
    return from - range.lowerBound
  }
}
