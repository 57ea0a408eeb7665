internal import Glibc
public import SystemPackage

/// The names in folders.
public enum Listing {
  /// All that is in a folder, sorted, without `.` and `..`, each name with exactly the bytes that it has on the disk.
  ///
  /// - Parameter limit: more names than this are an error: the folder is not what it should be.
  public static func entries(
    of path: FilePath, limit: Int = .max
  ) throws(SpoolError) -> [FilePath.Component] {
    guard let directory = path.withPlatformString({ opendir($0) }) else {
      throw SpoolError("list", path, currentErrno)
    }
    defer { closedir(directory) }
    var entries: [FilePath.Component] = []
    while true {
      // The end and a failure look the same but for the error number: a listing that was cut off is none.
      Glibc.errno = 0
      guard let entry = readdir(directory) else {
        if Glibc.errno != 0 { throw SpoolError("list", path, currentErrno) }
        break
      }
      let component = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath.Component(platformString: $0) }
      }
      guard let component, component.kind == .regular else { continue }
      if entries.count >= limit { throw SpoolError(.unfit, path, "holds more than \(limit) files.") }
      entries.append(component)
    }
    return entries.sorted { $0.string < $1.string }
  }

  /// The names in a folder, sorted, without `.` and `..` and without those that are no UTF-8: nothing that this program
  /// makes has such a name. Where they matter, ask for the ``entries(of:limit:)``.
  ///
  /// - Parameter limit: more names than this are an error: the folder is not what it should be.
  public static func names(of path: FilePath, limit: Int = .max) throws(SpoolError) -> [String] {
    try entries(of: path, limit: limit).compactMap { String(validating: $0) }
  }

  /// One regular file found by a walk.
  public struct Found: Sendable {
    /// Where it lies.
    public let path: FilePath
    /// What it was when it was seen.
    public let status: FileStatus
  }

  /// All regular files below a folder, following no link.
  ///
  /// - Parameters:
  ///   - depth: how many folders deep; what lies deeper is not seen.
  ///   - limit: at most so many files, then the walk ends: the rest is seen when these have gone.
  ///   - passOver: asked about a folder below the root, or a file, that cannot be looked at: true goes on without it.
  ///   - skip: names of files and folders to leave alone.
  public static func files(
    below root: FilePath, depth: Int = 16, limit: Int = 100_000, passOver: (SpoolError) -> Bool = { _ in false },
    skip: (String) -> Bool
  ) throws(SpoolError) -> [Found] {
    var found: [Found] = []
    var folders: [(path: FilePath, depth: Int)] = [(root, 0)]
    while let folder = folders.popLast(), found.count < limit {
      let entries: [FilePath.Component]
      do throws(SpoolError) {
        entries = try Listing.entries(of: folder.path)
      } catch {
        // A folder may vanish while it is walked; the root may not.
        if folder.depth > 0, error.code == .missing || passOver(error) { continue }
        throw error
      }
      for entry in entries where !skip(entry.string) {
        let path = folder.path.appending(entry)
        let status: FileStatus
        do throws(SpoolError) {
          guard let there = try FileStatus.of(path) else { continue }
          status = there
        } catch {
          if passOver(error) { continue }
          throw error
        }
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
