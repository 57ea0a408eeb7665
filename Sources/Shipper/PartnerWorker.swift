internal import Custody
internal import Journal
internal import Logging
internal import SFTP
internal import Site
internal import Spool

/// Ships to one partner and takes in its receipts, on a thread of its own.
final class PartnerWorker {
  let partner: Partner
  let context: Context
  let logger: Logger
  let stop: Stop
  private let bell: Bell
  /// The connection, kept while it is used every few seconds.
  private var session: (any RemoteFiles)?
  /// After failures that concern the partner as a whole.
  private var backoff: Backoff
  /// Parcels whose last attempt failed.
  var setbacks: Setbacks
  /// How many parcels failed one after another.
  var failuresInARow = 0
  /// The parcel that is being shipped.
  var current: OutboundParcel?
  /// Its payload is being sent, or was when its last attempt failed.
  var isSendingPayload = false
  /// The last parcel whose files were read in whole before it was sent again.
  var lastChecked: String?
  /// Whether a parcel may have been under way when the service ended last time.
  var isFirst = true
  var receipts = ReceiptSchedule()
  var lookBack = LookBackSchedule()
  /// Receipts that did not hold when they were last read.
  var doubts: Set<String> = []
  var waiting = WaitingTime()
  var proof = ProofSchedule()
  /// Holds back all that is sent there.
  let pace: Pace
  let turns: Turns
  let line = Line()
  /// The last lane that was open when it was last asked.
  var openLane: Lane?
  /// Since when nothing went well with the partner.
  private var failing: ContinuousClock.Instant?
  /// An alert about the partner's server may stand, from before a restart too.
  private var mayHaveAlert = true

  var name: String { partner.site.text }
  var journal: Journal { context.journal }

  init(_ partner: Partner, in context: Context, stop: Stop, bell: Bell) {
    self.partner = partner
    self.context = context
    self.stop = stop
    self.bell = bell
    var logger = context.logger
    logger[metadataKey: "partner"] = "\(partner.site)"
    self.logger = logger
    backoff = context.newBackoff
    setbacks = Setbacks(context.newBackoff)
    pace = Pace(bytesPerSecond: partner.rateLimit)
    turns = Turns(journal: context.journal, partner: partner, now: context.now)
  }

  /// One attempt for all that is sealed, and one look for receipts.
  ///
  /// - Throws: what kept the journal or the spool from being used.
  func runOnce() throws {
    defer { disconnect() }
    do {
      _ = try journal.takeTryNow(recipient: name)
      try withdraw()
      try attempt { try shipQueue(once: true) }
      try attempt { try takeReceipts() }
      try attempt { try lookForUnproven() }
    } catch {
      try partnerFailed(error)
    }
    try waiting.account(for: name, upTo: turns.openLane(), in: context)
  }

  /// Until the worker is asked to stop. Failures, of the journal too, are logged and tried again.
  func runUntilStopped() {
    defer { disconnect() }
    while !stop.isRequested {
      do {
        try step()
        try heedUrgent()
      } catch {
        backoff.fail()
        logger.error(
          "The journal or the spool cannot be used; it will be tried again.", metadata: ["error": "\(error)"])
      }
      bell.wait(pause, stop: stop)
    }
    do {
      try waiting.account(for: name, upTo: turns.openLane(), in: context)
    } catch {
      logger.error("The time that parcels waited is not accounted for.", metadata: ["error": "\(error)"])
    }
  }

  /// Counts, from time to time, how long parcels have waited.
  func accountWaiting() throws {
    try waiting.accountIfDue(for: name, upTo: turns.openLane(), besides: current?.id, in: context)
  }

