internal import Glibc
internal import SystemPackage

/// The file that a data set was read from. It is not kept open: whoever needs more of its bytes opens it again, and
/// is refused if it is no longer the same file.
final class Origin: Sendable {
  let path: FilePath
  let limits: Limits
  let size: Int64
  private let identity: Identity
  /// Where the deflated data set begins, when these are the bytes of its inflated form.
  private let deflatedFrom: Int64?

  private struct Identity: Equatable {
    var device, inode: UInt64
    var size, seconds, nanoseconds: Int64
  }

  private init(_ path: FilePath, _ descriptor: FileDescriptor, limits: Limits) throws {
    self.path = path
    self.limits = limits
    identity = try Origin.identity(of: descriptor)
    size = identity.size
    deflatedFrom = nil
  }

  private init(inflating file: Origin, from offset: Int64, size: Int64) {
    path = file.path
    limits = file.limits
    identity = file.identity
    deflatedFrom = offset
    self.size = size
  }

  /// The same file, its data set of `size` bytes inflated from `offset` to the file's end.
  func inflated(from offset: Int64, size: Int64) -> Origin { Origin(inflating: self, from: offset, size: size) }

  /// Opens a file for the first time.
  static func reading<T>(
    _ path: FilePath, limits: Limits, _ body: (Origin, inout Input) throws -> T
  ) throws -> T {
    let descriptor = try open(path)
    defer { try? descriptor.close() }
    let origin = try Origin(path, descriptor, limits: limits)
    var input = Input(descriptor, size: origin.size)
    return try body(origin, &input)
  }

  /// Opens the bytes again for the duration of `body`.
  func reading<T>(_ body: (inout Input) throws -> T) throws -> T {
    let descriptor = try Origin.open(path)
    defer { try? descriptor.close() }
    guard try Origin.identity(of: descriptor) == identity else {
      throw DICOMError(.unreadable, "the file changed after its header was read; read it again")
    }
    var input = Input(descriptor, size: identity.size)
    if let deflatedFrom { input = try input.inflated(from: deflatedFrom, limit: limits.inflatedBytes) }
    return try body(&input)
  }

  /// Never blocks on a FIFO, and takes nothing but a regular file.
  private static func open(_ path: FilePath) throws -> FileDescriptor {
    try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
  }

  private static func identity(of descriptor: FileDescriptor) throws -> Identity {
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw DICOMError(.notDICOM, "this is not a regular file") }
    return Identity(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
  }
}
