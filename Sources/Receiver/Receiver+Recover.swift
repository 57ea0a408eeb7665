internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Performs what is owed, and then explains what lies in the spool and the journal does not know: after a kill nothing does,
  /// after an older journal was restored much may.
  func recover() throws {
    try executor.perform(atOnce: true)
    unknown = []
    try adoptUnpacked()
    try adoptReceived()
    try adoptQuarantined()
    try forgetHolds()
    for folder in [Folder.unpack, .received, .quarantine, .holdInbound] {
      try journal.settle(alertsBeginning: "unknown \(spool[folder])/", except: unknown)
    }
  }

  private func names(in folder: FilePath) throws -> [String] {
    try spool.disk.names(of: folder).filter { $0 != "README" }
  }

  /// What was taken out of a mailbox is verified again; what was unpacked is made again, unless it is promised to the PACS.
  private func adoptUnpacked() throws {
    for name in try names(in: spool[.unpack]) {
      let path = spool[.unpack].appending(name)
      if name.hasPrefix(".begun-") { continue }
      if name.hasPrefix("study-") {
        let parcel = String(name.dropFirst("study-".count))
        // What is owed needs what lies there, or removes it.
        if try journal.isOwing(subject: "inbound:\(parcel)") { continue }
        let state = try ParcelID(parcel).flatMap { try journal.inboundParcel($0.text)?.state }
        if state != .staged && state != .offered { try spool.disk.removeTree(path) }
        continue
      }
      // On its way to another place it is no orphan, whatever that duty is about.
      guard try journal.arrival(name) == nil, try !journal.isOwing(.receive, naming: name) else { continue }
      if try spool.disk.removeEmptyDirectory(path) { continue }
      let partner = String(name.prefix { $0 != "." })
      let isParcel = try spool.disk.status(of: spool[.arrival(name)]) != nil
      guard isParcel, partners.book.partners.contains(where: { $0.site.text == partner }) else {
        try explain(path, isParcel ? "it is from \(partner), who is not a partner" : "it is not known")
        continue
      }
      var arrival = Arrival(id: name, partner: partner, name: Work.orphanName)
      arrival.since = journalTime()
      try journal.adopt(
        arrival, duties: [],
        event: Event("found", site: partner, file: "unpack/\(name)", "It lay there unknown, and is verified again."))
    }
    try removeOldMarks()
  }

  /// Marks of parcels that are not looked at any more.
  private func removeOldMarks() throws {
    for name in try names(in: spool[.unpack]) where name.hasPrefix(".begun-") {
      let subject = String(name.dropFirst(".begun-".count))
      let isArrival = try journal.arrival(subject) != nil
      let state = try journal.inboundParcel(subject)?.state
      if !isArrival, state != .arrived, state != .accepted {
        try spool.disk.removeFile(spool[.unpack].appending(name))
      }
    }
  }

  /// A parcel that lies in custody and in no line of the journal, or counts as lost, arrives again, unless this site's own receipt says that it
  /// is imported: then it stays so, though the journal is older.
  private func adoptReceived() throws {
    let folder = try spool.disk.openDirectory(spool[.received])
    while true {
      let portion = try folder.entries(limit: 1000)
      for component in portion.names where component.string != "README" {
        let name = component.string
        let path = spool[.received].appending(component)
        guard let id = ParcelID(name) else {
          try explain(path, "it is not known")
          continue
        }
        let known = try journal.inboundParcel(id.text)
        // One that counts as lost is found again: the disk is back, or a person has put it there.
        guard known == nil || known?.replacement == .restored, try !journal.isOwing(subject: "inbound:\(id)") else {
          continue
        }
        guard let parcel = KeptParcel(name, in: spool),
          partners.book.partners.contains(where: { $0.site.text == parcel.row.sender })
        else {
          try explain(path, "its sender is not a partner")
          continue
        }
        let partner = parcel.row.sender
        if let receipt = parcel.importReceipt(by: signer) {
          try parcel.adoptAsImported(receipt, into: journal, owing: [.remove(.unpacked(parcel: name))], by: nil)
          continue
        }
        let arrival = Arrival(id: "\(partner).\(ParcelID())", partner: partner, name: id.text)
        try journal.adopt(
          arrival, duties: [.move(.received(parcel: id.text), to: .arrival(arrival.id))],
          event: Event("found", site: partner, parcel: id.text, "It was found in received/, and is verified again."))
      }
      if !portion.hasMore { break }
    }
    try executor.perform()
  }

  /// Folders of the quarantine without an entry are told of: a person looks at them.
  private func adoptQuarantined() throws {
    for name in try names(in: spool[.quarantine]) where name.hasPrefix("in-") {
      guard try journal.quarantineEntry(name) == nil else { continue }
      let path = spool[.quarantine].appending(name)
      if try spool.disk.removeEmptyDirectory(path) { continue }
      try explain(path, "it is not known")
    }
  }

  /// Reasons of studies that do not wait (any more).
  private func forgetHolds() throws {
    for name in try names(in: spool[.holdInbound]) {
      let state = try journal.inboundParcel(name)?.state
      guard state != .held, try !journal.isOwing(subject: "inbound:\(name)") else { continue }
      let path = spool[.holdInbound].appending(name)
      guard try spool.disk.status(of: path)?.kind == .directory else {
        try explain(path, "it is not known")
        continue
      }
      try spool.disk.removeTree(spool[.heldPreview(parcel: name)])
      for file in Reason.files { try spool.disk.removeFile(path.appending(file)) }
      if try !spool.disk.removeEmptyDirectory(path) { try explain(path, "it is not known") }
    }
  }

  /// Something that this service cannot explain is left alone, and told.
  private func explain(_ path: FilePath, _ what: String) throws {
    let key = "unknown \(path)"
    unknown.insert(key)
    try journal.raise(
      Alert(
        key: key, code: "unknown", severity: .warning,
        message: "\(path) lies in the spool, and \(what).",
        remedy: "Look at it; move it away when it is of no use."), by: .receive)
  }
}