  private func step() throws {
    try accountWaiting()
    if try journal.takeTryNow(recipient: name) {
      backoff.hurry()
      setbacks.hurry()
    }
    guard backoff.isOver else { return }
    do {
      try attempt { try withdraw() }
      try attempt { try shipQueue(once: false) }
      if receipts.isDue { try attempt { try takeReceipts() } }
      if proof.isDue { try attempt { try lookForUnproven() } }
      if !receipts.isOften { disconnect() }
    } catch {
      try partnerFailed(error)
    }
  }

  /// What is urgent waits for so long at most until it is tried again.
  private static let urgentPause = Duration.seconds(10)
  private static let portion = 64

  /// What is urgent is tried again soon, however often it failed.
  private func heedUrgent() throws {
    guard !backoff.isOver || !setbacks.ids.isEmpty else { return }
    let urgent = try journal.shippable(recipient: name, upTo: .urgent, excluding: [], limit: Self.portion)
    guard !urgent.isEmpty else { return }
    backoff.shorten(to: Self.urgentPause)
    for parcel in urgent { setbacks.shorten(parcel.id, to: Self.urgentPause) }
  }

  /// How long nothing is due. What a person orders, and what is sealed, rings the bell.
  private var pause: Duration {
    let work = backoff.isOver ? [receipts.next, proof.next, setbacks.next] : [backoff.next]
    let due = (work + [waiting.next]).compactMap(\.self).min() ?? .now
    return min(max(ContinuousClock.now.duration(to: due), .milliseconds(10)), .seconds(3600))
  }

  // MARK: The connection

  /// The mailbox, over the connection that there is or a new one.
  func mailbox() throws(SFTPError) -> RemoteMailbox {
    let files: any RemoteFiles
    if let session { files = session } else { files = try context.connect(partner, stop) }
    session = files
    return RemoteMailbox(files, directory: partner.card.sftp.directory)
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

  // MARK: How the partner does

  /// Something went well with the partner's server.
  func partnerWorks() throws {
    backoff.reset()
    failing = nil
    failuresInARow = 0
    guard mayHaveAlert else { return }
    for alert in ShipAlert.ofConnection { try journal.settle(alert: alert.key(name)) }
    mayHaveAlert = false
  }

  /// A link that carries something before it breaks is tried again soon, and goes on from there.
  func partnerGotOn() {
    backoff.reset()
    failing = nil
  }

  /// What is wrong with the partner as a whole is logged, told by the parcel that was to be shipped, and tried again
  /// later.
  ///
  /// - Throws: what concerns this site instead.
  private func partnerFailed(_ error: any Error) throws {
    defer { current = nil }
    disconnect()
    switch Failure(error) {
    case .stopped: return
    case .here: throw error
    case .partner, .parcel: break
    }
    backoff.fail()
    let since = failing ?? .now
    failing = since
    let reason = Quoted.text("\(error)")
    logger.warning(
      "Nothing can be shipped at present.", metadata: ["reason": "\(reason)", "failures": "\(backoff.failures)"])
    var waited = since.duration(to: .now)
    if let current {
      waited = max(waited, .seconds(current.waited))
      if Failure(error) == .partner { try noteFailure(of: current, reason) }
    }
    // What cannot be read here is told of its parcel.
    if let error = error as? ShipperError, error.code == .unreadable { return }
    let (alert, atOnce) = ShipAlert.failure(error, of: name)
    for other in ShipAlert.ofConnection where mayHaveAlert && other.key(name) != alert.key {
      try journal.settle(alert: other.key(name))
    }
    guard atOnce || waited >= context.configuration.ship.alertAfter else { return }
    try context.raise(alert)
    mayHaveAlert = true
  }

  /// Counts a failed attempt, and tells why where that is news.
  func noteFailure(of parcel: OutboundParcel, _ reason: String) throws {
    let event =
      reason == parcel.reason
      ? nil : Event("not-shipped", site: name, study: parcel.study, parcel: parcel.id, reason)
    try journal.note(outboundParcel: parcel.id, event: event) {
      guard $0.state == .sealed else { return }
      $0.attempts += 1
      $0.reason = reason
    }
  }
}
