internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Logging
internal import Parcel
internal import PixelFilter
internal import Sealing
internal import Site
internal import Spool
internal import Synchronization
internal import SystemPackage
internal import Threads

/// Seals the studies that are ready, one after the other, oldest first, for each of their recipients. Urgent ones are sealed
/// beside the others, by a thread of their own: no large study is in their way.
///
/// It makes a parcel under a hidden name and tells the journal; all that follows (its name, the removal of the study's files)
/// is owed, and performed by the collector's own thread.
final class Sealer: Sendable {
  let configuration: Configuration
  let signing: SigningKey
  /// By whose key what this site sealed is known again.
  let signer: any SSHSigner
  let spool: Spool
  let journal: Journal
  let alerts: AlertBoard
  let heartbeat: Heartbeat
  let logger: Logger
  let stop: Stop
  let sequences: Sequences
  /// How the pixels of the instances can be filtered that the collector took, by their number.
  let freshReads = FreshReads<Int64, PixelFilter?>()
  /// Ring when there may be something to seal.
  private let bells: [Lane: Bell] = [.urgent: Bell(), .others: Bell()]
  /// Rings when something was sealed, and more is owed.
  let progress = Bell()

  private let book: Mutex<PartnerBook>
  private let unfinished = Mutex<[String: Int]>([:])
  private let reopened = Mutex<[String]>([])
  private let resting = Mutex<[String: (until: ContinuousClock.Instant, failures: Int)]>([:])
  let wishes = Mutex<[String: Wish]>([:])
  private let hasTidied = Mutex(false)
  /// Hidden folders of parcels that could neither be finished nor removed.
  private let leftovers = Mutex<[FilePath]>([])

  /// So many studies are read together.
  private static let portion = 64
  /// So many instances are read together while they are sealed.
  private static let instances = 512
  private static let alertPrefix = "seal "

  init(
    configuration: Configuration, signing: SigningKey, signer: any SSHSigner, partners: PartnerBook, spool: Spool,
    journal: Journal, alerts: AlertBoard, heartbeat: Heartbeat, logger: Logger, stop: Stop
  ) {
    self.configuration = configuration
    self.signing = signing
    self.signer = signer
    self.spool = spool
    self.journal = journal
    self.alerts = alerts
    self.heartbeat = heartbeat
    self.logger = logger
    self.stop = stop
    sequences = Sequences(spool: spool, journal: journal)
    book = Mutex(partners)
  }

  // MARK: What the collector's thread says and asks

  /// The partners changed.
  func know(_ partners: PartnerBook) { book.withLock { $0 = partners } }

  /// How many files of studies lie in the sources and are not finished, or not fit.
  func know(unfinished counts: [String: Int]) { unfinished.withLock { $0 = counts } }

  /// There may be something to seal.
  func wake() { for bell in bells.values { bell.ring() } }

  /// Studies that wait again for a file which changed.
  func takeReopened() -> [String] {
    reopened.withLock { ids in
      defer { ids = [] }
      return ids
    }
  }

  func partner(_ name: String) -> Partner? { SiteName(name).flatMap { name in book.withLock { $0[name] } } }

  // MARK: Sealing

  /// What is sealed one after the other.
  enum Lane: CaseIterable { case urgent, others }

  /// Seals on threads of its own until the stop is requested.
  func start() throws(WorkerError) -> [Worker] {
    try Lane.allCases.map { lane throws(WorkerError) in
      try Worker(lane == .urgent ? "seal urgent" : "seal") { [self] in
        while !stop.isRequested { work(lane) }
      }
    }
  }

