/// When to try again what failed: ever later, by a monotonic clock, so that setting the wall clock neither stalls nor
/// hastens an attempt.
public struct Backoff: Sendable {
  private let first: Duration
  private let longest: Duration
  /// How often it failed since it last went well.
  public private(set) var failures = 0
  /// When the next attempt may be made.
  public private(set) var next: ContinuousClock.Instant = .now

  /// Begins without a failure.
  ///
  /// - Parameters:
  ///   - first: the pause after the first failure.
  ///   - longest: no pause is longer, but for chance.
  public init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  /// Whether the pause is over.
  public var isOver: Bool { next <= .now }

  /// After a failure: twice as long as the time before, within 20 % either way, so that many that failed together do not
  /// all come back at once.
  public mutating func fail() {
    failures += 1
    var pause = first
    for _ in 1..<min(failures, 64) where pause < longest { pause += pause }
    next = .now.advanced(by: min(pause, longest) * Double.random(in: 0.8...1.2))
  }

  /// It went well.
  public mutating func reset() {
    failures = 0
    next = .now
  }

  /// It is tried again after so long at the latest; the pause after the next failure is no shorter for that.
  public mutating func shorten(to longest: Duration) { next = min(next, .now.advanced(by: longest)) }

  /// A person wants it tried at once; the pause after the next failure is no shorter for that.
  public mutating func hurry() { next = .now }
}
