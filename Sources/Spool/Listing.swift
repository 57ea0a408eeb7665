internal import Glibc
public import SystemPackage

/// The names in folders.
public enum Listing {
  /// The names in a folder, sorted, without `.` and `..`.
  ///
  /// - Parameter limit: more names than this are an error: the folder is not what it should be.
  public static func names(of path: FilePath, limit: Int = .max) throws(SpoolError) -> [String] {
    guard let directory = opendir(path.string) else { throw SpoolError("list", path, currentErrno) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      // A name that is no UTF-8 has no path that Swift can give back unchanged.
      guard let name, name != ".", name != ".." else { continue }
      if names.count >= limit { throw SpoolError(.unfit, path, "holds more than \(limit) files.") }
      names.append(name)
    }
    return names.sorted()
  }

  /// One regular file found by a walk.
  public struct Found: Sendable {
    public let path: FilePath
    public let status: FileStatus
  }

  /// All regular files below a folder, following no link.
  ///
  /// - Parameters:
  ///   - depth: how many folders deep; what lies deeper is not seen.
  ///   - limit: at most so many files, then the walk ends: the rest is seen when these have gone.
  ///   - skip: names of files and folders to leave alone.
  public static func files(
    below root: FilePath, depth: Int = 16, limit: Int = 100_000, skip: (String) -> Bool
  ) throws(SpoolError) -> [Found] {
    var found: [Found] = []
    var folders: [(path: FilePath, depth: Int)] = [(root, 0)]
    while let folder = folders.popLast(), found.count < limit {
      let names: [String]
      do throws(SpoolError) {
        names = try Listing.names(of: folder.path)
      } catch {
        // A folder may vanish while it is walked; the root may not.
        if folder.depth > 0, error.code == .missing { continue }
        throw error
      }
      for name in names where !skip(name) {
        let path = folder.path.appending(name)
        guard let status = try FileStatus.of(path) else { continue }
        switch status.kind {
        case .file:
          found.append(Found(path: path, status: status))
          if found.count >= limit { return found }
        case .directory where folder.depth + 1 < depth: folders.append((path, folder.depth + 1))
        default: continue
        }
      }
    }
    return found
  }
}
