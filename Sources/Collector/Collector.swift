public import Journal
public import Logging
internal import Parcel
public import Site
public import Spool
internal import SystemPackage

/// The service that takes files from the sources, groups them by study, routes the studies and seals them into parcels.
///
/// A plain object for one thread; sealing, which takes long, has a thread of its own while the service runs.
public final class Collector {
  let configuration: Configuration
  let spool: Spool
  let journal: Journal
  let logger: Logger
  let stop: Stop
  let sealer: Sealer
  private let lock: Lock

  var partners: PartnerBook
  var watches: [SourceWatch]
  /// What happened last to each collecting study, by its id.
  var activity: [String: Activity] = [:]
  /// Sources and studies of which a trouble was told already.
  var told: Set<String> = []

  /// Prepares the service and takes its lock.
  ///
  /// - Throws: `SpoolError` `locked` where it runs already; `ConfigurationError`, `JournalError`.
  public init(
    configuration: Configuration, keys: Keys, spool: Spool, journal: Journal, logger: Logger, stop: Stop
  ) throws {
    self.configuration = configuration
    self.spool = spool
    self.journal = journal
    self.logger = logger
    self.stop = stop
    try spool.create()
    lock = try Lock("collect", in: spool)
    partners = try PartnerBook.load(configuration.partners, owner: configuration.site)
    watches = configuration.sources.map { SourceWatch($0, disk: spool.disk) }
    sealer = Sealer(
      configuration: configuration, keys: keys, spool: spool, journal: journal, logger: logger, stop: stop)
  }

  /// Works until the stop is requested; with `once`, until nothing is left that could be done now.
  ///
  /// - Throws: `JournalError` and what else makes going on senseless; a file that cannot be handled is no such thing.
  public func run(once: Bool) throws {
    try recover(once: once)
    if once {
      try runOnce()
    } else {
      let sealing = sealer.start()
      defer {
        stop.request()
        sealing.join()
      }
      try runAlways()
    }
  }

  /// A file whose writer cannot be asked for is taken when it has not changed between two looks.
  private func runOnce() throws {
    for round in 0..<3 where !stop.isRequested {
      if round > 0 {
        guard watches.contains(where: { $0.candidates.values.contains { $0.refusal == nil } }) else { break }
        stop.wait(SourceWatch.settle)
      }
      try look()
    }
    try sealer.sealAll()
  }

  private func runAlways() throws {
    let watcher = Watcher(disk: spool.disk)
    while !stop.isRequested {
      let began = ContinuousClock.now
      reloadPartners()
      let notified = watcher.watch(configuration.sources.map(\.path), depth: 8)
      do {
        try look()
        told.remove("look")
      } catch {
        // A full disk, for example: what was begun is finished as after a kill, once it can be.
        tell("look", "the work stops here and is tried again: \(error)")
        stop.wait(.seconds(5))
        do { try recover(once: false) } catch { tell("recovery", "what was begun cannot be finished yet: \(error)") }
        continue
      }
      // A look at a folder with very many files takes long: rest as long as it took, at least.
      let took = ContinuousClock.now - began
      stop.wait(min(max(.milliseconds(20), took), .seconds(10)))
      _ = watcher.wait(pause(notified: notified), stop: stop)
    }
  }

  /// How long to wait for a notification before the next look.
  private func pause(notified: Bool) -> Duration {
    let isPending = !activity.isEmpty || watches.contains(where: \.isPending)
    let longest: Duration = notified ? .seconds(10) : .seconds(2)
    guard isPending else { return min(longest, .seconds(1)) }
    let quiet = configuration.sources.map(\.quiet).min() ?? .seconds(1)
    return min(longest, max(.milliseconds(100), min(quiet / 4, .seconds(1))))
  }

  private func reloadPartners() {
    do {
      partners = try PartnerBook.load(configuration.partners, owner: configuration.site)
      told.remove("partners")
    } catch {
      tell("partners", "the partners cannot be read, the last ones stay in force: \(error)")
    }
  }

  /// One look at everything: sources, decisions of people, completeness.
  private func look() throws {
    try carryOutDecisions()
    guard try hasSpace() else { return }
    for index in watches.indices where !stop.isRequested { try take(from: index) }
    try closeStudies()
  }

  private func hasSpace() throws -> Bool {
    let space = try spool.disk.space(at: spool.root)
    guard configuration.limits.minFree.allows(space.available, of: space.total) else {
      tell("space", "the disk has only \(space.available) bytes free: nothing is taken in until there is more")
      return false
    }
    told.remove("space")
    return true
  }

  /// When a study last got an instance, and for how long it must then be quiet: the longest time of its sources.
  struct Activity {
    var last: ContinuousClock.Instant
    var quiet: Duration
  }

  /// Logs a lasting trouble once.
  func tell(_ key: String, _ message: String) {
    if told.insert(key).inserted { logger.warning("\(message)") }
  }
}