  private func work(_ lane: Lane) {
    let alert = lane == .urgent ? "sealing urgent" : "sealing"
    do {
      try sealAll(lane)
      try alerts.settle(alert)
    } catch {
      let text = Quoted.text("\(error)", limit: 1000)
      logger.error("sealing failed; it is tried again: \(text)")
      try? alerts.raise(
        alert, "service", .critical, "Studies cannot be sealed: \(text)",
        remedy: "Put right what the message names; it goes on by itself.")
      stop.wait(.seconds(5))
    }
    let next = resting.withLock { $0.values.map(\.until).min() }
    let pause = next.map { ContinuousClock.now.duration(to: $0) } ?? .seconds(600)
    bells[lane]?.wait(min(max(pause, .milliseconds(100)), .seconds(600)), stop: stop)
  }

  /// Seals everything that is ready now.
  func sealEverything() throws { for lane in Lane.allCases { try sealAll(lane) } }

  /// Seals what is ready now and belongs to a lane. A study that cannot be sealed rests, and has an alert; all others go on.
  ///
  /// - Throws: `JournalError` where the journal cannot be read.
  private func sealAll(_ lane: Lane) throws {
    if lane == .others {
      clearLeftovers()
      try grantWishes()
    }
    var last: OutboundStudy?
    while !stop.isRequested {
      let portion = try journal.outboundStudies(in: .ready, after: last, limit: Self.portion)
      for study in portion where !stop.isRequested && study.urgent == (lane == .urgent) {
        let rest = resting.withLock { $0[study.id] }
        if rest.map({ $0.until > .now }) ?? false { continue }
        // A claim that was begun before a person released the study is about to be confirmed; files may be on their way. What
        // came earlier of an urgent study is sealed earlier.
        if try journal.hasUnconfirmedClaims(outboundStudy: study.id) || journal.isOwing(outboundStudy: study.id)
          || study.urgent && journal.isSealing(study: study.study, before: study)
        {
          continue
        }
        try attempt(study)
      }
      guard portion.count == Self.portion else { break }
      last = portion.last
    }
    if lane == .others, !stop.isRequested { try settleGone() }
  }

  /// Takes back the alerts of studies that have gone, or from before the start.
  private func settleGone() throws {
    let isFirst = hasTidied.withLock { done in
      defer { done = true }
      return !done
    }
    let gone = try resting.withLock(\.self).keys.filter { try journal.outboundStudy($0)?.state != .ready }
    let left = resting.withLock { resting in
      for id in gone { resting[id] = nil }
      return resting.keys.map { Self.alertPrefix + $0 }
    }
    if isFirst || !gone.isEmpty { try alerts.settle(beginning: Self.alertPrefix, except: Set(left)) }
  }

  private func attempt(_ study: OutboundStudy) throws {
    do {
      try seal(study)
      resting.withLock { $0[study.id] = nil }
      try alerts.settle(Self.alertPrefix + study.id)
    } catch is CancellationError {
    } catch let error as JournalError where error.code == .wrongState || error.code == .notFound {
      // A person was faster: it is not ready any more.
    } catch let error as JournalError where error.code != .notWritten {
      throw error
    } catch {
      let failures = (resting.withLock { $0[study.id] }?.failures ?? 0) + 1
      let pause = min(Duration.seconds(10) * (1 << min(failures - 1, 6)), .seconds(600))
      resting.withLock { $0[study.id] = (.now + pause, failures) }
      let text = Quoted.text("\(error)", limit: 1000)
      logger.error("a study cannot be sealed; it is tried again: \(text)", metadata: ["study": "\(study.study)"])
      try? alerts.raise(
        Self.alertPrefix + study.id, "sealing", .critical, "The study \(study.study) cannot be sealed: \(text)",
        remedy: "Put right what the message names; it is tried again by itself.")
    }
  }

