public import Logging
public import Journal
public import Site
public import Spool
import SystemPackage

/// The service `studypost ship`: uploads sealed parcels over SFTP and applies the receipts that come back.
///
/// Each partner has a thread of its own, so that a slow or dead one never holds up another. The shipper itself keeps to
/// the thread on which it is made and run.
public final class Shipper {
  private let context: Context
  private let stop: Stop
  private var partners: PartnerFolder
  private var threads: [SiteName: PartnerThread] = [:]
  private var upkeep: Upkeep

  /// How often the folder of partners is looked at.
  private static let look = Duration.seconds(2)
  /// How long threads may take to end: they look at their signal at least every 200 ms, but a look-up of a host's name
  /// cannot be broken off.
  private static let farewell = Duration.seconds(30)

  /// Reads the partners; nothing is connected yet.
  ///
  /// - Throws: `ConfigurationError` where a partner's file is wrong.
  public init(
    configuration: Configuration, keys: Keys, spool: Spool, journal: Journal, logger: Logger, stop: Stop
  ) throws {
    context = Context(
      configuration: configuration, privateKey: keys.transport.openSSHPrivateKey(comment: ""),
      publicKeyLine: keys.transport.publicKey.line, spool: spool, journal: journal, logger: logger)
    self.stop = stop
    partners = try PartnerFolder(configuration, disk: spool.disk)
    upkeep = Upkeep(context)
  }

  /// Ships until it is asked to stop, or once.
  ///
  /// - Parameter once: for each partner one attempt to upload all that is sealed, and one look for receipts.
  /// - Throws: `SpoolError` `locked` where another shipper works for this spool. With `once`: what kept the journal or
  ///   the spool from being used. A partner that cannot be reached is logged, and is no error.
  public func run(once: Bool) throws {
    let lock = try Lock("ship", in: context.spool)
    defer { withExtendedLifetime(lock) {} }
    if once { try runOnce() } else { runUntilStopped() }
  }

  private func runOnce() throws {
    let threads = partners.book.partners.map { PartnerThread($0, in: context, once: true) }
    wait(for: threads, atMost: nil)
    for thread in threads { if let failure = thread.failure { throw failure } }
    try upkeep.run(partners: partners.names)
  }

  private func runUntilStopped() {
    while !stop.isRequested {
      partners.reload(logger: context.logger)
      startAndEndThreads()
      do {
        try upkeep.runIfDue(partners: partners.names)
      } catch {
        context.logger.error("The queue could not be tidied; it will be tried again.", metadata: ["error": "\(error)"])
      }
      stop.wait(Self.look)
    }
    wait(for: Array(threads.values), atMost: Self.farewell)
  }

  /// One thread for each partner as its file says at present. A partner whose file changed gets a new thread once the
  /// old one has ended.
  private func startAndEndThreads() {
    for (name, thread) in threads {
      if thread.hasEnded {
        threads[name] = nil
      } else if partners.book[name] != thread.partner {
        thread.stop.request()
      }
    }
    for partner in partners.book.partners where threads[partner.site] == nil {
      threads[partner.site] = PartnerThread(partner, in: context, once: false)
    }
  }

  private func wait(for threads: [PartnerThread], atMost limit: Duration?) {
    let start = ContinuousClock.now
    while let thread = threads.first(where: { !$0.hasEnded }) {
      if stop.isRequested {
        threads.forEach { $0.stop.request() }
        if start.duration(to: .now) > limit ?? Self.farewell { return }
      }
      thread.ended.wait(.milliseconds(100))
    }
  }
}
