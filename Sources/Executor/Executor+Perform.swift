internal import Custody
internal import Journal
internal import Parcel
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
    case .gather(let study): try gather(study)
    case .removeInstances(let study): try removeInstances(of: study)
    case .removeOriginal(let original): try removeOriginal(original)
    case .quarantineOriginal(let original, let entry): try quarantine(original, entry: entry)
    case .giveBack(let file, let target): try giveBack(spool.absolute(file), to: PathText.path(target))
    case .putBack(let entry, let target): try putBack(entry: entry, to: PathText.path(target))
    case .withdraw(let parcel, let recipient):
      guard let partner = partners.partners.first(where: { $0.site.text == recipient }) else { return true }
      return try helpers.withdraw(parcel, partner.site.text)
    case .reseal(let parcel, let new): return try helpers.reseal(parcel, new)
    case .fetch(let arrival, let partner, let name): try fetch(arrival, partner: partner, name: name)
    case .handOver(let handOver): try self.handOver(handOver)
    case .record(let parcel, let message):
      try spool.disk.write(Array(message.utf8), to: spool[.records].appending("\(parcel).hl7"))
    case .answer(let answer): try self.answer(answer)
    case .retract(let parcel, let partner, let statuses): try retract(statuses, of: parcel, partner: partner)
    case .notify(let key, _):
      guard let alert = try journal.alert(key) else { return true }
      return try alertCommand.tell(alert)
    }
    return true
  }

  // MARK: Folders

  /// One rename. Where the folder lies at its target already it was done before.
  private func move(_ from: Location, to: Location) throws {
    let source = spool[from]
    let target = spool[to]
    guard try spool.disk.status(of: source) != nil else {
      guard try spool.disk.status(of: target) != nil else {
        throw ExecutorError(
          .missing, source, "it is gone, and is not at \(target) either. Restore it from a backup, or let it go.")
      }
      return try spool.disk.sync(directory: target.removingLastComponent())
    }
    try spool.disk.makeDirectory(target.removingLastComponent())
    try spool.disk.move(source, to: target)
    if case .arrival = from { try spool.disk.removeEmptyDirectory(source.removingLastComponent()) }
  }

  private func remove(_ location: Location) throws {
    let path = spool[location]
    try spool.disk.removeTree(path)
    let parent = path.removingLastComponent()
    if case .arrival = location { try spool.disk.removeEmptyDirectory(parent) }
    if try spool.disk.status(of: parent) != nil { try spool.disk.sync(directory: parent) }
  }

  private func explain(_ location: Location, _ reason: Reason) throws {
    let folder = spool[location]
    try spool.disk.makeDirectory(folder)
    try reason.write(into: folder, of: spool.disk)
  }

  // MARK: The mailbox

  /// Takes what lies in a mailbox out of its sender's reach, by the folder as it was opened: a link in place of `new/` is
  /// not followed.
  private func fetch(_ arrival: String, partner: String, name: String) throws {
    let target = spool[.arrival(arrival)]
    if try spool.disk.status(of: target) == nil {
      let folder = try spool.disk.openDirectory(spool.mailbox(partner).new)
      let entry = MailboxName.component(of: name)
      guard let entry, try folder.status(of: entry) != nil else {
        // Its sender took it back: it will come again.
        try spool.disk.removeEmptyDirectory(target.removingLastComponent())
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
    guard let status = Receipt.Status(rawValue: answer.status.rawValue),
      let partner = partners.partners.first(where: { $0.site.text == answer.partner })
    else { return }  // A site that is not a partner any more reads no receipts.
    try spool.create(partner: answer.partner)
    var receipt = Receipt(
      parcel: answer.parcel, manifest: answer.manifestDigest, recipient: configuration.site.text, status: status,
      at: answer.at, instances: answer.instances, reason: answer.reason)
    if let note = answer.note { receipt.note = try Receipt.seal(note: note, to: partner.card.encryptionKey) }
    try receipt.write(into: spool.mailbox(answer.partner).receipts, signedBy: keys.signing, disk: spool.disk)
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