  /// Seals one study for each recipient that has no parcel of it yet.
  private func seal(_ study: OutboundStudy) throws {
    let recipients = try journal.recipients(outboundStudy: study.id)
    var missing = recipients.filter { $0.parcel == nil }
    if study.instances == 0 {
      // The end of an urgent study is for those to whom a portion went, and was not taken back since.
      missing = try missing.filter {
        try study.continues && !journal.portions(of: study, to: $0.partner).parcels.isEmpty
      }
      if missing.isEmpty, recipients.allSatisfy({ $0.parcel == nil }) {
        try journal.change(
          outboundStudy: study.id, by: .discarded,
          event: Event("discarded", study: study.study, "Nothing is left of it."))
        return progress.ring()
      }
    }
    if recipients.isEmpty {
      return try hold(study, code: "no-recipient", "No recipient is known.")
    }
    if missing.isEmpty {
      try journal.change(
        outboundStudy: study.id, by: .sealed,
        event: Event("sealed", study: study.study, "All its recipients have their parcels."))
      return progress.ring()
    }
    for recipient in missing {
      guard let partner = partner(recipient.partner) else {
        return try hold(study, code: "unknown-recipient", "\(recipient.partner) is not a partner (any more).")
      }
      do {
        try seal(study, for: recipient, partner)
      } catch let error as ParcelError where error.code == .changed {
        return try fileChanged(error.path, study)
      } catch let error as SpoolError where error.code == .missing && isFile(error.path, of: study) {
        return try fileChanged(error.path, study)
      }
    }
  }

  private func isFile(_ path: FilePath, of study: OutboundStudy) -> Bool {
    (try? journal.takenInstance(file: spool.relative(path)))??.study?.id == study.id
  }

  /// The order makes every step repeatable: the parcel is durable under a hidden name, its number is written down, and the
  /// journal learns of it; what follows is owed.
  private func seal(_ study: OutboundStudy, for recipient: Recipient, _ partner: Partner) throws {
    try requireSpace(study.bytes)
    let contents = try contents(of: study, for: recipient)
    let parcel = ParcelID()
    let hidden = spool[.sealing(parcel: parcel.text)]
    let began = ContinuousClock.now
    let sealer = ParcelSealer(
      sender: configuration.site.text, signingKey: signing, level: configuration.compression.level,
      disk: spool.disk)
    let sequence = try sequences.next(to: recipient.partner)
    let filters = PixelFilters(spool.disk, configuration.reading)
    try finishing(hidden, parcel, sequence, to: recipient.partner) {
      let sealed = try sealer.seal(
        contents, count: study.instances, as: parcel, to: recipient.partner, key: partner.card.encryptionKey,
        sequence: sequence, created: Date().formatted(.iso8601), into: hidden, isCancelled: isCancelled
      ) { instances(of: study.id, filters) }
      return (
        OutboundParcel(
          id: parcel.text, outboundStudy: study.id, study: study.study, recipient: recipient.partner,
          sequence: sequence, part: contents.part.rawValue, instances: study.instances,
          missing: contents.missingCount, missingReason: contents.missingInWords, bytes: study.bytes,
          payloadBytes: sealed.manifest.payload.bytes, manifestDigest: sealed.manifestDigest),
        Event(
          "sealed", site: recipient.partner, study: study.study, parcel: parcel.text,
          "\(counted(study.instances, "instance")), \(study.bytes) bytes, \(sealed.manifest.payload.bytes) in the parcel, "
            + "\(contents.part)." + (contents.missingInWords.map { " Missing: \($0)." } ?? ""))
      )
    }
    if study.urgent { try followNext(study) }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    logger.info(
      "sealed",
      metadata: [
        "parcel": "\(parcel)", "study": "\(study.study)", "partner": "\(recipient.partner)",
        "instances": "\(study.instances)", "seconds": "\((seconds * 10).rounded() / 10)",
      ])
  }

  /// What comes of an urgent study now has its place, which is to be followed.
  private func followNext(_ study: OutboundStudy) throws {
    guard let next = try journal.openStudy(study: study.study), next.continues else { return }
    reopened.withLock { $0.append(next.id) }
  }

