internal import Custody
internal import DICOM
internal import Executor
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Spool
internal import SystemPackage

extension Work {
  /// An instance cannot be rewritten for a patient: a person must see the study.
  struct NotCoercible: Error { var why: String }

  /// An instance was imported before with other contents: a person must see the study.
  struct OtherContents: Error {
    static let code = "duplicate-conflict"
    var sopInstanceUID: String

    var sentence: String {
      "The SOP Instance UID \(sopInstanceUID) was imported before with other contents: a person must compare them."
    }
  }

  /// An instance that was read, and nobody has decided about.
  struct Incoming: Sendable {
    let instance: Contents.Instance
    /// As it came.
    let original: UnpackedInstance
    let file: DICOMFile
    let identity: StudyIdentity
  }

  /// Unpacks a parcel that is in custody, and reads every instance, several at a time.
  ///
  /// - Parameters:
  ///   - begin: called with the announcement before anything else is unpacked.
  ///   - coercing: who coerces the instances that `each` is called with. They are finished; where the parcel is refused, what
  ///     they made is discarded.
  ///   - each: called with each instance, in the order of the parcel.
  /// - Returns: the announcement; nil where the parcel does not hold what it should: it was refused.
  /// - Throws: what concerns this machine, and what `begin`, `each` and coercing throw.
  func unpack(
    _ parcel: InboundParcel, begin: (ContentsFile) throws -> Void = { _ in },
    coercing: () -> [Coercing] = { [] }, each: (Incoming) throws -> Void
  ) throws -> ContentsFile? {
    let mark = CrashMark(of: parcel.id, in: spool)
    let place = spool[.received(parcel: parcel.id)]
    guard try mark.begin() else {
      try refuse(parcel, ParcelError(.contents, place, "opening it ended the service more than once."))
      return nil
    }
    defer {
      for coercing in coercing() { coercing.dismiss() }
      mark.end()
    }
    let study = unpacked(parcel).appending("study")
    let places = policy(of: parcel).places
    do {
      // Its signature held when it arrived; the manifest's digest in the journal stands for it.
      let verified = try VerifiedParcel(
        reopening: place, manifestDigest: parcel.manifestDigest, payload: freshReads[parcel.id]?.stamp,
        limits: limits, disk: spool.disk,
        isCancelled: { [stop] in stop.isRequested })
      try requireSpace(for: verified.manifest.expanded)
      try spool.disk.removeTree(study)
      try spool.disk.makeDirectory(study.removingLastComponent())
      var announced: ContentsFile?
      let contents = try verified.open(
        with: age, into: study,
        begin: {
          announced = $0
          try begin($0)
        }, isCancelled: { [stop] in stop.isRequested }, read: { try read($0, $1, in: place, places) }
      ) { instance, original, found in
        heartbeat.beat("opening")
        guard found.identity.studyInstanceUID == announced?.header.study else {
          throw ParcelError(.contents, place, "\(instance.file) belongs to another study than contents.json says.")
        }
        try each(found)
      }
      for coercing in coercing() { try coercing.finish() }
      return contents
    } catch let error as ParcelError {
      for coercing in coercing() { try coercing.discard() }
      try spool.disk.removeTree(unpacked(parcel))
      try refuse(parcel, error)
      return nil
    }
  }

  /// Reads an instance and holds it against its announcement.
  private func read(
    _ instance: Contents.Instance, _ original: UnpackedInstance, in place: FilePath, _ places: [TagPath]
  ) throws -> Incoming {
    func bad(_ what: String) -> ParcelError { ParcelError(.contents, place, "\(instance.file): \(what)") }
    do {
      let file = try original.read(options: configuration.reading, on: spool.disk)
      guard try file.dataSet.string(.sopInstanceUID) == instance.sopInstanceUID,
        try file.dataSet.string(.sopClassUID) == instance.sopClassUID,
        try file.dataSet.string(.seriesInstanceUID) == instance.seriesInstanceUID,
        file.transferSyntax.uid == instance.transferSyntaxUID
      else { throw bad("its identifiers are not those that contents.json announces.") }
      let identity = try StudyIdentity(reading: file, places: places)
      return Incoming(instance: instance, original: original, file: file, identity: identity)
    } catch let error as DICOMError where error.code.isLimit {
      // What the sender's limits let through, and ours do not: both are told, and which key would let it through here.
      throw ParcelError(.limit, place, "\(instance.file): \(error)")
    } catch let error as DICOMError where error.code != .unreadable {
      throw bad("\(error)")
    } catch let error as ReconciliationError {
      throw bad("\(error)")
    }
  }

  /// The study as it came and its coerced copy.
  private func requireSpace(for bytes: Int64) throws {
    let space = try spool.disk.space(at: spool.root)
    if let obstacle = configuration.limits.minFree.obstacle(
      to: 2 * bytes, available: space.available, total: space.total)
    {
      throw ReceiverError(.space, spool.root, "there is too little space to open the parcel: \(obstacle).")
    }
  }

  /// Refuses a parcel that waits for a person and is not there any more.
  func refuseIfLost(_ parcel: InboundParcel) throws -> Bool {
    let folder = spool[.received(parcel: parcel.id)]
    guard try !ParcelFolder.isThere(folder, on: spool.disk), try !journal.isOwing(subject: "inbound:\(parcel.id)")
    else { return false }
    try refuse(parcel, .lost(folder))
    return true
  }

  /// A parcel that does not hold what it announces, or breaks a rule, goes into the quarantine, and its sender is told. Of one
  /// that is not there any more the quarantine has the reason alone.
  func refuse(_ parcel: InboundParcel, _ error: ParcelError) throws {
    let code = error.code.rawValue
    let isLost = error.code == .lost
    if isLost { try FolderGuard(journal: journal, spool: spool).checkSpool(for: .receive) }
    let entry = QuarantineEntry(
      name: Self.entryName(partner: parcel.sender), partner: parcel.sender, parcel: parcel.id, item: parcel.id,
      code: code, reason: Quoted.text(error.message, limit: 1000), study: parcel.study,
      bytes: isLost ? 0 : parcel.bytes)
    let reason = Self.reason(
      of: entry,
      isLost
        ? "A parcel from \(parcel.sender) had arrived, and was not imported yet: \(error)"
        : "A parcel from \(parcel.sender) was refused: \(error.message)")
    let changed = try journal.change(
      inboundParcel: parcel.id, by: isLost ? .lost : .refused,
      event: Event(
        "quarantined", site: parcel.sender, study: parcel.study, parcel: parcel.id, file: "quarantine/\(entry.name)",
        Quoted.text("\(code): \(error.message)", limit: 1000)),
      entry: entry, known: parcel,
      facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(reason: code), entry: entry.name, reason: reason) }
    ) {
      $0.reasonCode = code
      $0.reason = Quoted.text(error.message, limit: 1000)
    }
    guard changed != nil else { return }
    if error.code == .limit { try tellOfLimits() }
    logger.warning("refused", metadata: ["parcel": "\(parcel.id)", "partner": "\(parcel.sender)", "reason": "\(code)"])
  }
}
