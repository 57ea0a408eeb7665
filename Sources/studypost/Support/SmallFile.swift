import Glibc
import Spool
import SystemPackage

/// Reads a file that somebody named, whole.
///
/// - Throws: ``Failure`` where it cannot be read or is larger than the limit.
func readFile(_ path: FilePath, limit: Int) throws -> [UInt8] {
  do {
    return try Disk().readSmall(path, limit: limit, followingLink: true)
  } catch {
    throw Failure(.badInput, error.description, cause: error)
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
  guard let status = try Disk().status(of: target) else { return }
  guard status.kind == .directory, try Disk().names(of: target).isEmpty else {
    throw Failure(.no, "\(target): something is there already. Name a new or an empty folder.")
  }
}
