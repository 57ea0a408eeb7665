internal import CPOSIX
internal import Glibc
internal import Synchronization

/// Asks a service to stop, and wakes it from its waits.
public final class Stop: Sendable {
  private let requested = Atomic<Bool>(false)
  let event: Int32

  /// Creates a signal that was not given yet.
  public init() { event = cposix_eventfd() }

  deinit { if event >= 0 { close(event) } }

  /// Whether the service is to stop.
  public var isRequested: Bool { requested.load(ordering: .acquiring) }

  /// Asks to stop: for good.
  public func request() {
    requested.store(true, ordering: .releasing)
    var one: UInt64 = 1
    _ = write(event, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits so long, or until the stop is requested.
  public func wait(_ duration: Duration) {
    var descriptor = pollfd(fd: event, events: Int16(POLLIN), revents: 0)
    _ = poll(&descriptor, 1, duration.pollMilliseconds)
  }
}

extension Duration {
  /// For poll(2): whole milliseconds, rounded up, at most an hour.
  var pollMilliseconds: Int32 {
    if self <= .zero { return 0 }
    if self >= .seconds(3600) { return 3_600_000 }
    let parts = components
    return Int32(parts.seconds * 1000 + (parts.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
