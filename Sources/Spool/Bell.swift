internal import CPOSIX
internal import Glibc

/// Wakes a thread that waits for something to do.
///
/// A ring before the wait is not lost: the wait then ends at once.
public final class Bell: Sendable {
  let event: Int32

  /// Creates a bell that was not rung yet.
  public init() { event = cposix_eventfd() }

  deinit { if event >= 0 { close(event) } }

  /// Wakes whoever waits, or will.
  public func ring() {
    var one: UInt64 = 1
    _ = write(event, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits until it rings, a stop is requested, or so long.
  public func wait(_ duration: Duration, stop: Stop) {
    var descriptors = [
      pollfd(fd: event, events: Int16(POLLIN), revents: 0),
      pollfd(fd: stop.event, events: Int16(POLLIN), revents: 0),
    ]
    if poll(&descriptors, 2, duration.pollMilliseconds) > 0 { silence() }
  }

  /// Takes note of its rings.
  func silence() {
    var rings: UInt64 = 0
    _ = read(event, &rings, MemoryLayout<UInt64>.size)
  }
}
