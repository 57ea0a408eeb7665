internal import Custody
internal import Executor
internal import FoundationEssentials
public import Journal
public import Logging
internal import SFTP
public import Sealing
public import Site
public import Spool
internal import SystemPackage

/// The service `studypost ship`: uploads sealed parcels over SFTP and applies the receipts that come back.
///
/// Each partner has a thread of its own, so that a slow or dead one never holds up another. The shipper itself keeps to
/// the thread on which it is made and run: it watches the spool and the journal, wakes the partners' threads, and performs
/// what is owed.
public final class Shipper {
  private let context: Context
  private let stop: Stop
  private let executor: Executor
  private var partners: PartnerWatch
  private var threads: [SiteName: PartnerThread] = [:]
  private var upkeep: Upkeep
  private var nextReload = ContinuousClock.now

  /// How often it looks, whatever is reported.
  private static let look = Duration.seconds(5)
  /// After a report the journal tells of the new parcel a moment later: so often it looks again, after ever longer pauses.
  private static let looksAfterReport = 6
  private static let firstPause = Duration.milliseconds(50)
  /// How often the folder of partners is looked at, at most.
  private static let betweenReloads = Duration.seconds(2)
  /// How long threads may take to end: they look at their signal at least every 200 ms, but a look-up of a host's name
  /// cannot be broken off.
  private static let farewell = Duration.seconds(30)

  /// Reads the partners; nothing is connected yet.
  ///
  /// - Throws: `ConfigurationError` where the folder of partners cannot be read. A partner's file that is wrong concerns
  ///   that partner alone, and raises an alert.
  public convenience init(
    configuration: Configuration, transport: SigningKey, signer: any SSHSigner, spool: Spool, journal: Journal,
    logger: Logger, stop: Stop
  ) throws {
    let connecting = Connecting(configuration.site, transport)
    try self.init(
      configuration: configuration, signer: signer, spool: spool, journal: journal, logger: logger, stop: stop,
      connect: { (partner, stop) throws(SFTPError) in try connecting(partner, stop) })
  }

  /// - Parameters:
  ///   - connect: opens a session with a partner's server.
  ///   - now: the time, in seconds since 1970.
  init(
    configuration: Configuration, signer: any SSHSigner, spool: Spool, journal: Journal, logger: Logger, stop: Stop,
    connect: @escaping @Sendable (Partner, Stop) throws(SFTPError) -> any RemoteFiles,
    now: @escaping @Sendable () -> Int64 = { Int64(Date.now.timeIntervalSince1970) }
  ) throws {
    let withdrawals = Withdrawals()
    context = Context(
      configuration: configuration, signer: signer, spool: spool, journal: journal, logger: logger,
      heartbeat: Heartbeat(of: .ship, in: spool), withdrawals: withdrawals, connect: connect,
      now: now)
    self.stop = stop
    partners = try PartnerWatch(configuration, for: .ship, journal: journal, disk: spool.disk)
    executor = Executor(
      of: .ship, configuration: configuration, partners: partners.book, spool: spool, journal: journal,
      logger: logger, stop: stop)
    executor.helpers = Executor.Helpers(withdraw: { withdrawals.want($0, from: $1) })
    upkeep = Upkeep(context)
  }

  private var names: Set<String> { Set(partners.book.partners.map(\.site.text)) }

  /// Ships until it is asked to stop, or once.
  ///
  /// - Parameter once: for each partner one attempt to upload all that is sealed, and one look for receipts.
  /// - Throws: `SpoolError` `locked` where another shipper works for this spool. With `once`: what kept the journal or
  ///   the spool from being used. A partner that cannot be reached is logged, and is no error.
  public func run(once: Bool) throws {
    try FolderGuard(journal: context.journal, spool: context.spool).checkSpool(for: .ship)
    let lock = try Lock("ship", in: context.spool)
    defer { withExtendedLifetime(lock) {} }
    context.heartbeat.beat("shipping")
    defer { context.heartbeat.end() }
    if once { try runOnce() } else { runUntilStopped() }
  }

  private func runOnce() throws {
    try context.checkOutbound()
    try executor.perform(atOnce: true)
    let threads = try partners.book.partners.map { try PartnerThread($0, in: context, once: true) }
    wait(for: threads, atMost: nil)
    for thread in threads { if let failure = thread.failure { throw failure } }
    try upkeep.run(partners: names)
    try executor.perform(atOnce: true)
  }

  private func runUntilStopped() {
    let watcher = Watcher(disk: context.spool.disk)
    let folders = [context.spool[.outbound], context.configuration.journal.removingLastComponent()]
    var looks = 0
    while !stop.isRequested {
      context.heartbeat.beat("shipping")
      do {
        try step()
      } catch {
        context.logger.error(
          "The service cannot go on; it will be tried again.", metadata: ["error": "\(error)"])
      }
      watcher.watch(folders, depth: 0)
      let pause = looks > 0 ? Self.firstPause * (1 << (Self.looksAfterReport - looks)) : Self.look
      if watcher.wait(pause, stop: stop) {
        looks = Self.looksAfterReport
        // Many reports come together.
        stop.wait(.milliseconds(20))
      } else if looks > 0 {
        looks -= 1
      }
    }
    wait(for: Array(threads.values), atMost: Self.farewell)
  }

  private func step() throws {
    if nextReload <= .now {
      nextReload = .now.advanced(by: Self.betweenReloads)
      if try partners.reload() {
        executor.partners = partners.book
        context.logger.info("Partners: \(names.sorted().joined(separator: ", "))")
      }
    }
    try startAndEndThreads()
    try executor.perform(atOnce: context.withdrawals.takeNews())
    for (name, thread) in threads {
      if try context.journal.hasSealed(recipient: name.text)
        || !context.withdrawals.wanted(from: name.text).isEmpty
      {
        thread.bell.ring()
      }
    }
    try upkeep.runIfDue(partners: names)
  }

  /// One thread for each partner as its file says at present. A partner whose file changed gets a new thread once the
  /// old one has ended.
  private func startAndEndThreads() throws {
    for (name, thread) in threads {
      if thread.hasEnded {
        threads[name] = nil
      } else if partners.book[name] != thread.partner {
        thread.stop.request()
        context.withdrawals.forget(name.text)
      }
    }
    for partner in partners.book.partners where threads[partner.site] == nil {
      threads[partner.site] = try PartnerThread(partner, in: context, once: false)
    }
  }

  private func wait(for threads: [PartnerThread], atMost limit: Duration?) {
    let start = ContinuousClock.now
    while let thread = threads.first(where: { !$0.hasEnded }) {
      if stop.isRequested {
        threads.forEach { $0.stop.request() }
        if start.duration(to: .now) > limit ?? Self.farewell { return }
      }
      context.heartbeat.beat("shipping")
      thread.ended.wait(.milliseconds(100))
    }
  }
}
