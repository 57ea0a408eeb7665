public import Journal
public import Logging
internal import NationalID
public import Site
public import Spool
internal import SystemPackage

/// The service that verifies what partners deliver, opens it, reconciles the patient, and hands studies to the PACS.
///
/// A plain object for one thread. Everything that it reads comes from another site: nothing is decrypted, decompressed or
/// parsed before signature and digest hold, and what fails anywhere goes to quarantine with its reason.
public final class Receiver {
  let configuration: Configuration
  let keys: Keys
  let spool: Spool
  let journal: Journal
  let logger: Logger
  let stop: Stop
  let scheme: NationalIDScheme
  private let lock: Lock

  var partners: PartnerBook
  /// Parcels that failed for a reason of this site (no space, for example), and when they may be tried again.
  var resting: [String: ContinuousClock.Instant] = [:]
  private var told: Set<String> = []
  /// Patient lists in `patients/`, as they were last seen: a list that still grows is left alone.
  var patientLists: [FilePath: FileStatus] = [:]

  /// Prepares the service and takes its lock.
  ///
  /// - Throws: `SpoolError` `locked` where it runs already; `ConfigurationError`, `JournalError`.
  public init(
    configuration: Configuration, keys: Keys, spool: Spool, journal: Journal, logger: Logger, stop: Stop
  ) throws {
    self.configuration = configuration
    self.keys = keys
    self.spool = spool
    self.journal = journal
    self.logger = logger
    self.stop = stop
    guard let scheme = NationalIDScheme.named(configuration.reconcile.nationalID) else {
      throw ConfigurationError(
        [
          .init(
            file: configuration.file, key: "reconcile.national_id", what: "it names no known scheme",
            remedy: "Choose from \(NationalIDScheme.all.map(\.code).joined(separator: ", ")).")
        ])
    }
    self.scheme = scheme
    try spool.create()
    try spool.disk.makeDirectory(configuration.importing.path)
    lock = try Lock("receive", in: spool)
    partners = try PartnerBook.load(configuration.partners, owner: configuration.site)
  }

  /// Works until the stop is requested; with `once`, until nothing is left that could be done now.
  ///
  /// - Throws: `JournalError` and what else makes going on senseless; a parcel that cannot be handled is no such thing.
  public func run(once: Bool) throws {
    try recoverQuarantine()
    if once { return try look() }
    let watcher = Watcher(disk: spool.disk)
    while !stop.isRequested {
      reloadPartners()
      let mailboxes = partners.partners.map { spool.mailbox($0.site.text).new }
      watcher.watch(mailboxes + [spool[.patients], spool[.holdInbound]], depth: 0)
      do {
        try look()
        told.remove("look")
      } catch {
        // A full disk, for example: everything stays as it is until it can be gone on with.
        tell("look", "the work stops here and is tried again: \(error)")
        stop.wait(.seconds(5))
      }
      // Orders of people come through the journal, which has no notification.
      _ = watcher.wait(.seconds(1), stop: stop)
    }
  }

  private func reloadPartners() {
    do {
      partners = try PartnerBook.load(configuration.partners, owner: configuration.site)
      told.remove("partners")
    } catch {
      tell("partners", "the partners cannot be read, the last ones stay in force: \(error)")
    }
  }

  /// One look at everything: patient lists, orders of people, mailboxes, pick-ups.
  private func look() throws {
    try attempt("patients") { try takePatientLists() }
    try resume()
    try carryOutOrders()
    for partner in partners.partners where !stop.isRequested { try takeParcels(of: partner) }
    try finishImports()
  }

  /// Runs work on one parcel: what fails for a reason of this site leaves the parcel where it is, for another try.
  func attempt(_ parcel: String, _ work: () throws -> Void) throws {
    if let until = resting[parcel], until > .now { return }
    do {
      try work()
      resting[parcel] = nil
      told.remove(parcel)
    } catch is CancellationError {
      return
    } catch let error as JournalError {
      throw error
    } catch {
      resting[parcel] = .now + .seconds(30)
      tell(parcel, "parcel \(parcel) cannot be handled; it is tried again: \(error)")
    }
  }

  /// Logs a lasting trouble once.
  func tell(_ key: String, _ message: String) {
    if told.insert(key).inserted { logger.warning("\(message)") }
  }
}
