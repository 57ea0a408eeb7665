import Journal
import Parcel
import SFTP
import Spool

extension PartnerWorker {
  /// After so many parcels that failed one after another the fault is the partner's: a full disk, say.
  private static let mostFailuresInARow = 3

  /// Ships all that is ready, each parcel at most once.
  ///
  /// - Throws: what keeps the others from being shipped too.
  func shipQueue(once: Bool) throws {
    var tried: Set<String> = []
    while true {
      let queue = try ready().filter { !tried.contains($0.id) }
      if queue.isEmpty { return }
      let asked = ContinuousClock.now
      for parcel in queue {
        if stop.isRequested { return }
        tried.insert(parcel.id)
        try ship(parcel, once: once)
        try waiting.accountIfDue(for: name, in: context)
        if !once, receipts.isDue { try takeReceipts(once: false) }
        // Urgent parcels may have come meanwhile; asking for a long queue after each would cost more than shipping.
        if asked.duration(to: .now) > .seconds(2) { break }
      }
    }
  }

  /// What is sealed and not to wait for its next attempt. Those that failed go behind those that did not, so that none
  /// can stop the others.
  private func ready() throws -> [OutboundParcel] {
    let sealed = try journal.outboundParcels(in: [.sealed], recipient: name)
    if setbacks.isEmpty { return sealed }
    // `queue retry` sets the attempts to 0.
    let waiting = Set(sealed.lazy.filter { $0.attempts > 0 }.map(\.id))
    setbacks = setbacks.filter { waiting.contains($0.key) }
    return sealed.enumerated()
      .map { (place: $0.offset, parcel: $0.element, setback: setbacks[$0.element.id]?.backoff) }
      .filter { $0.setback?.isOver ?? true }
      .sorted {
        ($0.parcel.urgent ? 0 : 1, $0.setback?.failures ?? 0, $0.place)
          < ($1.parcel.urgent ? 0 : 1, $1.setback?.failures ?? 0, $1.place)
      }
      .map(\.parcel)
  }

  private func ship(_ parcel: OutboundParcel, once: Bool) throws {
    // It may have been cancelled since it was listed.
    guard try isSealed(parcel) else { return }
    let start = ContinuousClock.now
    var pace = Pace(bytesPerSecond: partner.rateLimit)
    do {
      let delivery = Delivery(
        mailbox: try mailbox(), parcel: try LocalParcel(parcel, in: context.spool), window: partner.window,
        wasRefused: try !journal.settledRefusals(of: parcel).isEmpty,
        startsOver: setbacks[parcel.id]?.startsOver ?? false)
      let outcome = try delivery.run(
        progress: { pace.hold(after: $0, stop: stop) }, isWanted: { try isSealed(parcel) })
      setbacks[parcel.id] = nil
      failuresInARow = 0
      backoff.reset()
      try shipped(parcel, outcome, seconds: start.duration(to: .now) / .seconds(1))
    } catch {
      switch Failure(error) {
      case .stopped, .here: throw error
      case .partner:
        // A link that carries something before it breaks is tried again soon, and goes on from there.
        if pace.hasMoved {
          backoff.reset()
          setbacks[parcel.id] = nil
        }
        setbacks[parcel.id, default: Setback(backoff: context.newBackoff)].backoff.fail()
        throw error
      case .parcel:
        try failed(parcel, error)
        if failuresInARow >= Self.mostFailuresInARow, !once { throw error }
      }
    }
  }

  private func isSealed(_ parcel: OutboundParcel) throws -> Bool {
    try journal.outboundParcel(parcel.id)?.state == .sealed
  }

  private func shipped(_ parcel: OutboundParcel, _ outcome: Delivery.Outcome, seconds: Double) throws {
    let time = "\((seconds * 10).rounded() / 10)"
    let detail: String
    switch outcome {
    case .withdrawn: return
    case .found: detail = "It lies in \(name)'s mailbox since an earlier attempt."
    case .delivered(let sent) where sent < parcel.payloadBytes:
      detail = "Delivered to \(name)'s mailbox: the last \(sent) of \(parcel.payloadBytes) bytes in \(time) s."
    case .delivered: detail = "Delivered to \(name)'s mailbox: \(parcel.payloadBytes) bytes in \(time) s."
    }
    let event = Event("shipped", site: name, study: parcel.study, parcel: parcel.id, detail)
    let changed = try journal.updateOutboundParcel(parcel.id, from: [.sealed], event: event) {
      $0.state = .shipped
      $0.reason = nil
    }
    receipts.shipped()
    if changed == nil {
      let late = "It was cancelled in the moment of its delivery: \(name) has it."
      try journal.record(Event("shipped", site: name, study: parcel.study, parcel: parcel.id, late))
      logger.warning("\(late)", metadata: ["parcel": "\(parcel.id)"])
    } else {
      logger.info(
        "\(detail)",
        metadata: ["parcel": "\(parcel.id)", "bytes": "\(parcel.payloadBytes)", "seconds": "\(time)"])
    }
  }

  private func failed(_ parcel: OutboundParcel, _ error: any Error) throws {
    // After a failure while sending nobody knows what is under way.
    disconnect()
    failuresInARow += 1
    setbacks[parcel.id, default: Setback(backoff: context.newBackoff)].backoff.fail()
    if let code = (error as? SFTPError)?.code, code != .noSpace, code != .source {
      setbacks[parcel.id]?.startsOver = true
    }
    let reason = Quoted.text("\(error)")
    let event =
      reason == parcel.reason
      ? nil : Event("not-shipped", site: name, study: parcel.study, parcel: parcel.id, reason)
    try journal.updateOutboundParcel(parcel.id, from: [.sealed], event: event) {
      $0.attempts += 1
      $0.reason = reason
    }
    logger.warning(
      "A parcel could not be shipped; it will be tried again.",
      metadata: ["parcel": "\(parcel.id)", "reason": "\(reason)", "attempts": "\(parcel.attempts + 1)"])
  }

  /// Removes what is left of cancelled parcels: here at once, and what was uploaded of them as soon as the partner can
  /// be reached; until then their folder remains as the reminder.
  func withdrawCancelled(isReachable: Bool) throws {
    for parcel in try journal.outboundParcels(in: [.cancelled], recipient: name) {
      let folder = context.spool[.outbound].appending(parcel.id)
      guard try context.spool.disk.status(of: folder) != nil else { continue }
      try context.spool.disk.removeFile(folder.appending(ParcelFolder.payload))
      guard isReachable else { continue }
      do {
        let mailbox = try mailbox()
        try mailbox.remove(mailbox.incoming(parcel.id))
      } catch {
        guard Failure(error) == .parcel else { throw error }
        logger.warning(
          "A cancelled parcel is left in the partner's incoming/.",
          metadata: ["parcel": "\(parcel.id)", "reason": "\(Quoted.text("\(error)"))"])
      }
      try context.purge(parcel, "Cancelled: removed from outbound/.")
    }
  }
}
