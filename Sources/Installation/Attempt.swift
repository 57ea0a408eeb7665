internal import Glibc
public import Spool
public import SystemPackage

/// Something that one user must be able to do with a file of the site, or must not: it is done, not guessed from modes.
public enum Attempt: Sendable, Equatable {
  /// Makes a folder, as programs do: with the modes that the umask leaves.
  case makeFolder(FilePath)
  /// Makes a file with something in it.
  case put(FilePath)
  /// Reads a file.
  case read(FilePath)
  /// Takes something elsewhere: by a rename, or, from another file system, by a copy.
  case take(FilePath, to: FilePath)
  /// Removes a file.
  case remove(FilePath)
  /// Removes an empty folder.
  case removeFolder(FilePath)

  private static let content = Array("Studypost tries whether this can be taken.\n".utf8)

  /// As words of a command line.
  public var words: [String] {
    switch self {
    case .makeFolder(let path): ["make-folder", path.string]
    case .put(let path): ["put", path.string]
    case .read(let path): ["read", path.string]
    case .take(let path, let target): ["take", path.string, target.string]
    case .remove(let path): ["remove", path.string]
    case .removeFolder(let path): ["remove-folder", path.string]
    }
  }

  /// From the words of a command line; nil where they are none.
  public init?(_ words: [String]) {
    let paths = words.dropFirst().map { FilePath($0) }
    switch (words.first, paths.count) {
    case ("make-folder", 1): self = .makeFolder(paths[0])
    case ("put", 1): self = .put(paths[0])
    case ("read", 1): self = .read(paths[0])
    case ("take", 2): self = .take(paths[0], to: paths[1])
    case ("remove", 1): self = .remove(paths[0])
    case ("remove-folder", 1): self = .removeFolder(paths[0])
    default: return nil
    }
  }

  /// Does it as the user of this process.
  ///
  /// - Throws: `Errno`.
  public func perform(_ disk: Disk = Disk()) throws {
    let system = disk.system
    switch self {
    case .makeFolder(let path): try system.makeDirectory(Place(path), mode: 0o777)
    case .put(let path):
      let file = try system.open(Place(path), .writeOnly, [.create, .exclusiveCreate, .noFollow], mode: 0o666)
      defer { system.close(file) }
      try write(file, on: system)
    case .read(let path): _ = try Self.content(of: path, on: system)
    case .take(let path, let target):
      do throws(Errno) {
        try system.rename(Place(path), to: Place(target), replacing: false)
      } catch {
        guard error == .improperLink else { throw error }
        guard try Self.content(of: path, on: system) == Self.content else { throw Errno.ioError }
        try Attempt.put(target).perform(disk)
        try system.unlink(Place(path))
      }
    case .remove(let path): try system.unlink(Place(path))
    case .removeFolder(let path): try system.removeDirectory(Place(path))
    }
  }

  private func write(_ file: FileDescriptor, on system: any FileSystem) throws {
    var failure: Errno?
    Self.content.withUnsafeBytes { bytes in
      do throws(Errno) { _ = try system.write(file, at: 0, bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private static func content(of path: FilePath, on system: any FileSystem) throws -> [UInt8] {
    let file = try system.open(Place(path), .readOnly, .noFollow, mode: 0)
    defer { system.close(file) }
    var bytes = [UInt8](repeating: 0, count: content.count + 1)
    var failure: Errno?
    var count = 0
    bytes.withUnsafeMutableBytes { buffer in
      do throws(Errno) { count = try system.read(file, at: 0, into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return Array(bytes.prefix(count))
  }
}
