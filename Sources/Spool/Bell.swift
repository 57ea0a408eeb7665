internal import CPOSIX
internal import Glibc

/// Wakes one thread that waits.
public final class Bell: Sendable {
  private let event: Int32

  /// Creates a bell that was not rung yet.
  public init() { event = cposix_eventfd() }

  deinit { if event >= 0 { close(event) } }

  /// Wakes the thread that waits, or the next that will.
  public func ring() {
    var one: UInt64 = 1
    _ = write(event, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits so long, or until the bell is rung; then it is silent again.
  public func wait(_ duration: Duration) {
    var descriptor = pollfd(fd: event, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, duration.pollMilliseconds) > 0 else { return }
    var count: UInt64 = 0
    _ = read(event, &count, MemoryLayout<UInt64>.size)
  }
}