  /// Makes a parcel in a hidden folder, makes that durable, and tells the journal; where that fails nothing is left.
  func finishing(
    _ hidden: FilePath, _ parcel: ParcelID, _ sequence: Int, to recipient: String,
    _ make: () throws -> (OutboundParcel, Event)
  ) throws {
    do {
      let (row, event) = try make()
      try spool.disk.sync(directory: hidden)
      try spool.disk.sync(directory: spool[.outbound])
      try sequences.use(sequence, to: recipient)
      try journal.sealed(row, event: event)
    } catch {
      // A commit whose answer was lost may have happened.
      guard try journal.outboundParcel(parcel.text) == nil else {
        sequences.isUsed(sequence, to: recipient)
        return progress.ring()
      }
      try sequences.giveBack(sequence, to: recipient)
      leftovers.withLock { $0.append(hidden) }
      clearLeftovers()
      throw error
    }
    sequences.isUsed(sequence, to: recipient)
    progress.ring()
  }

  /// Removes what is left of unfinished parcels; what cannot be removed now is tried again, and at the next start at the
  /// latest.
  private func clearLeftovers() {
    let folders = leftovers.withLock { $0 }
    let left = folders.filter { folder in
      do {
        try spool.disk.removeTree(folder)
        return false
      } catch {
        logger.warning("what is left of an unfinished parcel cannot be removed yet: \(Quoted.text("\(error)"))")
        return true
      }
    }
    leftovers.withLock { $0 = left }
  }

  /// Asked between blocks: a long study is progress, too.
  func isCancelled() -> Bool {
    heartbeat.beat("sealing")
    return stop.isRequested
  }

  private func requireSpace(_ bytes: Int64) throws {
    let space = try spool.disk.space(at: spool.root)
    if let obstacle = configuration.limits.minFree.obstacle(
      to: bytes, available: space.available, total: space.total)
    {
      throw ParcelError(.limit, spool[.outbound], "there is too little space for the parcel: \(obstacle).")
    }
  }

  private func contents(of study: OutboundStudy, for recipient: Recipient) throws -> Contents {
    let isPortion = study.closedRule == OutboundStudy.urgentRule
    let earlier = try journal.earlier(outboundStudy: study, recipient: recipient.partner)
    // Of a study that is still coming nobody knows yet.
    let missing = try isPortion ? [] : missing(of: study, to: recipient.partner)
    let portions = try journal.portions(of: study, to: recipient.partner)
    var portion: Contents.Portion?
    if isPortion || !portions.parcels.isEmpty {
      portion = .init(number: portions.parcels.count + 1)
      if !isPortion {
        portion?.last = .init(
          instances: portions.instances + study.instances,
          parcels: Array(portions.parcels.suffix(Contents.Portion.Last.most)))
      }
    }
    var part = Contents.Part(
      afterDelivery: earlier.hasDelivered && study.instances > 0,
      afterParcel: earlier.hasParcel && portions.parcels.isEmpty, isMissingSome: !missing.isEmpty)
    if isPortion, part != .again { part = .portion }
    return Contents(
      study: study.study, part: part,
      closedBy: .init(
        rule: study.closedRule ?? Recipient.manualRule, seconds: study.closedSeconds, expected: study.expected),
      route: .init(rule: recipient.rule, value: recipient.value), missing: missing.isEmpty ? nil : missing,
      portion: portion)
  }

  /// What is known of a study and is not sent: files that were refused or are not finished, instances of an urgent one that a
  /// person called back or let go while others left, and those that were announced and never came.
  private func missing(of study: OutboundStudy, to partner: String) throws -> [Contents.Missing] {
    var missing = try journal.refusedFiles(study: study.study).map {
      Contents.Missing(count: $0.count, reason: "refused (\($0.code)): to be put right and exported again")
    }
    let keptBack = try study.continues ? journal.keptBack(study, from: partner) : 0
    if keptBack > 0 { missing.append(.init(count: keptBack, reason: "called back or let go by a person")) }
    if let count = unfinished.withLock({ $0[study.study] }) {
      missing.append(.init(count: count, reason: "not finished when the others were complete"))
    }
    if let expected = study.expected {
      let known = try journal.instanceCount(study: study.study) + missing.reduce(0) { $0 + $1.count }
      if expected > known {
        missing.append(.init(count: expected - known, reason: "announced in (0020,1208), and never exported to here"))
      }
    }
    return Array(missing.prefix(Contents.Missing.most))
  }

