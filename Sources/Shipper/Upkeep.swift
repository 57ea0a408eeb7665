import FoundationEssentials
import Journal
import Spool

/// Removes what need not be kept in `outbound/`, and looks after parcels to sites that are no partners any more.
struct Upkeep {
  private let context: Context
  private var waiting: [String: WaitingTime] = [:]
  private var next = ContinuousClock.now

  init(_ context: Context) { self.context = context }

  mutating func runIfDue(partners: Set<String>) throws {
    guard next <= .now else { return }
    next = .now.advanced(by: .seconds(60))
    try run(partners: partners)
  }

  /// Does it now.
  mutating func run(partners: Set<String>) throws {
    try purge(partners: partners)
    let stranded = Set(try context.journal.outboundParcels(in: [.sealed]).map(\.recipient)).subtracting(partners)
    for recipient in stranded.sorted() {
      if waiting[recipient] == nil {
        context.logger.error(
          "Parcels wait for a site that is no partner (any more). Add its card, or cancel them.",
          metadata: ["partner": "\(recipient)"])
      }
      try waiting[recipient, default: WaitingTime()].account(for: recipient, in: context)
    }
    waiting = waiting.filter { stranded.contains($0.key) }
  }

  /// Delivered parcels go after `retention.sent`. This age is by the wall clock, which may jump: the partner has
  /// imported them, so that nothing can be lost by it.
  private func purge(partners: Set<String>) throws {
    let limit = journalTime(Date.now.addingTimeInterval(-(context.configuration.retention.sent / .seconds(1))))
    for name in try context.spool.disk.names(of: context.spool[.outbound]) {
      guard let parcel = try context.journal.outboundParcel(name) else { continue }
      switch parcel.state {
      case .delivered where parcel.since <= limit:
        try context.purge(parcel, "Delivered, and kept for retention.sent: removed from outbound/.")
      case .cancelled where !partners.contains(parcel.recipient):
        try context.purge(parcel, "Cancelled: removed from outbound/.")
      default: continue
      }
    }
  }
}

extension Context {
  /// Removes a parcel's folder.
  func purge(_ parcel: OutboundParcel, _ why: String) throws {
    try spool.disk.removeTree(spool[.outbound].appending(parcel.id))
    try journal.record(Event("purged", site: parcel.recipient, study: parcel.study, parcel: parcel.id, why))
    logger.info("\(why)", metadata: ["parcel": "\(parcel.id)", "partner": "\(parcel.recipient)"])
  }
}
