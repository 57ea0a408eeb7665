internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Receiver {
  /// More entries than this in a mailbox are no post: the administrator is told, and nothing of it is read.
  private static let fullestMailbox = 20_000

  /// Takes what lies in a partner's `new/`.
  func takeParcels(of partner: Partner) throws {
    let mailbox = spool.mailbox(partner.site.text)
    try spool.create(partner: partner.site.text)
    let entries: [FilePath.Component]
    do {
      entries = try spool.disk.entries(of: mailbox.new, limit: Self.fullestMailbox)
    } catch {
      tell("mailbox \(partner.site)", "the mailbox of \(partner.site) cannot be read: \(error)")
      return
    }
    for entry in entries where !stop.isRequested {
      let path = mailbox.new.appending(entry)
      guard let id = ParcelID(entry.string) else {
        try attempt(path.string) { try refuseStray(path, partner: partner) }
        continue
      }
      try attempt(id.text) { try take(path, id, from: partner) }
    }
  }

  /// Moves a parcel out of its sender's reach, and only then looks into it.
  private func take(_ path: FilePath, _ id: ParcelID, from partner: Partner) throws {
    guard let status = try spool.disk.status(of: path) else { return }
    guard status.kind == .directory else { return try refuseStray(path, partner: partner) }
    let place = Workplace(partner: partner.site.text, id: id.text, spool: spool)
    try spool.disk.makeDirectory(place.root)
    try spool.disk.removeTree(place.parcel)
    try spool.disk.move(path, to: place.parcel)
    try handle(place, from: partner)
  }

  /// Verifies a parcel that was taken, and goes on with it as far as it can go without a person.
  func handle(_ place: Workplace, from partner: Partner) throws {
    let verified: VerifiedParcel
    do {
      verified = try VerifiedParcel(
        verifying: place.parcel, signer: partner.card.signingKey, sender: partner.site.text,
        recipient: configuration.site.text,
        limits: ParcelLimits(
          maxExpanded: configuration.limits.maxExpanded, maxInstances: configuration.limits.maxInstances),
        disk: spool.disk, isCancelled: { [stop] in stop.isRequested })
    } catch let error as ParcelError {
      return try refuse(place, error, manifestDigest: digestOfManifest(in: place.parcel), instances: 0)
    }
    if let known = try journal.inboundParcel(verified.manifest.parcel) {
      guard known.sender == partner.site.text, known.manifestDigest == verified.manifestDigest else {
        let error = ParcelError(
          .conflict, place.parcel, "its id belongs to another parcel that arrived before.")
        return try refuse(place, error, manifestDigest: verified.manifestDigest, instances: 0)
      }
      // It was interrupted: go on. Anything else came a second time, and its receipts are simply there again.
      guard known.state == .arrived else { return try answerAgain(known, place) }
    } else {
      try accept(verified, from: partner)
    }
    try open(verified, place, from: partner)
  }

  /// Makes the parcel durable here, and says so to its sender.
  private func accept(_ verified: VerifiedParcel, from partner: Partner) throws {
    let manifest = verified.manifest
    for name in ParcelFolder.files { try spool.disk.sync(file: verified.folder.appending(name)) }
    try spool.disk.sync(directory: verified.folder)
    let row = InboundParcel(
      id: manifest.parcel, sender: manifest.sender, sequence: manifest.sequence,
      manifestDigest: verified.manifestDigest, instances: manifest.instances, bytes: manifest.expanded)
    try journal.arrived(
      row,
      event: Event(
        "arrived", site: manifest.sender, parcel: manifest.parcel,
        "\(manifest.instances) instances, number \(manifest.sequence) from \(manifest.sender); its signature holds."))
    // An earlier copy of it may have been refused, damaged on its way.
    for suffix in ["", ".sig"] {
      let refusal = "\(manifest.parcel).\(Receipt.Status.refused.rawValue).json\(suffix)"
      try spool.disk.removeFile(spool.mailbox(partner.site.text).receipts.appending(refusal))
    }
    try answer(row, .received)
    logger.info(
      "arrived",
      metadata: [
        "parcel": "\(manifest.parcel)", "from": "\(manifest.sender)", "instances": "\(manifest.instances)",
        "bytes": "\(manifest.payload.bytes)",
      ])
  }

  /// A known parcel came again: nothing is imported again.
  private func answerAgain(_ known: InboundParcel, _ place: Workplace) throws {
    try journal.record(
      Event(
        "again", site: known.sender, study: known.study, parcel: known.id,
        "It arrived again and was not taken again: it is \(known.state.rawValue)."))
    try place.remove()
    try answer(known, .received)
    switch known.state {
    case .held: try answer(known, .held)
    case .imported: try answer(known, .imported)
    case .quarantined, .discarded: try answer(known, .refused, reason: known.reason)
    case .arrived, .accepted: break
    }
  }

  /// Writes a receipt into the sender's mailbox.
  func answer(_ parcel: InboundParcel, _ status: Receipt.Status, reason: String? = nil) throws {
    // The journal's reason begins with its fixed word.
    let word = reason?.split(separator: ":").first.map(String.init)
    try spool.create(partner: parcel.sender)
    try Receipt(
      parcel: parcel.id, manifest: parcel.manifestDigest, recipient: configuration.site.text, status: status,
      at: journalTime(), instances: parcel.instances, reason: word
    ).write(
      into: spool.mailbox(parcel.sender).receipts, signedBy: keys.signing,
      disk: spool.disk)
  }
}
