internal import Glibc
internal import SystemPackage

/// A file without a name, gone with the object or the process: what is sorted meanwhile needs no memory.
final class ScratchFile: Sendable {
  private let descriptor: CInt

  init(in folder: FilePath) throws {
    let name = folder.appending(".list-\(getpid())-\(UInt64.random(in: 0 ... .max))").string
    descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw PatientsError(
        .notWritten, "\(folder): no temporary file can be made there: \(Errno(rawValue: errno)).")
    }
    unlink(name)
  }

  deinit { close(descriptor) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw PatientsError(.notWritten, "a temporary file cannot be written: \(Errno(rawValue: errno)).")
      }
      done += count
    }
  }

  func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw PatientsError(.notWritten, "a temporary file cannot be read: \(Errno(rawValue: errno)).")
      }
    }
  }
}
