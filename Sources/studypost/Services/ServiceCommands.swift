import ArgumentParser
import Audit
import Collector
import CPOSIX
import Custody
import Journal
import Logging
import Patients
import Receiver
import Reconciliation
import Shipper
import Site
import Spool
import UnixSignals

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
    commandName: "run", abstract: "Run all three services in one process.",
    discussion:
      "SIGTERM and SIGINT end it in good order. SIGHUP has it read the configuration again; one that is not in order is "
      + "refused, and the old one stays. The partners' files are read again by themselves.")

  @OptionGroup var options: ServiceOptions

  func run() async throws {
    let run = try ServiceRun(options)
    // Once: receipts for what just arrived go out with the last one, those for what was just shipped are fetched.
    try await run.run(options.once ? [.collect, .ship, .receive, .ship] : [.collect, .ship, .receive])
  }
}

/// One start of services, each on a thread of its own; with `--once` one after the other on one thread.
struct ServiceRun {
  private let site: SiteOptions
  private let configuration: Configuration
  private let keys: KeyFolder
  private let logger: Logger
  private let once: Bool

  init(_ options: ServiceOptions) throws {
    site = options.site
    configuration = try options.site.configuration()
    keys = KeyFolder(configuration.keys)
    logger = options.log.logger("studypost")
    once = options.once
  }

  func run(_ kinds: [Service]) async throws {
    // Each parcel has threads of its own for a while.
    cposix_share_memory(2)
    // A key that is missing is told before anything begins.
    for kind in kinds { try requireKeys(of: kind) }
    if once {
      let worker = Worker("studypost") { stop in
        for kind in kinds where !stop.isRequested { try work(kind, configuration, stop) }
      }
      return try await Worker.run([worker], finishing: true, logger: .silent)
    }
    let metadata: Logger.Metadata = [
      "version": "\(Studypost.configuration.version)", "site": "\(configuration.site)",
      "configuration": "\(configuration.file)", "services": "\(kinds.map(\.rawValue).joined(separator: ","))",
    ]
    logger.notice("starting", metadata: metadata)
    let rounds = kinds.map { (kind: $0, rounds: Rounds(configuration)) }
    let reload = Reload(site, for: kinds[0], of: configuration, rounds: rounds.map(\.rounds), logger: logger)
    reload.settle()
    let hangUps = Task { for await _ in await UnixSignalsSequence(trapping: .sighup) { reload.run() } }
    defer { hangUps.cancel() }
    let workers = rounds.map { kind, rounds in
      Worker(kind.rawValue, end: rounds.end) {
        try rounds.run { configuration, stop in try work(kind, configuration, stop) }
      }
    }
    try await Worker.run(workers, finishing: false, logger: .silent)
    logger.notice("stopped", metadata: metadata)
  }

  private func requireKeys(of kind: Service) throws {
    switch kind {
    case .collect: _ = try (keys.signing(), keys.signers())
    case .ship: _ = try (keys.transport(), keys.signers())
    case .receive: _ = try (keys.signing(), keys.signers(), keys.ages())
    }
  }

  /// Does a service's work on this thread, until it is asked to stop.
  private func work(_ kind: Service, _ configuration: Configuration, _ stop: Stop) throws {
    var logger = logger
    logger[metadataKey: "service"] = "\(kind.rawValue)"
    do {
      try work(kind, configuration, stop, logger)
    } catch is CancellationError where stop.isRequested {
      return
    } catch {
      logger.critical("\(kind.rawValue) ended by an error: \(Quoted.text("\(error)", limit: 2000))")
      throw error
    }
  }

  private func work(_ kind: Service, _ configuration: Configuration, _ stop: Stop, _ logger: Logger) throws {
    let spool = Spool(configuration.spool, run: configuration.run)
    let journal = try Journal(at: configuration.journal)
    let damage = try journal.structuralDamage()
    guard damage.isEmpty else {
      throw JournalError(
        .unusable,
        "\(configuration.journal): the journal is damaged: \(damage[0]). Nothing is done with it. Keep it aside and restore "
          + "it from a backup, or rebuild it from the spool: studypost journal rebuild")
    }
    switch kind {
    case .collect:
      try Collector(
        configuration: configuration, signing: keys.signing(), signer: keys.signers(), spool: spool, journal: journal,
        logger: logger,
        stop: stop
      ).run(once: once)
    case .ship:
      let trail = configuration.audit.syslog.map {
        AuditTrail(of: configuration, to: $0, journal: journal, disk: spool.disk, logger: logger)
      }
      if !once { try trail?.start() }
      // What cannot be told now is told later; the alert says so.
      defer { if once { try? trail?.catchUp() } else { trail?.end() } }
      try Shipper(
        configuration: configuration, transport: keys.transport(), signer: keys.signers(), spool: spool,
        journal: journal, logger: logger, stop: stop
      ).run(once: once)
    case .receive:
      try Receiver(
        configuration: configuration, signing: keys.signing(), signer: keys.signers(), age: keys.ages(), spool: spool,
        journal: journal, patients: PatientIndex.open(configuration, journal: journal),
        renderer: Renderer(program: ownProgram()), logger: logger, stop: stop
      ).run(once: once)
    }
  }
}
