internal import Custody
internal import Executor
public import Journal
public import Logging
public import Sealing
public import Site
public import Spool
internal import SystemPackage

/// The service that takes files from the sources, groups them by study, routes the studies and seals them into parcels.
///
/// A plain object for one thread, which takes, closes and performs what is owed; sealing, which takes long, has threads of
/// its own (``Sealer``). They never judge each other's work: what a kill left is looked for before the others start.
public final class Collector {
  let configuration: Configuration
  let spool: Spool
  let journal: Journal
  let logger: Logger
  let stop: Stop
  let sealer: Sealer
  let executor: Executor
  let heartbeat: Heartbeat
  let alerts: AlertBoard
  private let lock: Lock

  var partners: PartnerWatch
  var watches: [SourceWatch]
  /// What happened last to each collecting study, by its id.
  var activity: [String: Activity] = [:]
  /// What is not DICOM and was found in this look.
  var strays: [Stray] = []
  /// Claims may be intended that nobody confirmed: a look ended in the middle.
  var hasOpenClaims = false
  /// It works until nothing is left that could be done now.
  private(set) var isOnce = false
  /// There is too little room to take anything in.
  private var isShort = false
  /// When the next study may be complete.
  var nextClose: ContinuousClock.Instant?
  private var nextUpkeep = ContinuousClock.now
  /// When emptied folders are looked at.
  var nextTidy: ContinuousClock.Instant?
  private var nextSweep = ContinuousClock.now + Collector.sweep
  private var nextPoll = ContinuousClock.now
  /// The wall clock and the steady one at the start: where they part, the wall clock was set.
  let clocks = Clocks()

  /// So many names are listed, and so many files judged, before the service does something else.
  private static let portion = 4096
  static let fewFiles = 1024
  /// All is looked at so often, whatever was told.
  private static let sweep = Duration.seconds(600)
  /// A service that is not woken looks up so often.
  private static let longest = Duration.seconds(10)

  /// Prepares the service and takes its lock.
  ///
  /// - Parameter signer: the key that signs, and those that did before; nil: that one alone.
  /// - Throws: `SpoolError` `locked` where it runs already; `ConfigurationError`, `JournalError`.
  public init(
    configuration: Configuration, signing: SigningKey, signer: (any SSHSigner)? = nil, spool: Spool, journal: Journal,
    logger: Logger, stop: Stop
  ) throws {
    self.configuration = configuration
    self.spool = spool
    self.journal = journal
    self.logger = logger
    self.stop = stop
    try FolderGuard(journal: journal, spool: spool).checkSpool(for: .collect)
    try spool.create()
    lock = try Lock("collect", in: spool)
    partners = try PartnerWatch(configuration, for: .collect, journal: journal, disk: spool.disk)
    watches = configuration.sources.map { SourceWatch($0, disk: spool.disk) }
    alerts = AlertBoard(journal)
    heartbeat = Heartbeat(of: .collect, in: spool)
    executor = Executor(
      of: .collect, configuration: configuration, partners: partners.book, spool: spool, journal: journal,
      logger: logger, stop: stop)
    sealer = Sealer(
      configuration: configuration, signing: signing, signer: signer ?? signing.publicKey, partners: partners.book,
      spool: spool, journal: journal, alerts: alerts, heartbeat: heartbeat, logger: logger, stop: stop)
    knowPartners()
    executor.helpers.reseal = { [sealer] parcel, new in try sealer.reseal(parcel, as: new) }
  }

  /// Works until the stop is requested; with `once`, until nothing is left that could be done now.
  ///
  /// - Throws: with `once`, `JournalError` and what else makes going on senseless; else it is told and tried again. A file
  ///   or study that cannot be handled is not such a thing.
  public func run(once: Bool) throws {
    heartbeat.beat("starting")
    defer { heartbeat.end() }
    isOnce = once
    if once {
      try recover(once: true)
      return try runOnce()
    }
    while !stop.isRequested {
      if attempt({ try recover(once: false) }) { break }
    }
    let sealing = try sealer.start()
    defer {
      stop.request()
      for worker in sealing { worker.join() }
      executor.performLast()
      for index in watches.indices { tellOfStrays(index, all: true) }
    }
    let feed = ChangeFeed()
    feed.wake(for: configuration.journal.removingLastComponent())
    while !stop.isRequested {
      var hasMore = false
      guard attempt({ hasMore = try look(feed) }), !hasMore else { continue }
      heartbeat.beat("waiting")
      // What comes in a burst is looked at together.
      stop.wait(.milliseconds(20))
      feed.wait(pause, bell: sealer.progress, stop: stop)
    }
  }

