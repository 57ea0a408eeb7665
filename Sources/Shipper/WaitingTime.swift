import Journal

/// Counts how long parcels wait while the shipper runs, by a monotonic clock: neither a jump of the wall clock nor a
/// switched-off machine lets a parcel expire early.
struct WaitingTime {
  private var accounted = ContinuousClock.now

  /// Writes the time to the journal, at most once a minute.
  mutating func accountIfDue(for recipient: String, in context: Context) throws {
    if accounted.duration(to: .now) >= .seconds(60) { try account(for: recipient, in: context) }
  }

  /// Writes the time to the journal, and gives up what has waited for longer than `ship.expire_after`.
  mutating func account(for recipient: String, in context: Context) throws {
    let now = ContinuousClock.now
    let seconds = accounted.duration(to: now) / .seconds(1)
    try context.journal.addWaiting(seconds: seconds, recipient: recipient)
    accounted = now
    let limit = context.configuration.ship.expireAfter / .seconds(1)
    for parcel in try context.journal.outboundParcels(in: [.sealed], recipient: recipient) where parcel.waited >= limit
    {
      let reason =
        "Not delivered within \(Int(limit)) s (ship.expire_after)." + (parcel.reason.map { " At last: \($0)" } ?? "")
      let event = Event("expired", site: recipient, study: parcel.study, parcel: parcel.id, reason)
      let expired = try context.journal.updateOutboundParcel(parcel.id, from: [.sealed], event: event) {
        $0.state = .expired
        $0.reason = reason
      }
      guard expired != nil else { continue }
      context.logger.error(
        "A parcel expired. It stays in outbound/: `studypost queue retry \(parcel.id)` tries again.",
        metadata: ["parcel": "\(parcel.id)", "partner": "\(recipient)", "reason": "\(reason)"])
    }
  }
}
