internal import Spool
internal import Synchronization

/// Holds all that is sent to a partner back to its `rate_limit`: over all connections together, from one parcel to the next, and
/// over new connections after failures.
///
/// Bytes are paid for before they are sent, so that no second of sending holds more than the limit. What was not used stays good
/// for ``spare`` only: after a pause no more than that is caught up.
final class Pace: Sendable {
  private let bytesPerSecond: Double?
  /// When all that was paid for so far is due.
  private let due = Mutex<ContinuousClock.Instant?>(nil)

  private static let spare = Duration.milliseconds(250)
  /// The shortest sleep that is worth it.
  private static let least = Duration.milliseconds(2)
  /// On a line of so little delay no more needs to be under way than this, in bytes: it goes at 500 MB/s at least.
  private static let (shortTrip, shortWindow) = (Duration.milliseconds(2), 1 << 20)
  /// Bytes that go in one request of an upload.
  static let request = 30_000

  /// - Parameter bytesPerSecond: nil: as fast as it goes.
  init(bytesPerSecond: Int64?) { self.bytesPerSecond = bytesPerSecond.map { max(1, Double($0)) } }

  /// How many bytes may be under way over a connection, so that the rate can be kept to and an upload ends soon when it is to;
  /// and no more than are of use.
  ///
  /// - Parameters:
  ///   - most: the partner's `in_flight`.
  ///   - trip: the time of a round trip.
  func inFlight(atMost most: Int, trip: Duration) -> Int {
    let most = trip < Self.shortTrip ? min(most, Self.shortWindow) : most
    guard let bytesPerSecond else { return most }
    let bytes = bytesPerSecond * (0.2 + 2 * (trip / .seconds(1)))
    return max(Self.request, min(most, Int(min(bytes, 1e9))))
  }

  /// Pays for bytes that are to be sent.
  ///
  /// - Returns: how long to wait before they may be.
  func pay(_ bytes: Int64, at now: ContinuousClock.Instant = .now) -> Duration {
    guard let bytesPerSecond else { return .zero }
    return due.withLock { due in
      let begin = due.map { max($0, now.advanced(by: .zero - Self.spare)) } ?? now
      let end = begin.advanced(by: .seconds(Double(bytes) / bytesPerSecond))
      due = end
      return max(.zero, now.duration(to: end))
    }
  }

  /// Pays, and sleeps until they may be sent.
  ///
  /// - Parameter goesOn: asked while it sleeps; false ends the sleep.
  func pay(_ bytes: Int64, stop: Stop, goesOn: () -> Bool) {
    let until = ContinuousClock.now.advanced(by: pay(bytes))
    while !stop.isRequested, goesOn() {
      let rest = ContinuousClock.now.duration(to: until)
      guard rest >= Self.least else { return }
      stop.wait(min(rest, .milliseconds(100)))
    }
  }
}

/// The bytes of one part of a payload as they are paid for: a window ahead of what is acknowledged.
struct Payment {
  private let window: Int64
  private let end: Int64
  private var paid: Int64

  init(for part: Range<Int64>, window: Int) {
    (self.window, end, paid) = (Int64(max(window, Pace.request)), part.upperBound, part.lowerBound)
  }

  /// What may be sent when so much is acknowledged, and was not paid for yet.
  mutating func next(after acknowledged: Int64) -> Int64 {
    let sendable = min(acknowledged + window, end)
    defer { paid = max(paid, sendable) }
    return max(0, sendable - paid)
  }
}