  /// A file whose writer cannot be asked for is taken when it has not changed for its time.
  private func runOnce() throws {
    for round in 0..<3 where !stop.isRequested {
      if round > 0 {
        let settling = watches.filter(\.isSettling).map(\.source.settle).max()
        guard let settling else { break }
        stop.wait(settling)
      }
      while try look(nil), !stop.isRequested {}
    }
    try sealer.sealEverything()
    try executor.perform(atOnce: true)
    while try executor.perform(), !stop.isRequested {}
    for index in watches.indices { tellOfStrays(index, all: true) }
  }

  private static let stuckAlert = "collect"

  /// Does something that concerns all; where it fails, tells so and waits a little.
  ///
  /// - Returns: whether it was done.
  private func attempt(_ body: () throws -> Void) -> Bool {
    do {
      try body()
      try alerts.settle(Self.stuckAlert)
      return true
    } catch {
      // A full disk, for example. Everything stays as it is until it can be gone on with.
      let text = Quoted.text("\(error)", limit: 1000)
      logger.error("the work stops here and is tried again: \(text)")
      hasOpenClaims = true
      try? alerts.raise(
        Self.stuckAlert, "service", .critical, "collect does not get on: \(text)",
        remedy: "Put right what the message names; it goes on by itself.")
      stop.wait(.seconds(5))
      return false
    }
  }

  /// How long nothing is due: changes of the sources and of the journal, and sealed parcels, wake it.
  private var pause: Duration {
    let polling = watches.contains(where: \.mustPoll) ? nextPoll : nil
    let files = isShort ? [] : watches.filter { $0.trouble == nil }.map(\.nextDue)
    let times = [executor.nextAttempt, nextClose, nextUpkeep, nextTidy, polling] + files
    let due = times.compactMap(\.self).min().map { ContinuousClock.now.duration(to: $0) }
    return min(max(due ?? Self.longest, .milliseconds(20)), Self.longest)
  }

  /// One look at everything: what is owed, sources, completeness.
  ///
  /// - Returns: whether another look may find more at once.
  func look(_ feed: ChangeFeed?) throws -> Bool {
    if try partners.reload() {
      sealer.know(partners.book)
      knowPartners()
    }
    executor.partners = partners.book
    // Before anything is read that a change concerns: what changes later is told the next time.
    let now = ContinuousClock.now
    if let changes = feed?.take() {
      for index in watches.indices { watches[index].apply(changes, now: now) }
    }
    if hasOpenClaims {
      try recoverClaims()
      hasOpenClaims = false
    }
    var hasMore = try executor.perform()
    if hasMore { heartbeat.beat("working") }
    try follow(sealer.takeReopened())
    sealer.wake()
    try poll(now)
    isShort = try !hasSpace()
    if !isShort {
      for index in watches.indices where !stop.isRequested {
        guard try isInOrder(index, hasWork: watches[index].hasWork(now: .now)) else { continue }
        watches[index].walk(limit: Self.portion, feed: feed, now: .now)
        try tellOfTrouble(index)
        if try take(from: index) { hasMore = true }
        try settleHeld(index)
        if !watches[index].isSeen { hasMore = true }
      }
    }
    try closeStudies()
    tidy()
    if nextUpkeep <= .now {
      nextUpkeep = .now + .seconds(60)
      try upkeep()
    }
    return try executor.perform() || hasMore
  }

  private func poll(_ now: ContinuousClock.Instant) throws {
    let isSweep = nextSweep <= now
    guard isSweep || (nextPoll <= now && watches.contains(where: \.mustPoll)) else { return }
    for index in watches.indices { watches[index].poll(all: isSweep, now: now) }
    // A source with very many folders is not looked at all the time.
    let took = now.duration(to: .now)
    nextPoll = .now + max(.seconds(2), took * (isSweep ? 1 : 100))
    if isSweep { nextSweep = .now + max(Self.sweep, took * 2000) }
  }

  /// Below `limits.min_free` nothing more is taken in.
  private func hasSpace() throws -> Bool {
    let space = try spool.disk.space(at: spool.root)
    let key = "space collect"
    if let shortage = configuration.limits.minFree.shortage(available: space.available, total: space.total) {
      try alerts.raise(
        key, "disk", .critical, "\(shortage) in \(spool.root): nothing is taken in.",
        remedy: "Make room, or lower limits.min_free; it goes on by itself.")
      return false
    }
    try alerts.settle(key)
    return true
  }

  /// When a study last got an instance, and for how long it must then be quiet: the longest time of its sources.
  struct Activity {
    var last: ContinuousClock.Instant
    var quiet: Duration
    /// Of an urgent study: when its next portion leaves.
    var portion: PortionPace?
    var due: ContinuousClock.Instant { last + quiet }
    var portionDue: ContinuousClock.Instant? { portion?.due(last: last) }
  }
}
