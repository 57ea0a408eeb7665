internal import Custody
internal import Journal
internal import Spool

/// Counts how long parcels wait while the shipper runs, by a monotonic clock: neither a jump of the wall clock nor a
/// switched-off machine lets a parcel expire early.
struct WaitingTime {
  private var accounted = ContinuousClock.now
  private var due = ContinuousClock.now
  /// Whether anything waited when it was last asked: what came later has not waited since then.
  private var hasWaited = true

  /// So many parcels expire in one go.
  private static let portion = 256
  private static let often = Duration.seconds(60)
  private static let seldom = Duration.seconds(600)

  /// When the time is to be written next; nil while nothing waits.
  var next: ContinuousClock.Instant? { hasWaited ? due : nil }

  /// Writes the time to the journal, at most once a minute, and more seldom where the queue is so long that it takes more
  /// than a thousandth of the time.
  ///
  /// - Parameters:
  ///   - lane: the last that is open.
  ///   - parcel: one that is being sent, and does not wait.
  mutating func accountIfDue(
    for recipient: String, upTo lane: @autoclosure () throws -> Lane, besides parcel: String? = nil, in context: Context
  ) throws {
    guard due <= .now || !hasWaited else { return }
    try account(for: recipient, upTo: lane(), besides: parcel, in: context)
  }

  /// Writes the time to the journal, and gives up what has waited for longer than `ship.expire_after`.
  mutating func account(
    for recipient: String, upTo lane: Lane, besides parcel: String? = nil, in context: Context
  ) throws {
    let start = ContinuousClock.now
    let seconds = accounted.duration(to: start) / .seconds(1)
    let isWaiting = try context.journal.hasWaiting(recipient: recipient)
    if isWaiting {
      if hasWaited {
        try context.journal.addWaiting(seconds: seconds, recipient: recipient, upTo: lane, besides: parcel)
      }
      try expire(for: recipient, in: context)
    }
    hasWaited = isWaiting
    accounted = start
    let pause = max(min(Self.often, context.lookAgain / 3), min(Self.seldom, start.duration(to: .now) * 1000))
    due = .now.advanced(by: pause)
  }

  private func expire(for recipient: String, in context: Context) throws {
    let limit = context.configuration.ship.expireAfter / .seconds(1)
    while true {
      let overdue = try context.journal.overdue(recipient: recipient, seconds: limit, limit: Self.portion)
      for parcel in overdue {
        let reason =
          "Not delivered within \(Int(limit)) s (ship.expire_after)." + (parcel.reason.map { " At last: \($0)" } ?? "")
        let expired = try context.journal.change(
          outboundParcel: parcel.id, by: .expired,
          event: Event("expired", site: recipient, study: parcel.study, parcel: parcel.id, reason)
        ) { $0.reason = reason }
        guard expired != nil else { continue }
        context.logger.error(
          "A parcel expired. It stays in outbound/: `studypost queue retry \(parcel.id)` tries again.",
          metadata: ["parcel": "\(parcel.id)", "partner": "\(recipient)"])
      }
      if !overdue.isEmpty { try context.raise(ShipAlert.expired(to: recipient)) }
      if overdue.count < Self.portion { return }
    }
  }
}
