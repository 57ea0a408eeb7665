import Glibc
import SystemPackage

// The few files of a site that are not in its spool: small, read whole, written once.

/// Reads a small regular file as UTF-8.
func readText(_ file: FilePath, limit: Int, remedy: String) throws -> String {
  let bytes: [UInt8]
  do {
    // Non-blocking, lest a FIFO makes us wait; for a regular file it changes nothing.
    let descriptor = try FileDescriptor.open(file, .readOnly, options: [.nonBlocking, .closeOnExec])
    bytes = try descriptor.closeAfter {
      var status = stat()
      guard fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw ConfigurationError(file, "it is not a regular file", remedy)
      }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 16384)
      while bytes.count <= limit {
        let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += chunk[..<count]
      }
      return bytes
    }
  } catch let errno as Errno {
    throw ConfigurationError(file, "it cannot be read: \(errno)", remedy)
  }
  guard bytes.count <= limit else {
    throw ConfigurationError(file, "it is larger than \(limit) bytes", remedy)
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw ConfigurationError(file, "it is not UTF-8 text", "Save it as UTF-8.")
  }
  return text
}

/// Writes a new file durably: it is there whole or not at all, and what is there is not overwritten unless `replacing`.
func writeDurably(_ text: String, to file: FilePath, mode: FilePermissions, replacing: Bool) throws {
  let name = file.lastComponent?.string ?? ""
  let temporary = file.removingLastComponent().appending(".\(name).\(getpid()).tmp")
  do {
    // One that a crash has left behind.
    _ = temporary.withPlatformString { unlink($0) }
    let descriptor = try FileDescriptor.open(
      temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow], permissions: mode)
    do {
      try descriptor.closeAfter {
        // The mode asked for, whatever the umask.
        try check(fchmod(descriptor.rawValue, mode.rawValue))
        try descriptor.writeAll(text.utf8)
        try check(fsync(descriptor.rawValue))
      }
      if replacing {
        try check(temporary.withPlatformString { from in file.withPlatformString { rename(from, $0) } })
      } else {
        // Unlike rename(2), link(2) fails where the name is taken.
        try check(temporary.withPlatformString { from in file.withPlatformString { link(from, $0) } })
        _ = temporary.withPlatformString { unlink($0) }
      }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
    try syncFolder(file.removingLastComponent())
  } catch let errno as Errno {
    throw errno == .fileExists
      ? ConfigurationError(file, "it is already there", "Nothing was overwritten; move it away first.")
      : ConfigurationError(file, "it cannot be written: \(errno)", "Look at the folder's permissions and the disk.")
  }
}

/// Removes a file durably.
func removeDurably(_ file: FilePath) throws {
  do {
    try check(file.withPlatformString { unlink($0) })
    try syncFolder(file.removingLastComponent())
  } catch let errno as Errno {
    throw ConfigurationError(file, "it cannot be removed: \(errno)", "Look at the folder's permissions.")
  }
}

/// Makes a folder, and those above it, where they are not there yet; a new one gets the mode, but for the umask.
func makeFolder(_ folder: FilePath, mode: FilePermissions) throws {
  do {
    var partial = FilePath(root: folder.root, [])
    for component in folder.components {
      partial.append(component)
      let isLast = partial == folder
      let made = partial.withPlatformString { mkdir($0, isLast ? mode.rawValue : 0o755) } == 0
      if !made, errno != EEXIST { throw Errno(rawValue: errno) }
      if made { try syncFolder(partial.removingLastComponent()) }
    }
    var status = stat()
    try check(folder.withPlatformString { stat($0, &status) })
    guard status.st_mode & S_IFMT == S_IFDIR else { throw Errno.notDirectory }
  } catch let errno as Errno {
    throw ConfigurationError(folder, "this folder cannot be made: \(errno)", "Look at the permissions above it.")
  }
}

/// Lets nobody but the owner into a folder.
func makePrivate(_ folder: FilePath) throws {
  do {
    try check(folder.withPlatformString { chmod($0, 0o700) })
  } catch let errno as Errno {
    throw ConfigurationError(folder, "its mode cannot be set to 0700: \(errno)", "Give the folder to this user.")
  }
}

/// The names in a folder, sorted.
func names(in folder: FilePath, remedy: String) throws -> [String] {
  guard let stream = folder.withPlatformString({ opendir($0) }) else {
    throw ConfigurationError(folder, "this folder cannot be read: \(Errno(rawValue: errno))", remedy)
  }
  defer { closedir(stream) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else { break }
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  guard errno == 0 else {
    throw ConfigurationError(folder, "this folder cannot be read: \(Errno(rawValue: errno))", remedy)
  }
  return names.sorted()
}

/// The permission bits of what a path leads to; nil where there is nothing.
func permissions(of file: FilePath) -> FilePermissions? {
  var status = stat()
  guard file.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
  return FilePermissions(rawValue: status.st_mode & 0o7777)
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

private func syncFolder(_ folder: FilePath) throws {
  let descriptor = try FileDescriptor.open(
    folder.isEmpty ? "." : folder, .readOnly, options: [.directory, .closeOnExec])
  try descriptor.closeAfter { try check(fsync(descriptor.rawValue)) }
}

private func check(_ result: CInt) throws {
  if result != 0 { throw Errno(rawValue: errno) }
}
