import Glibc
import Spool
import SystemPackage

/// Reads a file that somebody named, whole.
///
/// - Throws: ``Failure`` where it cannot be read or is larger than the limit.
func readFile(_ path: FilePath, limit: Int) throws -> [UInt8] {
  do {
    // Non-blocking, lest a FIFO makes us wait; for a regular file it changes nothing.
    let file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    return try file.closeAfter {
      var bytes: [UInt8] = []
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
      defer { buffer.deallocate() }
      while true {
        let count = try file.read(into: buffer)
        if count == 0 { return bytes }
        bytes.append(contentsOf: buffer[..<count])
        if bytes.count > limit { throw Failure(.badInput, "\(path): it is larger than \(limit) bytes.") }
      }
    }
  } catch let errno as Errno {
    throw Failure(.badInput, "\(path): it cannot be read: \(errno).")
  }
}

/// A path that somebody named, from the root: the spool's operations need its folder's name.
func absolute(_ path: FilePath) throws -> FilePath {
  if path.isAbsolute { return path.lexicallyNormalized() }
  guard let folder = getcwd(nil, 0) else {
    throw Failure(.no, "The working folder is gone: \(Errno(rawValue: errno)). Give an absolute path.")
  }
  defer { free(folder) }
  return FilePath(platformString: folder).pushing(path).lexicallyNormalized()
}

/// Makes sure that a folder is to be made or has nothing in it.
func requireEmpty(_ target: FilePath) throws {
  guard let status = try FileStatus.of(target) else { return }
  guard status.kind == .directory, try Listing.names(of: target).isEmpty else {
    throw Failure(.no, "\(target): something is there already. Name a new or an empty folder.")
  }
}
