internal import CPOSIX
internal import Glibc
internal import SystemPackage

/// The system's error number at this moment.
var currentErrno: Errno { Errno(rawValue: Glibc.errno) }

// Paths go to the system as the bytes that they are: names on a disk need not be UTF-8, and a `String` of one that is not
// would name another file.

/// Calls a system call that answers -1 on failure, again while it is interrupted.
///
/// `fsync` must not pass here with other errors than EINTR repeated: a failed `fsync` may have dropped the dirty pages,
/// and a second call would answer success for data that is gone.
@discardableResult
func call(_ operation: String, _ path: FilePath, _ body: () -> Int32) throws(SpoolError) -> Int32 {
  while true {
    let result = body()
    if result != -1 { return result }
    let number = currentErrno
    if number != .interrupted { throw SpoolError(operation, path, number) }
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
struct OpenFile: ~Copyable {
  let descriptor: Int32
  let path: FilePath

  init(_ path: FilePath, _ flags: Int32, mode: mode_t = 0o640) throws(SpoolError) {
    self.path = path
    descriptor = try call("open", path) {
      path.withPlatformString { cposix_openat(AT_FDCWD, $0, flags | O_CLOEXEC, mode) }
    }
  }

  deinit { close(descriptor) }

  func sync() throws(SpoolError) { try call("make durable", path) { fsync(descriptor) } }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SpoolError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if currentErrno != .interrupted {
        throw SpoolError("write", path, currentErrno)
      }
    }
  }
}
