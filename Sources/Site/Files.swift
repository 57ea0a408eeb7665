import Glibc
import Spool
import SystemPackage

// The few files of a site that are not in its spool: small, read whole, written once. What goes wrong with one is a fault of
// the configuration, with a remedy.

extension Disk {
  /// Reads a small regular file as UTF-8.
  func readText(_ file: FilePath, limit: Int, remedy: String) throws -> String {
    let bytes: [UInt8]
    do {
      bytes = try readSmall(file, limit: limit, followingLink: true)
    } catch {
      let what =
        switch error.code {
        case .unfit: "it is not a regular file"
        case .tooLarge: "it is larger than \(limit) bytes"
        default: "it cannot be read: \(error.cause)"
        }
      throw ConfigurationError(file, what, remedy)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(file, "it is not UTF-8 text", "Save it as UTF-8.")
    }
    return text
  }

  /// Writes a new file durably: it is there whole or not at all, and what is there is not overwritten unless `replacing`.
  func write(_ text: String, to file: FilePath, mode: FilePermissions, replacing: Bool) throws {
    do {
      try write(text.utf8, to: file, mode: mode.rawValue, replacing: replacing)
    } catch {
      throw error.code == .exists
        ? ConfigurationError(file, "it is already there", "Nothing was overwritten; move it away first.")
        : ConfigurationError(
          file, "it cannot be written: \(error.cause)", "Look at the folder's permissions and the disk.")
    }
  }

  /// Removes a file durably.
  func removeDurably(_ file: FilePath) throws {
    do {
      try removeFile(file)
      try sync(directory: file.removingLastComponent())
    } catch {
      throw ConfigurationError(file, "it cannot be removed: \(error.cause)", "Look at the folder's permissions.")
    }
  }

  /// Makes a folder, and those above it, where they are not there yet.
  func makeFolder(_ folder: FilePath, mode: FilePermissions) throws {
    do {
      try makeDirectory(folder, mode: mode.rawValue, above: 0o755)
    } catch {
      throw ConfigurationError(
        folder, "this folder cannot be made: \(error.cause)", "Look at the permissions above it.")
    }
  }

  /// Lets nobody but the owner into a folder.
  func makePrivate(_ folder: FilePath) throws {
    do {
      try setMode(ofDirectory: folder, 0o700, followingLink: true)
    } catch {
      throw ConfigurationError(
        folder, "its mode cannot be set to 0700: \(error.cause)", "Give the folder to this user.")
    }
  }

  /// The names in a folder, sorted.
  func names(in folder: FilePath, remedy: String) throws -> [String] {
    do {
      return try names(of: folder)
    } catch {
      throw ConfigurationError(folder, "this folder cannot be read: \(error.cause)", remedy)
    }
  }

  /// The permission bits of what a path leads to; nil where there is nothing, or nothing that can be looked at.
  func permissions(of file: FilePath) -> FilePermissions? {
    guard let status = try? statusFollowingLinks(of: file) else { return nil }
    return FilePermissions(rawValue: status.mode)
  }
}

extension SpoolError {
  /// What the system said; the file and what was tried with it stand before it.
  fileprivate var cause: String { errno.map { "\($0)" } ?? message }
}

/// A path resolved against the working folder.
func absolute(_ path: FilePath) throws -> FilePath {
  if path.isAbsolute { return path }
  guard let folder = getcwd(nil, 0) else {
    throw ConfigurationError(path, "the working folder is gone: \(Errno(rawValue: errno))", "Give an absolute path.")
  }
  defer { free(folder) }
  return FilePath(platformString: folder).pushing(path)
}
