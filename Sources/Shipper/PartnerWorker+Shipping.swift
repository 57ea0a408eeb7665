internal import Custody
internal import Journal
internal import Parcel
internal import SFTP
internal import Spool

extension PartnerWorker {
  /// So many parcels are read from the queue together.
  private static let portion = 64
  /// After so many parcels that failed one after another the fault is the partner's: a full disk, say.
  private static let mostFailuresInARow = 3

  /// Ships all that is ready, each parcel at most once.
  ///
  /// The queue is read in portions, in the order of the lanes. Those that failed go behind those that did not, so that none can
  /// stop the others; but one of them has its turn after each portion.
  ///
  /// - Throws: what keeps the others from being shipped too.
  func shipQueue(once: Bool) throws {
    while !stop.isRequested {
      let lane = try turns.openLane()
      tell(open: lane)
      let fresh =
        setbacks.isFull
        ? [] : try journal.shippable(recipient: name, upTo: lane, excluding: setbacks.ids, limit: Self.portion)
      let again = once ? [] : setbacks.due(fresh.isEmpty ? Self.portion : 1)
      if fresh.isEmpty, again.isEmpty { return }
      let asked = ContinuousClock.now
      for parcel in fresh {
        guard try ship(parcel, once: once) else { break }
        if stop.isRequested { return }
        // Others may have come meanwhile that go first.
        if asked.duration(to: .now) > .seconds(2) { break }
      }
      for id in again {
        if stop.isRequested { return }
        // One whose lane is closed is as good as new when that opens.
        guard let parcel = try journal.outboundParcel(id), parcel.state == .sealed, parcel.lane <= lane else {
          setbacks.clear(id)
          continue
        }
        guard try ship(parcel, once: once) else { break }
      }
    }
  }

  /// Notes in the log that the window opens or closes, or the bulk lane's pause begins or ends.
  private func tell(open lane: Lane) {
    defer { openLane = lane }
    guard let before = openLane, before != lane else { return }
    logger.info("Parcels go up to the lane: \(lane).")
  }

  /// - Returns: false where it is not its turn, or no longer: the queue is to be looked at again.
  private func ship(_ parcel: OutboundParcel, once: Bool) throws -> Bool {
    current = parcel
    context.heartbeat.beat("shipping")
    var hasEnded = true
    do {
      hasEnded = try deliver(parcel)
    } catch let error as ParcelError {
      try isDamaged(parcel, error)
    } catch {
      guard Failure(error) == .parcel else { throw error }
      try failed(parcel, error)
      if failuresInARow >= Self.mostFailuresInARow, !once { throw error }
    }
    current = nil
    try accountWaiting()
    if !once, receipts.isDue { try takeReceipts() }
    return hasEnded
  }

  /// Looks at the parcel here and there, and delivers it.
  ///
  /// - Returns: false where it was not its turn, or its turn ended before all of it was sent.
  /// - Throws: `ParcelError` where it is damaged here.
  private func deliver(_ parcel: OutboundParcel) throws -> Bool {
    isSendingPayload = false
    let local = try LocalParcel(parcel, in: context.spool)
    let mailbox = try mailbox()
    // It may have arrived, though nobody here knows: the answer to the rename was lost, or a receipt comes late.
    if isFirst || parcel.attempts > 0 || parcel.deliveries > 0 { try takeReceipts(of: parcel, from: mailbox) }
    isFirst = false
    // Since it was listed it may have been called back, or another one have come that goes first.
    // Where so many fail, none goes before those that are tried again.
    let others = setbacks.isFull ? nil : setbacks.ids.subtracting([parcel.id])
    let turn = Turn { [turns] in try turns.obstacle(to: parcel.id, excluding: others) }
    if let obstacle = try turns.obstacle(to: parcel.id, excluding: others) { return obstacle == .gone }
    if parcel.deliveries > 0, lastChecked != parcel.id {
      try LocalParcel.checkFully(parcel, in: context.spool, signer: context.signer, goesOn: goesOn)
      lastChecked = parcel.id
    }
    let start = ContinuousClock.now
    var hasMoved = false
    let streams = Streams(
      mailbox: mailbox, parcel: local, inFlight: partner.inFlight, most: partner.streams, pace: pace, turn: turn,
      line: line,
      connect: { [connect = context.connect, partner] stop throws(SFTPError) in try connect(partner, stop) }, stop: stop
    )
    let delivery = Delivery(
      mailbox: mailbox, parcel: local, streams: streams, startsOver: setbacks.startsOver(parcel.id))
    var first: Int64?
    let outcome: Delivery.Outcome
    do {
      outcome = try delivery.run(
        isSending: &isSendingPayload,
        progress: { position in
          context.heartbeat.beat("shipping")
          // What the journal does not take now, it takes later.
          try? accountWaiting()
          if position > first ?? position { hasMoved = true }
          first = first ?? position
        }, isWanted: { try isSealed(parcel) })
    } catch {
      if Failure(error) == .partner {
        // A parcel at which the connection breaks each time must not stop the others.
        if hasMoved {
          partnerGotOn()
          setbacks.clear(parcel.id)
        } else {
          setbacks.fail(parcel.id, startsOver: false)
        }
      }
      // What was under way was not acknowledged soon enough: another connection is sooner.
      guard Failure(error) == .stopped, !stop.isRequested, turn.obstacle != nil else { throw error }
      disconnect()
      outcome = .interrupted(sent: 0)
    }
    setbacks.clear(parcel.id)
    if case .interrupted(let sent) = outcome {
      partnerGotOn()
      logger.info(
        "An upload is interrupted, and goes on later: \(turn.obstacle?.rawValue ?? "")",
        metadata: ["parcel": "\(parcel.id)", "sent": "\(sent)"])
      return false
    }
    line.forget(parcel.id)
    try shipped(parcel, outcome, seconds: start.duration(to: .now) / .seconds(1))
    try partnerWorks()
    return true
  }

