public import SystemPackage

/// A system call that reached the seam.
public struct Call: Sendable, Hashable, CustomStringConvertible {
  /// The requirement of `FileSystem`.
  public enum Kind: String, Sendable, CaseIterable {
    case open, close, read, write, copy, sync, syncFileSystem, startWriteback, dropCache, truncate, setMode
    case setOwner, lock, writers, status, names, rewind, makeDirectory, rename, link, unlink, removeDirectory, space,
      mount

    /// Whether it changes what is on a disk, or makes a change durable.
    public var changes: Bool {
      switch self {
      case .write, .copy, .sync, .syncFileSystem, .truncate, .setMode, .setOwner, .makeDirectory, .rename, .link,
        .unlink, .removeDirectory:
        true
      default: false
      }
    }
  }

  /// What was called.
  public let kind: Kind
  /// The whole path concerned; of two, the first.
  public let path: FilePath
  /// The second path of a rename or a link.
  public let target: FilePath?
  /// Whether an `open` makes a file.
  public let creates: Bool

  /// Whether it changes what is on a disk, or makes a change durable.
  public var changes: Bool { kind.changes || creates }

  /// For a trace.
  public var description: String {
    "\(kind)\(creates ? " (new)" : "") \(path)" + (target.map { " -> \($0)" } ?? "")
  }
}
