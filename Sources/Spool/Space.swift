/// The room on a file system, in bytes.
public struct Space: Sendable, Equatable {
  /// Free for an ordinary user.
  public let available: Int64
  /// In all.
  public let total: Int64

  /// Names a room.
  public init(available: Int64, total: Int64) {
    self.available = available
    self.total = total
  }
}
