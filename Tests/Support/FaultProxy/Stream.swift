internal import Glibc

/// One direction of a connection: what came from one socket and is to go to the other.
struct Stream {
  /// So many bytes are on their way at most.
  private static let capacity = 4 << 20
  /// The link may run ahead of its rate by so much: poll(2) wakes nobody sooner than after a millisecond.
  private static let burst = Duration.milliseconds(5)

  private let from, to: Descriptor
  /// What came, and when it is due on the other side; nothing: the end.
  private var waiting: [(due: ContinuousClock.Instant, bytes: ArraySlice<UInt8>)] = []
  private var kept = 0
  private var taken = 0
  private var passed = 0
  private var hasEnd = false

  /// Whether its end has passed.
  private(set) var isOver = false

  init(from: Descriptor, to: Descriptor) {
    self.from = from
    self.to = to
  }

  /// Whether the connection has reached the byte at which it is cut.
  func isCut(_ faults: Faults.Direction) -> Bool { faults.cutAfter.map { passed >= $0 } ?? false }

  /// What poll(2) is to watch for, and when something becomes due if nothing happens before.
  ///
  /// - Parameter free: when the link has room for the next piece.
  func wants(
    _ faults: Faults.Direction, free: ContinuousClock.Instant
  ) -> (read: Bool, write: Bool, due: ContinuousClock.Instant?) {
    let reads = !hasEnd && kept < Self.capacity && taken < faults.limit
    guard let first = waiting.first, passed < faults.limit else { return (reads, false, nil) }
    let due = max(first.due, free - Self.burst)
    return due > .now ? (reads, false, due) : (reads, true, nil)
  }

  /// Takes what has come.
  ///
  /// - Returns: false if the connection broke.
  mutating func take(_ faults: Faults.Direction, delay: Duration, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    let room = min(buffer.count, Self.capacity - kept, max(0, faults.limit - taken))
    guard room > 0, !hasEnd else { return true }
    let count = recv(from.number, buffer.baseAddress, room, 0)
    if count < 0 { return [EAGAIN, EINTR].contains(errno) }
    var bytes = Array(buffer[..<count])
    if let place = faults.garbleAfter, (taken..<taken + count).contains(place) { bytes[place - taken] ^= 1 }
    taken += count
    kept += count
    hasEnd = count == 0
    waiting.append((.now + delay, bytes[...]))
    return true
  }

  /// Passes on what is due and what the rate allows.
  ///
  /// - Parameter free: when the link, which all connections share, has room for the next piece.
  /// - Returns: false if the connection broke.
  mutating func pass(_ faults: Faults.Direction, rate: Int?, free: inout ContinuousClock.Instant) -> Bool {
    let now = ContinuousClock.now
    while let first = waiting.first, first.due <= now, free - Self.burst <= now, passed < faults.limit {
      if first.bytes.isEmpty {
        shutdown(to.number, Int32(SHUT_WR))
        isOver = true
        waiting = []
        return true
      }
      // At a low rate in small pieces, twenty a second.
      let room = min(first.bytes.count, faults.limit - passed, rate.map { max(1, $0 / 20) } ?? .max)
      let count = first.bytes.withUnsafeBytes {
        send(to.number, $0.baseAddress, room, Int32(MSG_NOSIGNAL))
      }
      if count < 0 { return [EAGAIN, EINTR].contains(errno) }
      passed += count
      kept -= count
      waiting[0].bytes = first.bytes.dropFirst(count)
      if waiting[0].bytes.isEmpty { waiting.removeFirst() }
      if let rate { free = max(free, now) + .seconds(1) * (Double(count) / Double(max(1, rate))) }
    }
    return true
  }
}
