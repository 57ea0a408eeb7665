internal import CPOSIX
internal import Glibc

/// Wakes a thread that waits because it has nothing to do. Rung once or many times, it wakes once.
public final class Bell: Sendable {
  let event: Int32

  /// Creates a bell that was not rung yet.
  public init() { event = cposix_eventfd() }

  deinit { if event >= 0 { close(event) } }

  /// Wakes the one who waits, or who will wait next.
  public func ring() {
    var one: UInt64 = 1
    _ = write(event, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits for the bell, a request to stop, or the end of the time. Where there is something to wait for, the memory that was
  /// needed before is given back to the system first.
  ///
  /// - Returns: whether it was rung.
  @discardableResult
  public func wait(_ duration: Duration, stop: Stop) -> Bool {
    var descriptors = [
      pollfd(fd: event, events: Int16(POLLIN), revents: 0), pollfd(fd: stop.event, events: Int16(POLLIN), revents: 0),
    ]
    if poll(&descriptors, 2, 0) == 0 {
      cposix_give_back_memory()
      _ = poll(&descriptors, 2, duration.pollMilliseconds)
    }
    guard descriptors[0].revents != 0 else { return false }
    silence()
    return true
  }

  /// Takes note of its rings.
  func silence() {
    var rings: UInt64 = 0
    _ = read(event, &rings, MemoryLayout<UInt64>.size)
  }
}
