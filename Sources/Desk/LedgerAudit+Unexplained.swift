internal import Custody
internal import Executor
internal import Journal
internal import Spool
internal import SystemPackage

/// What the disk has and the journal has not. What is owed has not happened yet, and excuses it.
struct Unexplained {
  let site: LocalSite
  let tell: (String) -> Void

  private var spool: Spool { site.spool }
  private var journal: Journal { site.journal }

  /// So many names are read together.
  private static let portion = 1000

  func look() throws {
    for folder in [Folder.collect, .holdOutbound] { try instances(in: folder) }
    try look(in: .outbound) { name in
      guard let parcel = try journal.outboundParcel(name) else { return false }
      let isGone = parcel.isPurged || [.cancelled, .discarded].contains(parcel.state)
      return try !isGone || isOwed("parcel:\(name)")
    }
    try look(in: .received) { name in
      guard let parcel = try journal.inboundParcel(name) else {
        return try isOwed("inbound:\(name)") || journal.isArriving(name)
      }
      let isElsewhere = parcel.isPurged || [.quarantined, .rejected, .discarded].contains(parcel.state)
      return try !isElsewhere || isOwed("inbound:\(name)")
    }
    try look(in: .holdInbound) { name in
      try journal.inboundParcel(name)?.state == .held || isOwed("inbound:\(name)") || journal.isArriving(name)
    }
    try look(in: .quarantine) { name in
      guard let entry = try journal.quarantineEntry(name) else { return false }
      if try entry.state == .quarantined || isOwed("entry:\(name)") { return true }
      return try entry.parcel.map { try isOwed("inbound:\($0)") } ?? false
    }
    try look(in: .unpack) { name in
      let prefix = "study-"
      guard name.hasPrefix(prefix) else { return try journal.arrival(name) != nil || isOwed("arrival:\(name)") }
      let parcel = String(name.dropFirst(prefix.count))
      let isOpen = try journal.inboundParcel(parcel).map { [.arrived, .accepted, .staged].contains($0.state) } ?? false
      return try isOpen || isOwed("inbound:\(parcel)")
    }
  }

  private func isOwed(_ subject: String) throws -> Bool { try journal.isOwing(subject: subject) }

  /// Hidden names are being made, and what Studypost writes beside what it keeps.
  private func isOurs(_ name: String) -> Bool {
    name.hasPrefix(".") || name == "README" || Custody.Reason.files.contains(name)
  }

  private func look(in folder: Folder, isKnown: (String) throws -> Bool) throws {
    try forEach(in: spool[folder]) { name, handle in
      if try !isKnown(name) {
        tell("\(handle.path.appending(name)): the journal does not know this, or is done with it")
      }
    }
  }

  /// Files of studies that are not sealed yet, one folder each.
  private func instances(in folder: Folder) throws {
    try forEach(in: spool[folder]) { name, handle in
      let path = handle.path.appending(name)
      guard try spool.disk.status(of: path)?.kind == .directory else {
        return tell("\(path): the journal does not know this")
      }
      try forEach(in: path) { file, _ in
        let path = path.appending(file)
        if try !isExplained(path) { tell("\(path): the journal does not know this file") }
      }
    }
  }

  private func isExplained(_ file: FilePath) throws -> Bool {
    guard let (instance, study) = try journal.takenInstance(file: spool.relative(file)) else {
      // On its way back to its source, or into its study's folder, which the row names only afterwards.
      let folder = file.removingLastComponent().lastComponent?.string ?? ""
      return try isOwed("study:\(folder)")
    }
    if !instance.claimed { return true }
    guard let study else { return false }
    return try [.collecting, .held, .ready].contains(study.state) || isOwed("study:\(study.id)")
  }

  /// Goes through a folder in portions. One that vanishes meanwhile is no problem of this look.
  private func forEach(in folder: FilePath, _ body: (String, DirectoryHandle) throws -> Void) throws {
    guard try spool.disk.status(of: folder) != nil else { return }
    do {
      let handle = try spool.disk.openDirectory(folder)
      while true {
        let portion = try handle.entries(limit: Self.portion)
        for name in portion.names where !isOurs(name.string) { try body(name.string, handle) }
        if !portion.hasMore { return }
      }
    } catch let error as SpoolError where error.code == .missing || error.code == .unfit {
      tell("\(folder): is not a folder that can be read: \(error)")
    }
  }
}
