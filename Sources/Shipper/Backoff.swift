/// Exponential backoff by a monotonic clock: setting the wall clock neither stalls nor hastens an attempt.
struct Backoff {
  private let first: Duration
  private let longest: Duration
  private(set) var failures = 0
  /// When the next attempt may be made.
  private(set) var next: ContinuousClock.Instant = .now

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  var isOver: Bool { next <= .now }

  /// After a failure: twice as long as the time before, within 20 % either way, so that many parcels or sites that
  /// failed together do not all come back at once.
  mutating func fail() {
    failures += 1
    var pause = first
    for _ in 1..<min(failures, 64) where pause < longest { pause += pause }
    next = .now.advanced(by: min(pause, longest) * Double.random(in: 0.8...1.2))
  }

  mutating func reset() {
    failures = 0
    next = .now
  }
}
