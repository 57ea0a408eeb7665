internal import CPOSIX
internal import Glibc
internal import SystemPackage

/// The system's error number at this moment.
var currentErrno: Errno { Errno(rawValue: Glibc.errno) }

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

/// An open descriptor that is closed when it goes out of use.
struct OpenFile: ~Copyable {
  let descriptor: Int32
  let path: FilePath

  init(_ path: FilePath, _ flags: Int32, mode: mode_t = 0o640) throws(SpoolError) {
    self.path = path
    descriptor = try call("open", path) { cposix_openat(AT_FDCWD, path.string, flags | O_CLOEXEC, mode) }
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
