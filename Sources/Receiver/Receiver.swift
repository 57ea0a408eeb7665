internal import Custody
internal import Executor
public import Journal
public import Logging
internal import NationalID
public import Patients
internal import Reconciliation
public import Sealing
public import Site
public import Spool
internal import SystemPackage

/// The service that verifies what partners deliver, opens it, reconciles the patient, and hands studies to the PACS.
///
/// A plain object for one thread, which looks at the mailboxes and performs what is owed; parcels are verified and opened
/// on a few threads of their own (``Lanes``). Everything that it reads comes from another site: nothing is decrypted,
/// decompressed or parsed before signature and digest hold, and what fails anywhere goes to quarantine with its reason.
public final class Receiver {
  let configuration: Configuration
  let spool: Spool
  let journal: Journal
  let patients: PatientIndex
  let logger: Logger
  let stop: Stop
  let schemes: [NationalIDScheme]
  let executor: Executor
  private let renderer: Renderer?
  private let freshReads = FreshReads<String, Void>()
  let heartbeat: Heartbeat
  let signing: SigningKey
  let age: any AgeOpener
  let signer: any SSHSigner
  private let lock: Lock
  private let lanes: Lanes
  /// The thread on which patient lists are loaded: no parcel waits for it.
  let listLane: Lanes

  var partners: PartnerWatch
  /// Patient lists in `patients/`, as they were last seen: a list that still grows is left alone.
  var patientLists: [FilePath: FileStatus] = [:]
  /// A patient list that was read and could not be put away.
  let readLists = ReadLists()
  /// The EHR's answers that are still being written, as they were last seen.
  var growingAnswers: [FilePath: FileStatus] = [:]
  /// Answers that could not be read or put away: they are left alone until they change.
  var stuckAnswers: [FilePath: FileStatus] = [:]
  /// Folders of receipts that are being tidied, portion by portion.
  var receiptFolders: [String: DirectoryHandle] = [:]
  /// Parcels whose receipts are looked for, portion by portion.
  var kept = KeptRound()
  /// Alerts of what lies in the spool and cannot be explained.
  var unknown: Set<String> = []
  /// Studies that wait are decided again, portion by portion.
  var again = AgainRound()
  private var nextUpkeep = ContinuousClock.now
  /// Whether changes of the folders wake the service.
  private var isToldOfChanges = true

  /// So many parcels are taken from the mailboxes and not yet verified, at most: the rest lies where it is.
  static let mostArrivals = 64

  /// Prepares the service and takes its lock.
  ///
  /// - Parameters:
  ///   - signer: the key that signs, and those that did before; nil: that one alone.
  ///   - renderer: makes pictures of studies that wait for a person; nil: none are made.
  /// - Throws: `SpoolError` `locked` where it runs already; `ConfigurationError`, `JournalError`.
  public init(
    configuration: Configuration, signing: SigningKey, signer: (any SSHSigner)? = nil, age: some AgeOpener,
    spool: Spool, journal: Journal, patients: PatientIndex, renderer: Renderer? = nil, logger: Logger, stop: Stop
  ) throws {
    self.configuration = configuration
    self.signing = signing
    self.age = age
    self.signer = signer ?? signing.publicKey
    self.spool = spool
    self.journal = journal
    self.patients = patients
    self.renderer = renderer
    self.logger = logger
    self.stop = stop
    schemes = configuration.reconcile.schemes
    try FolderGuard(journal: journal, spool: spool).checkSpool(for: .receive)
    try spool.create()
    try spool.disk.makeDirectory(configuration.importing.path)
    lock = try Lock("receive", in: spool)
    partners = try PartnerWatch(configuration, for: .receive, journal: journal, disk: spool.disk)
    executor = Executor(
      of: .receive, configuration: configuration, signing: signing, partners: partners.book, spool: spool,
      journal: journal,
      logger: logger, stop: stop)
    heartbeat = Heartbeat(of: .receive, in: spool)
    lanes = Lanes(stop: stop)
    listLane = Lanes(stop: stop, count: 1, progress: lanes.progress)
  }

  /// Works until the stop is requested; with `once`, until nothing is left that could be done now.
  ///
  /// - Throws: `JournalError` and what else makes going on senseless; a parcel that cannot be handled is not such a thing.
  public func run(once: Bool) throws {
    heartbeat.beat("starting")
    defer { heartbeat.end() }
    try recover()
    if once {
      while try look(once: true), !stop.isRequested {}
      return
    }
    try lanes.start()
    try listLane.start()
    defer {
      stop.request()
      lanes.join()
      listLane.join()
      executor.performLast()
    }
    let watcher = Watcher()
    while !stop.isRequested {
      let mailboxes = partners.book.partners.map { spool.mailbox($0.site.text).new }
      let isTold = watcher.watch(
        mailboxes + [spool[.patients], spool[.recordAcks], configuration.journal.removingLastComponent()],
        depth: 0)
      if isTold != isToldOfChanges {
        isToldOfChanges = isTold
        logger.notice(
          isTold
            ? "changes of the mailboxes are told again"
            : "nobody tells of changes of the mailboxes: they are looked at every second (fs.inotify.max_user_watches)")
      }
      do {
        while try look(once: false), !stop.isRequested {}
        try journal.settle(alert: Self.stuckAlert)
        heartbeat.beat("waiting")
      } catch {
        tell(stuck: error)
        stop.wait(.seconds(5))
      }
      _ = watcher.wait(pause, bell: lanes.progress, stop: stop)
    }
  }

