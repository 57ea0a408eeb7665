import Journal
import Logging
import SFTP
import Site
import Spool

/// Ships to one partner and takes in its receipts, on a thread of its own.
final class PartnerWorker {
  let partner: Partner
  let context: Context
  let logger: Logger
  let stop: Stop
  /// The connection, kept while it is used every few seconds.
  private var session: SFTPSession?
  /// After failures that concern the partner as a whole.
  var backoff: Backoff
  /// Parcels whose last attempt failed. In memory only: at a restart all is tried at once.
  var setbacks: [String: Setback] = [:]
  /// How many parcels failed one after another.
  var failuresInARow = 0
  /// The parcels that waited when the partner failed.
  private var stuck: Set<String> = []
  var receipts = ReceiptSchedule()
  /// Receipts that did not hold when they were last read.
  var doubts: Set<String> = []
  var waiting = WaitingTime()

  /// What a failed attempt leaves behind.
  struct Setback {
    var backoff: Backoff
    /// The server would not go on with what lies there.
    var startsOver = false
  }

  var name: String { partner.site.text }
  var journal: Journal { context.journal }

  init(_ partner: Partner, in context: Context, stop: Stop) {
    self.partner = partner
    self.context = context
    self.stop = stop
    var logger = context.logger
    logger[metadataKey: "partner"] = "\(partner.site)"
    self.logger = logger
    backoff = context.newBackoff
  }

  /// One attempt for all that is sealed, and one look for receipts.
  ///
  /// - Throws: what kept the journal or the spool from being used.
  func runOnce() throws {
    defer { disconnect() }
    do {
      try withdrawCancelled(isReachable: true)
      try attempt { try shipQueue(once: true) }
      try attempt { try takeReceipts(once: true) }
    } catch {
      try partnerFailed(error)
    }
    try waiting.account(for: name, in: context)
  }

  /// Until the worker is asked to stop. Failures, of the journal too, are logged and tried again.
  func runUntilStopped() {
    defer { disconnect() }
    let watcher = Watcher(disk: context.spool.disk)
    // After a change in `outbound/` the journal tells of the new parcel a moment later.
    var eagerUntil = ContinuousClock.now
    while !stop.isRequested {
      watcher.watch([context.spool[.outbound]], depth: 0)
      let isEager = eagerUntil > .now && backoff.isOver
      if watcher.wait(isEager ? .milliseconds(100) : pause, stop: stop) { eagerUntil = .now.advanced(by: .seconds(2)) }
      do {
        try step()
      } catch {
        backoff.fail()
        logger.error(
          "The journal or the spool cannot be used; it will be tried again.", metadata: ["error": "\(error)"])
      }
    }
    do {
      try waiting.account(for: name, in: context)
    } catch {
      logger.error("The time that parcels waited is not accounted for.", metadata: ["error": "\(error)"])
    }
  }

  private func step() throws {
    guard !stop.isRequested else { return }
    try waiting.accountIfDue(for: name, in: context)
    guard try backoff.isOver || isRetryOrdered() else { return try withdrawCancelled(isReachable: false) }
    do {
      try attempt { try withdrawCancelled(isReachable: true) }
      try attempt { try shipQueue(once: false) }
      if receipts.isDue { try attempt { try takeReceipts(once: false) } }
      if receipts.pause > .seconds(10) { disconnect() }
    } catch {
      try partnerFailed(error)
    }
  }

  /// How long nothing is due. Never long, so that what a person orders is soon seen.
  private var pause: Duration {
    let due = backoff.isOver ? (setbacks.values.map(\.backoff.next) + [receipts.next]).min() : backoff.next
    return min(max(ContinuousClock.now.duration(to: due ?? .now), .milliseconds(10)), .seconds(5))
  }

  /// `queue retry` sets a parcel's attempts to 0.
  private func isRetryOrdered() throws -> Bool {
    let isOrdered = try journal.outboundParcels(in: [.sealed], recipient: name).contains {
      $0.attempts == 0 && stuck.contains($0.id)
    }
    if isOrdered { backoff.reset() }
    return isOrdered
  }

  // MARK: The connection

  /// The mailbox, over the connection that there is or a new one.
  func mailbox() throws(SFTPError) -> RemoteMailbox {
    let stop = stop
    let session =
      if let session { session } else {
        try SFTPSession(
          connecting: context.endpoint(of: partner), privateKey: context.privateKey,
          publicKeyLine: context.publicKeyLine, isCancelled: { stop.isRequested })
      }
    self.session = session
    return RemoteMailbox(session, directory: partner.card.sftp.directory)
  }

  func disconnect() {
    session?.close()
    session = nil
  }

  /// A connection that lay idle may have ended meanwhile: that is no failure, but a reason for a new one.
  private func attempt(_ work: () throws -> Void) throws {
    let wasIdle = session != nil
    do {
      try work()
    } catch let error as SFTPError where wasIdle && error.code == .disconnected {
      disconnect()
      try work()
    }
  }

  /// What is wrong with the partner as a whole is logged, told by all parcels that wait for it, and tried again later.
  ///
  /// - Throws: what concerns this site instead.
  private func partnerFailed(_ error: any Error) throws {
    disconnect()
    switch Failure(error) {
    case .stopped: return
    case .here: throw error
    case .partner, .parcel:
      backoff.fail()
      let reason = Quoted.text("\(error)")
      logger.warning(
        "Nothing can be shipped at present.", metadata: ["reason": "\(reason)", "failures": "\(backoff.failures)"])
      try journal.attemptFailed(recipient: name, reason: reason)
      stuck = Set(try journal.outboundParcels(in: [.sealed], recipient: name).map(\.id))
    }
  }
}

extension Context {
  var newBackoff: Backoff {
    Backoff(first: configuration.ship.retryFirst, longest: configuration.ship.retryMax)
  }
}
