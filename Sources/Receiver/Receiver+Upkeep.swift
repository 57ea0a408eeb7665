internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Receiver {
  private static let portion = 100
  /// So many receipts are looked at in one go.
  private static let receipts = 1000
  /// A receipt that nobody needs any more may lie for so long after it was written.
  private static let receiptAge = Duration.seconds(90 * 86400)

  /// What is closed and was kept for as long as it had to be goes; what is not acknowledged never does.
  ///
  /// These ages are by the wall clock, which may jump: all of it is imported or was refused, so that nothing can be lost.
  ///
  /// - Returns: whether anything is owed now.
  func upkeep() throws -> Bool {
    var isOwed = false
    for parcel in try journal.purgeableInboundParcels(
      closedBefore: time(before: configuration.retention.imported), limit: Self.portion)
    {
      try journal.change(
        inboundParcel: parcel.id, by: .purged,
        event: Event(
          "purged", site: parcel.sender, study: parcel.study, parcel: parcel.id,
          "Imported, and kept for retention.imported: the parcel and its receipts were removed."))
      isOwed = true
    }
    for entry in try journal.purgeableQuarantine(
      before: time(before: configuration.retention.quarantine), limit: Self.portion)
    where entry.direction == .in {
      if try purge(entry) { isOwed = true }
    }
    try work.tellOfLimits()
    try tendPortions()
    try tellOfOldList()
    try tellOfRecords()
    try journal.forgetRecordMessages(
      closedBefore: time(before: configuration.retention.imported), limit: Self.portion)
    try journal.fold(closedBefore: time(before: configuration.retention.imported))
    for partner in partners.book.partners { try tidyReceipts(of: partner.site.text) }
    if try restoreReceipts() { isOwed = true }
    try settleStuck()
    try settleUndone()
    return isOwed
  }

  /// What is not to be handled any more is not stuck: a commit that failed may have happened all the same, and then nobody comes
  /// back to what it was about.
  private func settleStuck() throws {
    for key in try journal.alertKeys(beginning: Alert.stuckPrefix) {
      let subject = String(key.dropFirst(Alert.stuckPrefix.count))
      let state = try journal.inboundParcel(subject)?.state
      let isToDo = state.map { [.arrived, .accepted, .staged, .offered].contains($0) } ?? false
      if try !isToDo && journal.arrival(subject) == nil { try journal.settle(alert: key) }
    }
  }

  /// The next decision settles that the PACS has some of what was taken back. Who decided before that was known is told for a day.
  private func settleUndone() throws {
    let old = time(before: .seconds(86400))
    for key in try journal.alertKeys(beginning: Alert.undonePrefix) {
      let parcel = try journal.inboundParcel(String(key.dropFirst(Alert.undonePrefix.count)))
      guard parcel?.state != .held, let alert = try journal.alert(key), alert.since < old else { continue }
      try journal.settle(alert: key)
    }
  }

  private func purge(_ entry: QuarantineEntry) throws -> Bool {
    let event = Event(
      "discarded", site: entry.partner, study: entry.study, parcel: entry.parcel, file: "quarantine/\(entry.name)",
      "\(entry.name): kept for retention.quarantine, and removed.")
    if let id = entry.parcel, let parcel = try journal.inboundParcel(id), parcel.entry == entry.name {
      return try journal.change(inboundParcel: id, by: .discarded, event: event) != nil
    }
    return try journal.change(quarantine: entry.name, by: .discarded, event: event) != nil
  }

  private func time(before duration: Duration) -> String {
    journalTime(Date.now.addingTimeInterval(-(duration / .seconds(1))))
  }

  /// Removes receipts of parcels that the journal does not know any more, or closed long ago: a portion, from where the last
  /// one ended.
  private func tidyReceipts(of site: String) throws {
    do {
      let folder: DirectoryHandle
      if let known = receiptFolders[site] {
        folder = known
      } else {
        folder = try spool.disk.openDirectory(spool.mailbox(site).receipts)
        receiptFolders[site] = folder
      }
      let portion = try folder.entries(limit: Self.receipts)
      if !portion.hasMore { receiptFolders[site] = nil }
      let limit = time(before: max(Self.receiptAge, configuration.retention.imported))
      for name in portion.names {
        let text = name.string.hasSuffix(".sig") ? String(name.string.dropLast(4)) : name.string
        guard let receipt = Receipt.parse(name: text), let status = try folder.status(of: name),
          journalTime(Date(timeIntervalSince1970: Double(status.modified) / 1e9)) < limit
        else { continue }
        let parcel = try journal.inboundParcel(receipt.parcel.text)
        if parcel.map({ [.imported, .discarded].contains($0.state) }) ?? true { try folder.removeFile(name) }
      }
    } catch let error as SpoolError {
      receiptFolders[site] = nil
      logger.warning("receipts cannot be tidied: \(error)", metadata: ["partner": "\(site)"])
    }
  }

  // MARK: Pick-up

  /// Looks whether the PACS has taken what was offered; only with `import.pickup = "watch"`.
  ///
  /// - Returns: whether any was taken.
  func lookAtOffered() throws -> Bool {
    let offered = try journal.inboundParcels(in: [.offered], idle: true, limit: 1000)
    guard !offered.isEmpty else { return false }
    let folder = configuration.importing.path
    do {
      try FolderGuard(journal: journal, spool: spool).check(folder, for: .receive)
    } catch let error as ExecutorError where error.code == .wrongFileSystem {
      // What is not seen there was not taken: the whole folder is not there.
      return false
    }
    let flat = configuration.importing.layout == .flat ? try prefixes(in: folder) : []
    var isAnyTaken = false
    for parcel in offered where !stop.isRequested {
      guard try isTaken(parcel, from: folder, flat: flat) else { continue }
      try work.attempt(parcel.id) { try work.imported(parcel) }
      isAnyTaken = true
    }
    return isAnyTaken
  }

  private func isTaken(_ parcel: InboundParcel, from folder: FilePath, flat: Set<String>) throws -> Bool {
    if configuration.importing.layout == .flat { return !flat.contains(parcel.id) }
    let names = parcel.split?.given.compactMap(\.folder) ?? [parcel.folder].compactMap(\.self)
    // Each is looked at: one that is empty goes, though another is not.
    return try names.map { try isTaken(folder.appending($0), from: folder) }.allSatisfy(\.self)
  }

  private func isTaken(_ study: FilePath, from folder: FilePath) throws -> Bool {
    guard try spool.disk.status(of: study) != nil else { return true }
    let left = try spool.disk.names(of: study).filter { $0 != configuration.importing.marker }
    guard left.isEmpty else { return false }
    try spool.disk.removeTree(study)
    try spool.disk.sync(directory: folder)
    return true
  }

  /// The parcels of which files lie side by side in the folder.
  private func prefixes(in folder: FilePath) throws -> Set<String> {
    Set(try spool.disk.names(of: folder).map { String($0.prefix(36)) })
  }
}
