internal import Foundation

/// The processors that this process may use.
public enum Processors {
  /// How many there are.
  public static let count = ProcessInfo.processInfo.activeProcessorCount
  /// How many threads compute at once: one for each processor, and no more than four, since each has memory of its own.
  public static let threads = max(1, min(4, count))
}
