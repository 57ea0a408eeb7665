internal import Custody
internal import Executor
internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Work {
  /// Verifies what was taken out of a mailbox: it becomes a parcel, a copy of one that is here already, or an entry of the
  /// quarantine.
  func verify(_ arrival: Arrival) throws {
    // Between the list and this thread it may have been verified: then it is not there any more, and nothing is wrong.
    guard let arrival = try journal.arrival(arrival.id), try !journal.isOwing(subject: "arrival:\(arrival.id)")
    else {
      return
    }
    let place = spool[.arrival(arrival.id)]
    guard let partner = partner(arrival.partner) else {
      return try refuse(
        arrival, ParcelError(.sender, place, "its sender \(arrival.partner) is not a partner (any more)."))
    }
    guard let id = ParcelID(arrival.name) ?? Self.idOfOrphan(arrival) else {
      return try refuse(
        arrival,
        ParcelError(
          .folder, place, "\"\(arrival.name)\" in the mailbox is not a parcel: a parcel is a folder named by its id."))
    }
    let mark = CrashMark(of: arrival.id, in: spool)
    guard try mark.begin() else {
      return try refuse(arrival, ParcelError(.contents, place, "looking at it ended the service more than once."))
    }
    let verified: VerifiedParcel
    do {
      verified = try VerifiedParcel(
        verifying: place, signer: partner.signers, sender: partner.site.text,
        recipient: configuration.site.text, limits: limits, disk: spool.disk,
        isCancelled: { [stop] in stop.isRequested })
      guard arrival.name != id.text || verified.manifest.parcel == id.text else {
        throw ParcelError(.manifest, place, "its manifest is that of another parcel, \(verified.manifest.parcel).")
      }
    } catch let error as ParcelError {
      try refuse(arrival, error)
      return mark.end()
    }
    if let stamp = verified.payloadStamp { freshReads.note(verified.manifest.parcel, stamp, ()) }
    try accept(verified, arrival)
    mark.end()
  }

  /// A parcel that was found without a line in the journal names itself in its manifest.
  private static func idOfOrphan(_ arrival: Arrival) -> ParcelID? {
    arrival.name == Self.orphanName ? ParcelID() : nil
  }

  /// The name of an arrival of which only the place is known.
  static let orphanName = "found"

  private func accept(_ verified: VerifiedParcel, _ arrival: Arrival) throws {
    let manifest = verified.manifest
    var change = InboundParcelChange.arrived
    if let known = try journal.inboundParcel(manifest.parcel) {
      guard known.sender == manifest.sender, known.manifestDigest == verified.manifestDigest else {
        return try refuse(
          arrival, ParcelError(.conflict, verified.folder, "its id belongs to another parcel that arrived before."))
      }
      // A copy that was damaged or lost is replaced by this whole one; any other copy is one too many.
      guard let replacement = known.replacement else { return try arrivedAgain(known, arrival) }
      change = replacement
    }
    for name in ParcelFolder.files { try spool.disk.sync(file: verified.folder.appending(name)) }
    try spool.disk.sync(directory: verified.folder)
    var row = InboundParcel(
      id: manifest.parcel, sender: manifest.sender, sequence: manifest.sequence,
      manifestDigest: verified.manifestDigest, instances: manifest.instances, bytes: manifest.expanded)
    row.again = manifest.again
    try journal.arrived(
      row, by: change, from: arrival.id,
      event: Event(
        "arrived", site: manifest.sender, parcel: manifest.parcel,
        "\(counted(manifest.instances, "instance")), number \(manifest.sequence) from \(manifest.sender); its signature holds."
          + (try remarkOnSequence(of: row))))
    logger.info(
      "arrived",
      metadata: [
        "parcel": "\(manifest.parcel)", "partner": "\(manifest.sender)", "instances": "\(manifest.instances)",
        "bytes": "\(manifest.payload.bytes)",
      ])
  }

  /// A number that came twice is told as an alert: the sender's journal may be an old copy. A gap may close by itself, and
  /// stands in the history.
  private func remarkOnSequence(of parcel: InboundParcel) throws -> String {
    let (twin, below) = try journal.sequenceNeighbours(
      sender: parcel.sender, sequence: parcel.sequence, parcel: parcel.id)
    if let twin {
      try journal.raise(
        Alert(
          key: "sequence \(parcel.sender) \(parcel.sequence)", code: "sequence", severity: .warning,
          message: "Two parcels of \(parcel.sender) have the number \(parcel.sequence): \(twin) and \(parcel.id).",
          remedy: "Ask \(parcel.sender) whether its journal was restored from an old backup. Both are handled as usual."
        ),
        by: .receive)
      return " Another parcel, \(twin), had that number."
    }
    let expected = (below ?? 0) + 1
    guard parcel.sequence > expected else { return "" }
    let missing = expected == parcel.sequence - 1 ? "\(expected)" : "\(expected) to \(parcel.sequence - 1)"
    return " Not here (yet): number \(missing)."
  }

  /// Nothing is imported again; its receipts are simply there again.
  private func arrivedAgain(_ known: InboundParcel, _ arrival: Arrival) throws {
    try journal.arrivedAgain(
      arrival.id, of: known.id,
      event: Event(
        "again", site: known.sender, study: known.study, parcel: known.id,
        "It arrived again and was not taken again: it is \(known.state.rawValue).")
    ) { $0?.answers ?? [] }
  }

  /// What cannot be believed goes into the quarantine as it came, and its sender is told why, where it has a parcel's name.
  private func refuse(_ arrival: Arrival, _ error: ParcelError) throws {
    let parcel = ParcelID(arrival.name)?.text
    let code = parcel == nil ? "stray" : error.code.rawValue
    let name = Self.entryName(partner: arrival.partner)
    let sentence = "What \(arrival.partner) sent was refused: \(error.message)"
    let entry = QuarantineEntry(
      name: name, partner: arrival.partner, parcel: parcel, item: parcel ?? "stray", code: code,
      reason: Quoted.text(error.message, limit: 1000))
    let manifest = digestOfManifest(in: spool[.arrival(arrival.id)])
    if let parcel, let twin = try twin(of: arrival, parcel, manifest, code: code) {
      return try journal.arrivedAgain(
        arrival.id, of: parcel,
        event: Event(
          "again", site: arrival.partner, parcel: parcel, file: "quarantine/\(twin)",
          "It arrived again and was not taken again: it is in quarantine.")
      ) { [Self.answer(to: parcel, $0, arrival, manifest, code: code)] }
    }
    try journal.refused(
      arrival.id, as: entry, reason: Self.reason(of: entry, sentence),
      event: Event(
        "quarantined", site: arrival.partner, parcel: parcel, file: "quarantine/\(name)",
        Quoted.text("\(code): \(error.message)", limit: 1000))
    ) { known in parcel.map { Self.answer(to: $0, known, arrival, manifest, code: code) } }
    if error.code == .limit { try tellOfLimits() }
    logger.warning(
      "refused", metadata: ["parcel": "\(parcel ?? "-")", "partner": "\(arrival.partner)", "reason": "\(code)"])
  }

  /// The entry of the quarantine in which the same thing lies already. Copies that were damaged are each damaged in their own
  /// way.
  private func twin(of arrival: Arrival, _ parcel: String, _ manifest: String, code: String) throws -> String? {
    guard code != ParcelError.Code.digest.rawValue else { return nil }
    return try journal.quarantineEntries(parcel: parcel, partner: arrival.partner).first { entry in
      entry.code == code
        && digestOfManifest(in: spool[.quarantined(entry: entry.name, item: entry.item, of: .receive)]) == manifest
    }?.name
  }

  /// What the sender is told of a copy that is refused: that it is, unless a whole copy of the same parcel is here.
  private static func answer(
    to parcel: String, _ known: InboundParcel?, _ arrival: Arrival, _ manifest: String, code: String
  ) -> Answer {
    if let known, known.sender == arrival.partner {
      var answer = known.answer()
      switch known.state {
      case .arrived, .accepted, .staged, .offered: return answer
      case .held:
        answer.status = .held
        return answer
      case .imported:
        answer.status = .imported
        return answer
      case .quarantined, .rejected, .discarded: break
      }
    }
    return Answer(
      parcel: parcel, partner: arrival.partner, manifestDigest: manifest, instances: 0, status: .refused, reason: code,
      at: journalTime())
  }

  /// Why an entry lies in the quarantine, and what can be done.
  static func reason(of entry: QuarantineEntry, _ sentence: String) -> Reason {
    let partner = entry.partner ?? "its sender"
    let release = "Verify it again, as if it had just arrived: studypost quarantine release \(entry.name)"
    let remedies =
      switch ParcelError.Code(rawValue: entry.code) {
      case .limit:
        ["Raise the key of the configuration that is named above, and restart studypost receive.", release]
      case .digest, .signature, .manifest, .folder:
        [
          "If it was damaged on its way, \(partner) sends it once more by itself; else ask \(partner) about it.",
          release,
        ]
      case .lost:
        [
          "\(partner) is asked for it, and sends it once more by itself if it still has it; this entry then goes.",
          "If \(partner) has lost it, too, have the study exported there once more.",
        ]
      default: ["Ask \(partner) about it; the id names it there.", release]
      }
    return Reason(
      code: entry.code, sentence: sentence,
      remedy: remedies + [
        "Or let it go: studypost quarantine discard \(entry.name) --reason TEXT"
      ],
      about: ["parcel": entry.parcel, "partner": entry.partner, "study": entry.study], since: entry.since)
  }

  /// The digest of a manifest that may be anything: that of nothing where it is not there or cannot be read.
  private func digestOfManifest(in folder: FilePath) -> String {
    let bytes = try? spool.disk.readSmall(folder.appending(ParcelFolder.manifest), limit: Manifest.largest)
    return sha256(bytes ?? [])
  }
}

extension InboundParcel {
  /// What a whole copy is to a parcel that was refused for its copy here; nil where that stands.
  var replacement: InboundParcelChange? {
    guard state == .quarantined else { return nil }
    return switch reasonCode.flatMap(ParcelError.Code.init) {
    case .digest: .replaced
    case .lost: .restored
    default: nil
    }
  }
}
