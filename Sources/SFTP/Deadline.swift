/// A moment of a monotonic clock after which nobody waits any longer. Setting the wall clock does not move it.
struct Deadline {
  private let instant: ContinuousClock.Instant

  init(in duration: Duration) { instant = .now.advanced(by: duration) }

  var hasPassed: Bool { .now >= instant }

  var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

  /// The time left for poll(2), in milliseconds rounded up, at most `slice`.
  func milliseconds(atMost slice: Int32) -> Int32 {
    let (seconds, attoseconds) = remaining.components
    guard seconds < 3600 else { return slice }
    return min(slice, Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1)
  }
}
