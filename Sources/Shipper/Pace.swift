internal import Spool

/// Watches an upload's progress and holds it back to the partner's `rate_limit`.
struct Pace {
  private let bytesPerSecond: Double?
  private let start = ContinuousClock.now
  private var first: Int64?

  /// - Parameter bytesPerSecond: nil: as fast as it goes.
  init(bytesPerSecond: Int64?) { self.bytesPerSecond = bytesPerSecond.map { max(1, Double($0)) } }

  /// Whether anything was acknowledged.
  var hasMoved: Bool { first != nil }

  /// Sleeps if more than the limit was sent.
  ///
  /// - Parameters:
  ///   - bytes: the payload's bytes that the server has.
  ///   - stop: ends the sleep.
  mutating func hold(after bytes: Int64, stop: Stop) {
    let first = first ?? bytes
    self.first = first
    guard let bytesPerSecond else { return }
    let due = Double(bytes - first) / bytesPerSecond
    while !stop.isRequested {
      let early = due - start.duration(to: .now) / .seconds(1)
      guard early > 0.01 else { return }
      stop.wait(.seconds(min(early, 1)))
    }
  }
}
