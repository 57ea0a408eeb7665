internal import Glibc
internal import SystemPackage

/// What a data set was read from: bytes in memory, or a file. The file is not kept open: whoever needs more of its bytes
/// opens it again, and is refused if it is no longer the same file.
final class Origin: Sendable {
  /// The file's path; empty for bytes in memory.
  let path: FilePath
  let options: ReadingOptions
  /// Length of the file in bytes.
  let size: Int64
  private let bytes: Bytes
  /// Where the deflated data set begins, when these are the bytes of its inflated form.
  private let deflatedFrom: Int64?
  var isInflated: Bool { deflatedFrom != nil }

  private enum Bytes {
    case memory([UInt8])
    case file(Identity)
  }

  private struct Identity: Equatable {
    var device, inode: UInt64
    var size, seconds, nanoseconds: Int64
  }

  /// Bytes in memory.
  init(_ bytes: [UInt8], _ options: ReadingOptions) {
    path = ""
    self.options = options
    size = Int64(bytes.count)
    self.bytes = .memory(bytes)
    deflatedFrom = nil
  }

  private init(_ path: FilePath, _ descriptor: FileDescriptor, _ options: ReadingOptions) throws {
    self.path = path
    self.options = options
    let identity = try Origin.identity(of: descriptor)
    size = identity.size
    bytes = .file(identity)
    deflatedFrom = nil
  }

  private init(_ file: Origin, deflatedFrom offset: Int64) {
    path = file.path
    options = file.options
    size = file.size
    bytes = file.bytes
    deflatedFrom = offset
  }

  /// The same bytes, inflated from `offset` to their end.
  func inflated(from offset: Int64) -> Origin { Origin(self, deflatedFrom: offset) }

  /// Opens a file for the first time.
  static func reading<T>(
    _ path: FilePath, _ options: ReadingOptions, _ body: (Origin, Input) throws -> T
  ) throws -> T {
    let descriptor = try open(path)
    defer { try? descriptor.close() }
    let origin = try Origin(path, descriptor, options)
    return try body(origin, Input(descriptor, size: origin.size))
  }

  /// Opens the bytes again for the duration of `body`.
  func reading<T>(_ body: (inout Input) throws -> T) throws -> T {
    var (input, descriptor) = try opened()
    defer { try? descriptor?.close() }
    let result = try body(&input)
    if let descriptor { try check(descriptor) }
    return result
  }

  /// The bytes, and the file that is to be closed when they are no longer needed.
  func opened() throws -> (Input, FileDescriptor?) {
    var input: Input
    var descriptor: FileDescriptor?
    switch bytes {
    case .memory(let bytes): input = Input(bytes)
    case .file(let identity):
      let file = try Origin.open(path)
      descriptor = file
      do {
        try check(file)
      } catch {
        try? file.close()
        throw error
      }
      input = Input(file, size: identity.size)
    }
    if let deflatedFrom {
      input = Input(try Inflater(input, from: deflatedFrom, limit: options.limits.inflatedBytes))
    }
    return (input, descriptor)
  }

  /// That the file is the one whose header was read, as far as its length and its time tell.
  private func check(_ descriptor: FileDescriptor) throws {
    guard case .file(let identity) = bytes, try Origin.identity(of: descriptor) != identity else { return }
    throw DICOMError(.unreadable, "the file changed after its header was read; read it again")
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
