internal import Custody
internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Executor {
  /// Performs one duty. Each can be performed again.
  ///
  /// - Returns: false where it cannot be performed now, and that is no failure.
  func perform(_ duty: Duty) throws -> Bool {
    switch duty {
    case .move(let from, let to): try move(from, to: to)
    case .remove(let location): try remove(location)
    case .explain(let location, let reason): try explain(location, reason)
    case .illustrate(let parcel): try illustrate(parcel)
    case .gather(let study): try gather(study)
    case .removeInstances(let study): try removeInstances(of: study)
    case .removeOriginal(let original): try removeOriginal(original)
    case .quarantineOriginals(let files, let entry): try quarantine(files, entry: entry)
    case .giveBack(let file, let target): try giveBack(spool.absolute(file), to: PathText.path(target))
    case .putBack(let files, let entry): try putBack(files, entry: entry)
    case .withdraw(let parcel, let recipient):
      guard partner(recipient) != nil else { return try !hasCard(recipient) }
      return try helpers.withdraw(parcel, recipient)
    case .reseal(let parcel, let new): return try helpers.reseal(parcel, new)
    case .fetch(let arrival, let partner, let name): try fetch(arrival, partner: partner, name: name)
    case .handOver(let handOver): try self.handOver(handOver)
    case .recall(let handOver): try recall(handOver)
    case .record(let id): try writeRecord(id)
    case .removeRecord(let file): try removeRecord(file)
    case .answer(let answer): try self.answer(answer)
    case .retract(let parcel, let partner, let statuses): try retract(statuses, of: parcel, partner: partner)
    case .notify(let key, _):
      guard let alert = try journal.alert(key) else { return true }
      guard try alertCommand.tell(alert) else { return false }
      try journal.settle(alert: Self.alertCommandKey)
    }
    return true
  }

  // MARK: Folders

  /// One rename. Where the folder lies at its target already it was done before.
  private func move(_ from: Location, to: Location) throws {
    let source = spool[from]
    let target = spool[to]
    if try spool.disk.status(of: source) != nil {
      try spool.disk.makeDirectory(target.removingLastComponent())
      try spool.disk.move(source, to: target)
    } else if try spool.disk.status(of: target) != nil {
      try spool.disk.sync(directory: target.removingLastComponent())
    } else if case (.received, .quarantined) = (from, to) {
      // What nobody wants keeps nobody waiting: the entry has the reason alone, and the ledger says so.
      logger.warning("\(source): it is gone, and was refused.")
    } else {
      throw ExecutorError(
        .missing, source, "it is gone, and is not at \(target) either. Restore it from a backup, or let it go.")
    }
    if case .arrival = from { try removeEmptyFolder(source.removingLastComponent()) }
  }

  /// Puts the pictures of a study beside its reason, in place of former ones.
  private func illustrate(_ parcel: String) throws {
    let (source, target) = (spool[.preview(parcel: parcel)], spool[.heldPreview(parcel: parcel)])
    if try spool.disk.status(of: source) != nil {
      try spool.disk.removeTree(target)
      try spool.disk.move(source, to: target)
    } else if try spool.disk.status(of: target) != nil {
      try spool.disk.sync(directory: target.removingLastComponent())
    }
  }

  private func remove(_ location: Location) throws {
    let path = spool[location]
    try spool.disk.removeTree(path)
    if case .unpacked(let parcel) = location {
      // Where the import folder is on another file system, coerced files are made beside it.
      try spool.disk.removeTree(configuration.importing.hiddenStaging(of: parcel))
    }
    let parent = path.removingLastComponent()
    if case .arrival = location { return try removeEmptyFolder(parent) }
    if try spool.disk.status(of: parent) != nil { try spool.disk.sync(directory: parent) }
  }

  /// Removes a folder that holds nothing any more, durably; or makes durable what was taken out of it.
  func removeEmptyFolder(_ folder: FilePath) throws {
    let isGone = try spool.disk.removeEmptyDirectory(folder)
    let changed = isGone ? folder.removingLastComponent() : folder
    if try spool.disk.status(of: changed) != nil { try spool.disk.sync(directory: changed) }
  }

  private func explain(_ location: Location, _ reason: Reason) throws {
    let folder = spool[location]
    try spool.disk.makeDirectory(folder)
    try reason.write(into: folder, listing: filesToList(at: location), of: spool.disk)
  }

  // MARK: The patient record

  /// A message that was let go meanwhile is not written.
  private func writeRecord(_ id: String) throws {
    guard let row = try journal.recordMessage(id), row.state == .written, let text = row.message else { return }
    try spool.disk.write(Array(text.utf8), to: spool[.records].appending(row.file))
  }

  private func removeRecord(_ file: String) throws {
    try spool.disk.removeFile(spool[.records].appending(file))
    try spool.disk.sync(directory: spool[.records])
  }

  // MARK: The mailbox

  /// Takes what lies in a mailbox out of its sender's reach, by the folder as it was opened: a link in place of `new/` is
  /// not followed.
  private func fetch(_ arrival: String, partner: String, name: String) throws {
    // Its sender took it back, as is written down; what lies there by now is another arrival.
    guard try journal.arrival(arrival) != nil else { return }
    let target = spool[.arrival(arrival)]
    if try spool.disk.status(of: target) == nil {
      let new = spool.mailbox(partner).new
      let folder = try spool.disk.status(of: new).map { _ in try spool.disk.openDirectory(new) }
      guard let folder, let entry = MailboxName.component(of: name), try folder.status(of: entry) != nil else {
        // Its sender took it back, or the whole mailbox is gone: if it is there again it is found again.
        try removeEmptyFolder(target.removingLastComponent())
        return try journal.fetched(arrival, isHere: false)
      }
      try spool.disk.makeDirectory(target.removingLastComponent())
      try folder.move(entry, to: target)
    }
    try spool.disk.sync(directory: target.removingLastComponent())
    try journal.fetched(arrival, isHere: true)
  }

  /// Signs a receipt and puts it where its partner reads it.
  private func answer(_ answer: Answer) throws {
    let partner = partner(answer.partner)
    if partner != nil {
      // The partner's account must be able to read them.
      try spool.disk.makeDirectory(spool.mailbox(answer.partner).receipts, mode: 0o755)
    } else if try spool.disk.status(of: spool.mailbox(answer.partner).receipts) == nil {
      return  // A site that is not a partner any more, and has no mailbox, reads no receipts.
    }
    guard let status = Receipt.Status(rawValue: answer.status.rawValue) else { return }
    guard let signing else {
      throw ExecutorError(
        .noKey, spool.mailbox(answer.partner).receipts, "this service has no key to sign receipts with")
    }
    var receipt = Receipt(
      parcel: answer.parcel, manifest: answer.manifestDigest, recipient: configuration.site.text, status: status,
      at: answer.at, instances: answer.instances, reason: answer.reason)
    if let note = answer.note, let partner {
      receipt.note = try Receipt.seal(note: note, to: partner.card.encryptionKey)
    }
    try receipt.write(into: spool.mailbox(answer.partner).receipts, signedBy: signing, disk: spool.disk)
  }

  private func partner(_ site: String) -> Partner? { partners.partners.first { $0.site.text == site } }

  /// Whether a site's card is here, in order or not.
  private func hasCard(_ site: String) throws -> Bool {
    try spool.disk.status(of: configuration.partners.appending("\(site).toml")) != nil
  }

  private func retract(_ statuses: [Answer.Status], of parcel: String, partner: String) throws {
    let folder = spool.mailbox(partner).receipts
    guard try spool.disk.status(of: folder) != nil else { return }
    for status in statuses {
      let name = "\(parcel).\(status.rawValue).json"
      try spool.disk.removeFile(folder.appending(name))
      try spool.disk.removeFile(folder.appending(name + ".sig"))
    }
    try spool.disk.sync(directory: folder)
  }
}
