internal import Glibc
internal import SystemPackage

/// The system's error number at this moment.
var currentErrno: Errno { Errno(rawValue: Glibc.errno) }

/// A system call of the seam, again while it is interrupted, with an error for people.
@discardableResult
func call<Answer>(
  _ operation: @autoclosure () -> String, _ path: FilePath, _ body: @autoclosure () throws(Errno) -> Answer
) throws(SpoolError) -> Answer {
  while true {
    do throws(Errno) {
      return try body()
    } catch {
      if error != .interrupted { throw SpoolError(operation(), path, error) }
    }
  }
}

extension FilePath {
  /// The folder that holds it.
  var folder: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }

  /// A name beside it, hidden, for what is not finished.
  func hidden(_ suffix: String) -> FilePath { folder.appending(".\(lastComponent?.string ?? "file").\(suffix)") }
}

/// An open descriptor that is closed when it goes out of use.
struct OpenFile: ~Copyable, Sendable {
  let system: any FileSystem
  let descriptor: FileDescriptor
  let path: FilePath

  /// Opens a place.
  ///
  /// - Parameter path: the whole path, for messages.
  init(
    _ system: any FileSystem, _ place: Place, _ access: FileDescriptor.AccessMode,
    _ options: FileDescriptor.OpenOptions, mode: UInt32 = 0o640, path: FilePath? = nil
  ) throws(SpoolError) {
    self.system = system
    self.path = path ?? place.path
    descriptor = try call("open", self.path, try system.open(place, access, options, mode: mode))
  }

  deinit { system.close(descriptor) }

  func sync() throws(SpoolError) { try call("make durable", path, try system.sync(descriptor)) }

  func status() throws(SpoolError) -> FileStatus { try call("look at", path, try system.status(of: descriptor)) }

  func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SpoolError) -> Int {
    try call("read", path, try system.read(descriptor, at: offset, into: buffer))
  }

  func write(at offset: Int64, _ bytes: UnsafeRawBufferPointer) throws(SpoolError) {
    var done = 0
    while done < bytes.count {
      let count = try call(
        "write", path,
        try system.write(descriptor, at: offset + Int64(done), UnsafeRawBufferPointer(rebasing: bytes[done...])))
      // No file system answers so, and none may keep us here for ever.
      guard count > 0 else { throw SpoolError("write", path, .ioError) }
      done += count
    }
  }
}
