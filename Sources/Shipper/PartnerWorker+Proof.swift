internal import Custody
internal import Journal
internal import Parcel
internal import SFTP
internal import Spool

/// When to look for parcels that were shipped and of which no receipt came.
struct ProofSchedule {
  private(set) var next = ContinuousClock.now
  /// Where the last portion ended.
  var last = ""
  /// Whether a parcel lay there unopened in this round.
  var hasUnopened = false

  var isDue: Bool { next <= .now }

  /// A look was taken.
  mutating func taken(again: Duration) { next = .now.advanced(by: again) }

  /// A parcel was shipped: it will have to be looked for.
  mutating func shipped(again: Duration) { next = min(next, .now.advanced(by: again)) }
}

extension PartnerWorker {
  private static let portion = 64

  /// Looks for parcels that were shipped and of which no receipt came for so long that something may be wrong: the
  /// partner's server lost its power after the rename, say, and its disk did not keep it. What lies there neither in `new/`
  /// nor was answered is delivered again.
  func lookForUnproven() throws {
    let portion = try journal.unproven(
      recipient: name, seconds: context.lookAgain / .seconds(1), after: proof.last, limit: Self.portion)
    for parcel in portion {
      if stop.isRequested { return }
      try look(for: parcel)
      proof.last = parcel.id
    }
    guard portion.count < Self.portion else {
      return proof.taken(again: .seconds(1))
    }
    if !proof.hasUnopened { try journal.settle(alert: ShipAlert.unopened.key(name)) }
    proof.last = ""
    proof.hasUnopened = false
    let isIdle = try !journal.hasWaiting(recipient: name)
    proof.taken(again: isIdle ? .seconds(3600) : min(context.lookAgain / 3, .seconds(300)))
  }

  private func look(for parcel: OutboundParcel) throws {
    let mailbox = try mailbox()
    try takeReceipts(of: parcel, from: mailbox)
    guard let now = try journal.outboundParcel(parcel.id), now.state == .shipped else { return }
    // Without our own files its sizes must do: whether we could send it again is asked later.
    let local = try? LocalParcel(parcel, in: context.spool)
    let place: String
    switch try mailbox.arrived(parcel.id, payloadBytes: parcel.payloadBytes, small: local?.small) {
    case .whole:
      guard now.unproven >= context.configuration.ship.alertAfter / .seconds(1) else { return }
      proof.hasUnopened = true
      return try context.raise(ShipAlert.unopened(by: name))
    case .other: place = "What lies in \(name)'s new/ is not whole"
    case .nothing:
      let isBack = try mailbox.files.status(mailbox.incoming(parcel.id)) != nil
      place = isBack ? "It lies in \(name)'s incoming/ again" : "It is not in \(name)'s mailbox any more"
    }
    // What a power cut left of it may have the right size and the wrong bytes.
    try mailbox.remove(mailbox.incoming(parcel.id))
    let detail = "\(place), and there is no receipt. It is delivered again."
    let changed = try journal.change(
      outboundParcel: parcel.id, by: .vanished,
      event: Event("vanished", site: name, study: parcel.study, parcel: parcel.id, detail)
    ) {
      $0.unproven = 0
      $0.waited = 0
    }
    guard let changed else { return }
    logger.warning("\(detail)", metadata: ["parcel": "\(parcel.id)"])
    if changed.deliveries > 2 { try context.raise(ShipAlert.vanishing(changed)) }
  }
}
