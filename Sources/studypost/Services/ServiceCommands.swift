import ArgumentParser
import Collector
import Journal
import Logging
import Receiver
import Shipper
import Site
import Spool

/// What all services are started with.
struct ServiceOptions: ParsableArguments {
  @OptionGroup var site: SiteOptions
  @Flag(name: .long, help: "Do all that can be done now, and exit.") var once = false
  @OptionGroup var log: LogOptions
}

/// `collect`: from the sources to sealed parcels.
struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Watch the sources, gather studies, route them and seal them into parcels.")

  @OptionGroup var options: ServiceOptions

  func run() async throws { try await ServiceRun(options).run([.collect]) }
}

/// `ship`: from sealed parcels to the partners, and their receipts.
struct ShipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ship", abstract: "Upload parcels to the partners and fetch their receipts.")

  @OptionGroup var options: ServiceOptions

  func run() async throws { try await ServiceRun(options).run([.ship]) }
}

/// `receive`: from the mailbox to the PACS's import folder.
struct ReceiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receive", abstract: "Verify, open, reconcile and import what arrived, and write receipts.")

  @OptionGroup var options: ServiceOptions

  func run() async throws { try await ServiceRun(options).run([.receive]) }
}

/// `run`: all services in one process, for small sites.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run all three services in one process.")

  @OptionGroup var options: ServiceOptions

  func run() async throws {
    let run = try ServiceRun(options)
    // Once: receipts for what just arrived go out with the last one, those for what was just shipped are fetched.
    try await run.run(options.once ? [.collect, .ship, .receive, .ship] : [.collect, .ship, .receive])
  }
}

/// One start of services, each on a thread of its own; with `--once` one after the other on one thread.
struct ServiceRun {
  enum Kind: String {
    case collect, ship, receive
  }

  private let configuration: Configuration
  private let keys: Keys
  private let logger: Logger
  private let once: Bool

  init(_ options: ServiceOptions) throws {
    configuration = try options.site.configuration()
    keys = try Keys.load(configuration.keys)
    logger = options.log.logger("studypost")
    once = options.once
  }

  func run(_ kinds: [Kind]) async throws {
    let workers =
      once
      ? [Worker("studypost") { stop in for kind in kinds where !stop.isRequested { try work(kind, stop) } }]
      : kinds.map { kind in Worker(kind.rawValue) { stop in try work(kind, stop) } }
    try await Worker.run(workers, finishing: once, logger: .silent)
  }

  /// Does a service's work on this thread, until it is asked to stop.
  private func work(_ kind: Kind, _ stop: Stop) throws {
    let spool = Spool(configuration.spool)
    let journal = try LocalSite.openJournal(configuration)
    var logger = logger
    logger[metadataKey: "service"] = "\(kind.rawValue)"
    switch kind {
    case .collect:
      try Collector(
        configuration: configuration, keys: keys, spool: spool, journal: journal, logger: logger, stop: stop
      ).run(once: once)
    case .ship:
      try Shipper(
        configuration: configuration, keys: keys, spool: spool, journal: journal, logger: logger, stop: stop
      ).run(once: once)
    case .receive:
      try Receiver(
        configuration: configuration, keys: keys, spool: spool, journal: journal, logger: logger, stop: stop
      ).run(once: once)
    }
  }
}
