import Glibc
import SystemPackage

/// Where this program lies.
func ownProgram() throws -> FilePath {
  guard let path = realpath("/proc/self/exe", nil) else {
    throw Failure(.no, "/proc/self/exe: this program cannot be found: \(Errno(rawValue: errno)).")
  }
  defer { free(path) }
  return FilePath(platformString: path)
}