  private func goesOn() -> Bool {
    context.heartbeat.beat("shipping")
    return !stop.isRequested
  }

  private func isSealed(_ parcel: OutboundParcel) throws -> Bool {
    try journal.outboundParcel(parcel.id)?.state == .sealed
  }

  private func shipped(_ parcel: OutboundParcel, _ outcome: Delivery.Outcome, seconds: Double) throws {
    let time = "\((seconds * 10).rounded() / 10)"
    let detail: String
    switch outcome {
    case .withdrawn, .interrupted: return
    case .found: detail = "It lies in \(name)'s mailbox since an earlier attempt."
    case .delivered(let sent) where sent < parcel.payloadBytes:
      detail = "Delivered to \(name)'s mailbox: the last \(sent) of \(parcel.payloadBytes) bytes in \(time) s."
    case .delivered: detail = "Delivered to \(name)'s mailbox: \(parcel.payloadBytes) bytes in \(time) s."
    }
    let event = Event("shipped", site: name, study: parcel.study, parcel: parcel.id, detail)
    let changed = try journal.change(outboundParcel: parcel.id, by: .shipped, event: event) {
      $0.reason = nil
      $0.unproven = 0
      $0.deliveries += 1
      $0.tryNow = false
    }
    receipts.shipped()
    proof.shipped(again: context.lookAgain / 3)
    guard changed != nil else {
      let late = "It was cancelled in the moment of its delivery: \(name) has it."
      try journal.record(Event("shipped", site: name, study: parcel.study, parcel: parcel.id, late))
      return logger.warning("\(late)", metadata: ["parcel": "\(parcel.id)"])
    }
    if parcel.reason != nil { try settle([.unreadable, .notShipped], of: parcel) }
    logger.info(
      "\(detail)", metadata: ["parcel": "\(parcel.id)", "bytes": "\(parcel.payloadBytes)", "seconds": "\(time)"])
  }

  func settle(_ alerts: [ShipAlert], of parcel: OutboundParcel) throws {
    for alert in alerts { try journal.settle(alert: alert.key(parcel.id)) }
  }

  /// What is wrong with one parcel stands in the journal; it is tried again later.
  private func failed(_ parcel: OutboundParcel, _ error: any Error) throws {
    // After a failure while sending nobody knows what is under way.
    disconnect()
    failuresInARow += 1
    let code = (error as? SFTPError)?.code
    setbacks.fail(parcel.id, startsOver: isSendingPayload && code != nil && code != .noSpace && code != .source)
    let reason = Quoted.text("\(error)")
    try noteFailure(of: parcel, reason)
    if code == nil || code == .source {
      try context.raise(ShipAlert.unreadable(parcel, reason))
    } else if code == .permission || parcel.waited >= context.configuration.ship.alertAfter / .seconds(1) {
      try context.raise(ShipAlert.notShipped(parcel, reason))
    }
    logger.warning(
      "A parcel could not be shipped; it will be tried again.",
      metadata: ["parcel": "\(parcel.id)", "reason": "\(reason)", "attempts": "\(parcel.attempts + 1)"])
  }

  /// The parcel's files are not what was sealed: nobody can send it. What an empty mount point does not hold is not damaged.
  private func isDamaged(_ parcel: OutboundParcel, _ error: ParcelError) throws {
    try context.checkOutbound()
    let reason = Quoted.text("\(error)")
    let changed = try journal.change(
      outboundParcel: parcel.id, by: .damaged, event: damage(of: parcel, reason)
    ) { $0.reason = reason }
    setbacks.clear(parcel.id)
    if let changed { try tellDamage(of: changed) }
  }

  func damage(of parcel: OutboundParcel, _ reason: String) -> Event {
    Event(
      "damaged", site: name, study: parcel.study, parcel: parcel.id,
      "Its files here are not what was sealed: \(reason) The study must be exported again.")
  }

  func tellDamage(of parcel: OutboundParcel) throws {
    if let alert = ShipAlert.of(parcel) { try context.raise(alert) }
    try settle([.unreadable, .notShipped], of: parcel)
    logger.critical(
      "A parcel is damaged here, and cannot be sent any more.",
      metadata: ["parcel": "\(parcel.id)", "reason": "\(parcel.reason ?? "")"])
  }

  /// Removes what was uploaded of parcels that were called back.
  func withdraw() throws {
    for parcel in context.withdrawals.wanted(from: name) {
      if stop.isRequested { return }
      do {
        let mailbox = try mailbox()
        try mailbox.remove(mailbox.incoming(parcel))
      } catch {
        guard Failure(error) == .parcel else { throw error }
        // The partner will not have it removed: it is in nobody's way there.
        logger.warning(
          "A parcel that was called back is left in the partner's incoming/.",
          metadata: ["parcel": "\(parcel)", "reason": "\(Quoted.text("\(error)"))"])
        disconnect()
      }
      context.withdrawals.done(parcel, from: name)
    }
  }
}
