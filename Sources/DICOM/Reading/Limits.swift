/// How much a file may cost to read. What goes beyond is an error with a code of its own, never a
/// large allocation.
public struct Limits: Sendable, Hashable {
  /// Longest value kept in memory, in bytes; of a longer one only its place is kept, and text is read when asked for.
  public var valueBytes = 64 << 10
  /// Longest value read when asked for, in bytes (`.valueTooLong`).
  public var textBytes = 16 << 20
  /// All text of one file that is rewritten, in bytes (`.headerTooLong`). A quarter as much is kept of its values; of others
  /// only their places are.
  public var headerBytes = 64 << 20
  /// Elements, items and fragments in one file (`.tooManyElements`): what it costs to walk them is time alone.
  public var elements = 50_000_000
  /// Elements and items in memory at one time. A sequence that would take half as many is not kept, but read again when its
  /// items are asked for; a data set that has more by itself is `.tooManyElements`.
  public var keptElements = 160_000
  /// Sequences within sequences (`.tooDeep`). A thread with a stack of 512 KiB has room for 128.
  public var depth = 64
  /// A deflated data set when inflated, in bytes (`.inflatesTooFar`).
  public var inflatedBytes = 256 << 20

  /// The default limits: enough for every real header, little enough for a hostile one.
  public init() {}

  /// The limits used where none are given.
  public static let `default` = Limits()
}
