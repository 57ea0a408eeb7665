/// A regular file in an archive.
public struct ArchiveEntry: Hashable, Sendable {
  /// Its path: relative, ASCII, without empty, `.` or `..` components.
  public let name: String
  /// Its size in bytes.
  public let size: Int64
}

/// What an archive may hold at most.
public struct ArchiveLimits: Sendable {
  /// How many members.
  public let maxEntries: Int
  /// How many bytes all members' contents have together.
  public let maxExpanded: Int64

  /// Sets the limits; anything above 2⁶⁰ bytes counts as 2⁶⁰.
  public init(maxEntries: Int, maxExpanded: Int64) {
    self.maxEntries = maxEntries
    // So that sums of sizes and positions stay far from overflow.
    self.maxExpanded = min(maxExpanded, 1 << 60)
  }
}