  private static let stuckAlert = "receive"

  /// The journal, for example, cannot be written: everything stays as it is until it can be gone on with.
  private func tell(stuck error: any Error) {
    logger.error("the work stops here and is tried again: \(Quoted.text("\(error)", limit: 1000))")
    try? journal.raise(
      Alert(
        key: Self.stuckAlert, code: "service", severity: .critical,
        message: "receive does not get on: \(Quoted.text("\(error)", limit: 1000))",
        remedy: "Put right what the message names; it goes on by itself."), by: .receive)
  }

  /// How long nothing is due: changes of the mailboxes, the lists and the journal wake it, where somebody tells of them.
  private var pause: Duration {
    let due = [executor.nextAttempt, lanes.nextAttempt, listLane.nextAttempt, nextUpkeep].compactMap(\.self).min()
    let longest: Duration =
      !isToldOfChanges ? .seconds(1) : patientLists.isEmpty && growingAnswers.isEmpty ? .seconds(10) : .seconds(2)
    return min(max(due.map { ContinuousClock.now.duration(to: $0) } ?? longest, .milliseconds(20)), longest)
  }

  /// One look at everything: what is owed, patient lists, mailboxes, parcels, pick-ups.
  ///
  /// - Returns: whether anything was done, so that another look may find more.
  private func look(once: Bool) throws -> Bool {
    try partners.reload()
    executor.partners = partners.book
    var progress = try executor.perform()
    if progress { heartbeat.beat("working") }
    try takePatientLists(once: once)
    if try expectParcels() { progress = try executor.perform() || progress }
    if try workOnParcels(once: once) { progress = true }
    if try decideAgain(once: once) { progress = true }
    if try lookAtOffered() { progress = true }
    let isAnswered = try takeAnswers()
    if try tendRecords() || isAnswered {
      progress = true
      try tellOfRecords()
    }
    if nextUpkeep <= .now {
      nextUpkeep = .now + .seconds(60)
      if try upkeep() { progress = true }
    }
    return progress
  }

  /// What work on one parcel needs.
  var work: Work {
    Work(
      configuration: configuration, age: age, partners: partners.book, spool: spool, journal: journal,
      patients: patients,
      logger: logger, stop: stop, schemes: schemes, heartbeat: heartbeat, renderer: renderer,
      freshReads: freshReads)
  }

  /// Gives parcels on which something can be done now to the lanes; with `once` works on them here.
  private func workOnParcels(once: Bool) throws -> Bool {
    guard try hasSpace() else { return false }
    var progress = false
    for arrival in try journal.arrivals(limit: Self.mostArrivals) {
      if try submit("arrival \(arrival.id)", size: 0, once: once, { try $0.verify(arrival) }) { progress = true }
    }
    // Decisions of people first, then what arrived, and in both the oldest.
    let parcels = try journal.inboundParcels(in: [.staged, .accepted, .arrived], idle: true, limit: 64)
    for parcel in parcels.sorted(by: { $0.state.urgency < $1.state.urgency }) {
      let isSubmitted = try submit(parcel.id, size: parcel.bytes, once: once) { [journal] work in
        guard let parcel = try work.current(parcel) else { return }
        do {
          try work.goOn(with: parcel)
        } catch {
          // What a person took back meanwhile is removed under its feet.
          guard try journal.inboundParcel(parcel.id)?.undone == parcel.undone else { return }
          throw error
        }
      }
      if isSubmitted { progress = true }
    }
    return progress && once
  }

  /// Works on a subject on this thread.
  func workHere(_ subject: String, _ body: (Work) throws -> Void) throws -> Bool {
    let work = work
    return try lanes.workHere(subject) { try work.attempt(subject) { try body(work) } }
  }

  func submit(
    _ subject: String, size: Int64, once: Bool, _ body: @escaping @Sendable (Work) throws -> Void
  ) throws -> Bool {
    guard !stop.isRequested else { return false }
    let work = work
    if once { return try workHere(subject, body) }
    return lanes.submit(subject, size: size) { try work.attempt(subject) { try body(work) } }
  }

  /// Below `limits.min_free` nothing more is opened.
  private func hasSpace() throws -> Bool {
    let space = try spool.disk.space(at: spool.root)
    let key = "space receive"
    if let shortage = configuration.limits.minFree.shortage(available: space.available, total: space.total) {
      try journal.raise(
        Alert(
          key: key, code: "disk", severity: .critical,
          message: "\(shortage) in \(spool.root): nothing more is opened.",
          remedy: "Make room, or lower limits.min_free; it goes on by itself."), by: .receive)
      return false
    }
    try journal.settle(alert: key)
    return true
  }
}

extension Work {
  /// The next thing to do for a parcel.
  fileprivate func goOn(with parcel: InboundParcel) throws {
    switch parcel.state {
    case .arrived: try decide(parcel)
    case .accepted: try importAccepted(parcel)
    case .staged: try handedOver(parcel)
    default: return
    }
  }
}

extension InboundParcelState {
  fileprivate var urgency: Int {
    switch self {
    case .staged: 0
    case .accepted: 1
    default: 2
    }
  }
}
