internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Spool

/// Has removed what need not be kept in `outbound/`, keeps the alerts true, and looks after parcels to sites that are not
/// partners any more.
struct Upkeep {
  private let context: Context
  private var waiting: [String: WaitingTime] = [:]
  private var next = ContinuousClock.now

  private static let portion = 256
  private static let often = Duration.seconds(60)

  init(_ context: Context) { self.context = context }

  mutating func runIfDue(partners: Set<String>) throws {
    guard next <= .now else { return }
    next = .now.advanced(by: Self.often)
    try run(partners: partners)
  }

  /// Does it now.
  mutating func run(partners: Set<String>) throws {
    try purge()
    try account(partners: partners)
    try tidyAlerts(partners: partners)
    try tellOfPauses()
  }

  /// Delivered parcels go after `retention.sent`. This age is by the wall clock, which may jump: the partner has imported
  /// them, so that nothing can be lost by it.
  private func purge() throws {
    let limit = journalTime(Date.now.addingTimeInterval(-(context.configuration.retention.sent / .seconds(1))))
    while true {
      let portion = try context.journal.purgeableOutboundParcels(closedBefore: limit, limit: Self.portion)
      for parcel in portion {
        try context.journal.change(
          outboundParcel: parcel.id, by: .purged,
          event: Event(
            "purged", site: parcel.recipient, study: parcel.study, parcel: parcel.id,
            "Delivered, and kept for retention.sent: removed from outbound/."))
      }
      if portion.count < Self.portion { return }
    }
  }

  /// Parcels to a site that is no partner wait, and expire, like others.
  private mutating func account(partners: Set<String>) throws {
    let stranded = Set(try context.journal.recipients(ofParcelsIn: .sealed)).subtracting(partners)
    for recipient in stranded.sorted() {
      try context.raise(ShipAlert.stranded(recipient))
      try waiting[recipient, default: WaitingTime()].account(for: recipient, upTo: .bulk, in: context)
    }
    waiting = waiting.filter { stranded.contains($0.key) }
    try settle(.stranded, except: stranded)
  }

  // MARK: Alerts

  private func tidyAlerts(partners: Set<String>) throws {
    let journal = context.journal
    for (state, code) in [(OutboundParcelState.refused, ShipAlert.refused), (.damaged, .damaged)] {
      while true {
        let portion = try journal.outboundParcels(in: state, withoutAlert: code.rawValue, limit: Self.portion)
        for parcel in portion { if let alert = ShipAlert.of(parcel) { try context.raise(alert) } }
        if portion.count < Self.portion { break }
      }
    }
    let expired = Set(try journal.recipients(ofParcelsIn: .expired))
    for recipient in expired where try journal.alert(ShipAlert.expired.key(recipient)) == nil {
      try context.raise(ShipAlert.expired(to: recipient))
    }
    try settle(.expired, except: expired)
    for (code, states) in Self.lives {
      for key in try journal.staleParcelAlerts(code.rawValue, except: states) { try journal.settle(alert: key) }
    }
    for code in ShipAlert.ofConnection + [.unopened, .receipts] { try settle(code, except: partners) }
  }

  /// A pause that has lasted for a day, by the wall clock, may have been forgotten.
  private func tellOfPauses() throws {
    let day = journalTime(Date.now.addingTimeInterval(-86400))
    let old = try context.journal.bulkPauses().filter { $0.since <= day }
    for pause in old { try context.raise(ShipAlert.bulkPaused(pause)) }
    try settle(.bulkPaused, except: Set(old.map(\.subject)))
  }

  /// In which states of its parcel an alert may stand.
  private static let lives: [(ShipAlert, [OutboundParcelState])] = [
    (.refused, [.refused]), (.damaged, [.damaged]), (.unreadable, [.sealed, .shipped, .received, .held]),
    (.notShipped, [.sealed]), (.vanishing, [.sealed, .shipped]),
    (.receipt, [.sealed, .shipped, .received, .held, .refused, .expired, .damaged]),
  ]

  private func settle(_ code: ShipAlert, except subjects: Set<String>) throws {
    try context.journal.settle(alertsBeginning: "\(code.rawValue) ", except: Set(subjects.map(code.key)))
  }
}