  /// The instances of a study from the first one on, a portion at a time in memory.
  private func instances(of id: String, _ filters: PixelFilters) -> NextInstance {
    var portion: ArraySlice<TakenInstance> = []
    var last: Int64 = 0
    var number = 0
    return { [journal, spool, freshReads] in
      if portion.isEmpty {
        portion = try journal.instances(outboundStudy: id, after: last, limit: Self.instances)[...]
      }
      guard let instance = portion.popFirst(), let id = instance.id else { return nil }
      last = id
      number += 1
      let path = spool.absolute(instance.file)
      let read = freshReads[id]
      var filter = filters.filter(of: number, in: instance.seriesInstanceUID, path, after: read)
      // The pixels of a file that grew since its claim are not those of the instance: its digest will tell.
      if let found = filter, found.offset + found.count > instance.bytes { filter = nil }
      let announced = Contents.Instance(
        number: number, sopInstanceUID: instance.sopInstanceUID ?? "", sopClassUID: instance.sopClassUID ?? "",
        seriesInstanceUID: instance.seriesInstanceUID ?? "", transferSyntaxUID: instance.transferSyntaxUID ?? "",
        bytes: instance.bytes, sha256: instance.sha256, filter: filter)
      return (announced, InstanceFile(path, stamp: read?.stamp))
    }
  }

  // MARK: What cannot be sealed

  private func hold(_ study: OutboundStudy, code: String, _ sentence: String, first: [String] = []) throws {
    try journal.change(
      outboundStudy: study.id, by: .heldBack, reason: .holding(study, code: code, sentence: sentence, first: first),
      event: Event("held", study: study.study, file: "hold/outbound/\(study.id)", "\(code): \(sentence)")
    ) { ($0.closedRule, $0.closedSeconds) = (study.closedRule, study.closedSeconds) }
    logger.warning("study held", metadata: ["study": "\(study.study)", "hold": "\(study.id)", "reason": "\(code)"])
    progress.ring()
  }

  /// A file is not what was claimed. One that somebody wrote since goes back to its source, to be looked at again; one that
  /// nobody wrote, or that is gone, was damaged here, and nobody but a person can get it again.
  private func fileChanged(_ path: FilePath, _ study: OutboundStudy) throws {
    guard let instance = try journal.takenInstance(file: spool.relative(path))?.instance,
      instance.outboundStudy == study.id
    else { throw ParcelError(.changed, path, "the list of its instances changed; it is sealed again.") }
    guard let status = try spool.disk.status(of: path), wasWritten(status, since: study) else {
      return try hold(
        study, code: "damaged",
        "A file of the study is not what was taken in, and nobody wrote it: "
          + "\(spool.relative(path)). The disk may be damaged.",
        first: ["Discard it with the last command below, and export the study again."])
    }
    let original = PathText.path(instance.origin)
    // A drop folder's word is kept by putting the file there again.
    let folder = original.removingLastComponent()
    let name = "again-\(ParcelID().text).dcm"
    let isThere = (try? spool.disk.status(of: folder))?.kind == .directory
    let target = (isThere ? folder : configuration.sources.first?.path ?? folder).appending(name)
    try journal.giveBack(
      instance, to: PathText.of(target),
      event: Event(
        "given-back", study: study.study, file: target.string,
        "\(instance.origin) changed after it was claimed: it is looked at again, and its study waits for it."))
    reopened.withLock { $0.append(study.id) }
    progress.ring()
  }

  /// Whether a file was written after it was claimed, as the file system tells. A damaged disk changes no times.
  private func wasWritten(_ status: FileStatus, since study: OutboundStudy) -> Bool {
    guard let taken = date(ofJournalTime: study.lastTaken) else { return true }
    return Double(status.modified) / 1e9 > taken.timeIntervalSince1970
  }
}
