internal import Custody
internal import Executor
internal import Journal
internal import Logging
internal import Parcel
internal import Sealing
internal import Site
internal import Spool
internal import SystemPackage

/// What lies in the collector's folders and is not in the journal: left by a kill between two steps, by an older journal, or
/// by a person. It is explained and taken up; nothing that may be the only copy is removed.
struct Orphans {
  let configuration: Configuration
  let signer: any SSHSigner
  let spool: Spool
  let journal: Journal
  let alerts: AlertBoard
  let heartbeat: Heartbeat
  let logger: Logger
  let sequences: Sequences

  private static let portion = 500
  /// Strangers that an alert counts, and of which it names the first.
  private final class Strangers {
    var example: FilePath?
    var count = 0
    var parcelAlerts: Set<String> = []
    var adopted = 0
    func add(_ path: FilePath) {
      example = example ?? path
      count += 1
    }
  }
  private let strangers = Strangers()

  init(
    configuration: Configuration, signer: any SSHSigner, spool: Spool, journal: Journal, alerts: AlertBoard,
    heartbeat: Heartbeat,
    logger: Logger, sequences: Sequences
  ) {
    self.configuration = configuration
    self.signer = signer
    self.spool = spool
    self.journal = journal
    self.alerts = alerts
    self.heartbeat = heartbeat
    self.logger = logger
    self.sequences = sequences
  }

  /// Looks at all folders. What cannot be handled is told, and keeps nothing from starting.
  func explain() throws {
    try forEachName(in: spool[.outbound], lookAtOutbound)
    try alerts.settle(beginning: "outbound-unknown ", except: strangers.parcelAlerts)
    try tellOfAdopted()
    try forEachName(in: spool[.collect]) { try lookAtStudies($0, in: spool[.collect]) }
    try forEachName(in: spool[.holdOutbound]) { try lookAtStudies($0, in: spool[.holdOutbound]) }
    try forEachName(in: spool[.quarantine], lookAtQuarantine)
    let key = "spool-stranger"
    if let example = strangers.example {
      try alerts.raise(
        key, "spool-stranger", .warning,
        "\(counted(strangers.count, "thing lies", "things lie")) in the spool that cannot be handled, for example "
          + "\(Quoted.text(example.string)).",
        remedy: "They are left alone. See what they are, and move them elsewhere.")
    } else {
      try alerts.settle(key)
    }
  }

  private func forEachName(in folder: FilePath, _ body: ([FilePath.Component]) throws -> Void) throws {
    let handle: DirectoryHandle
    do { handle = try spool.disk.openDirectory(folder) } catch { return strangers.add(folder) }
    var hasMore = true
    while hasMore {
      let portion = try handle.entries(limit: Self.portion)
      hasMore = portion.hasMore
      try body(portion.names.filter { $0.string != "README" })
      heartbeat.beat("starting")
    }
  }

  /// Does something with one thing; a failure of the disk concerns that alone.
  private func handling(_ path: FilePath, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as JournalError {
      throw error
    } catch {
      strangers.add(path)
      logger.warning("something in the spool cannot be handled: \(Quoted.text("\(error)", limit: 500))")
    }
  }

  // MARK: outbound/

  private func lookAtOutbound(_ names: [FilePath.Component]) throws {
    var parcels: [String] = []
    for name in names {
      let path = spool[.outbound].appending(name)
      let text = name.string
      if text.hasPrefix("."), text.hasSuffix(".sealing") {
        let id = String(text.dropFirst().dropLast(".sealing".count))
        try handling(path) { try lookAtSealing(path, id) }
      } else if text.hasPrefix("."), text.hasSuffix(".tmp") {
        try handling(path) { try spool.disk.removeFile(path) }
      } else if ParcelID(text) != nil {
        parcels.append(text)
      } else if !Sequences.owns(text) {
        strangers.add(path)
      }
    }
    for id in try journal.unknown(outboundParcels: parcels) {
      let path = spool[.outbound(parcel: id)]
      try handling(path) { try lookAtUnknownParcel(path, id) }
    }
  }

  /// A parcel that was not finished, or that the journal does not know yet, is made again, with the same number: it never
  /// left this site.
  private func lookAtSealing(_ path: FilePath, _ id: String) throws {
    guard try journal.outboundParcel(id) == nil else { return }  // Its move is owed.
    if let manifest = manifest(in: path) { try sequences.giveBack(manifest.sequence, to: manifest.recipient) }
    try spool.disk.removeTree(path)
  }

  private func manifest(in folder: FilePath) -> Manifest? {
    let path = folder.appending(ParcelFolder.manifest)
    return (try? spool.disk.readSmall(path, limit: Manifest.largest)).flatMap { try? Manifest(parsing: $0, file: path) }
  }

  /// The journal is older than the spool: the parcel may have been sent, and its number is used up. It is taken up again:
  /// the recipient has it, or gets it, once.
  private func lookAtUnknownParcel(_ path: FilePath, _ id: String) throws {
    guard try spool.disk.status(of: path)?.kind == .directory else { return strangers.add(path) }
    let found = FoundParcel(id, in: spool, of: configuration.site, signer: signer)
    if let found, try found.adopt(into: journal, by: "collect") {
      strangers.adopted += 1
      return logger.warning("a parcel that the journal did not know was taken up", metadata: ["parcel": "\(id)"])
    }
    strangers.parcelAlerts.insert("outbound-unknown \(id)")
    let why =
      found == nil
      ? "it is not, whole, what this site signed" : "another parcel to its recipient has its number by now"
    try alerts.raise(
      "outbound-unknown \(id)", "outbound-unknown", .critical,
      "The parcel \(id) lies in outbound/, is not in the journal and cannot be taken up: \(why).",
      remedy: "Move it elsewhere, and export its study again.")
  }

  private func tellOfAdopted() throws {
    let key = "outbound-adopted"
    guard strangers.adopted > 0 else { return try alerts.settle(key) }
    try alerts.raise(
      key, key, .warning,
      "\(counted(strangers.adopted, "parcel")) lay in outbound/ unknown to the journal, which may have been restored from a "
        + "backup: what lay there was taken up, and is delivered, or closed by its receipt.",
      remedy: "What was decided since the backup is to be decided again: see the worklist, hold and queue.")
  }

  // MARK: collect/ and hold/outbound/

  private func lookAtStudies(_ names: [FilePath.Component], in parent: FilePath) throws {
    for name in names {
      let folder = parent.appending(name)
      guard try spool.disk.status(of: folder)?.kind == .directory else {
        if try spool.disk.status(of: folder)?.kind == .file { try adopt([folder]) } else { strangers.add(folder) }
        continue
      }
      try handling(folder) {
        try lookAtFiles(of: folder)
        try spool.disk.removeEmptyDirectory(folder)
      }
    }
  }

  private func lookAtFiles(of folder: FilePath) throws {
    let isHold = folder.removingLastComponent() == spool[.holdOutbound]
    let isUnknown = try isHold && !journal.unknown(outboundStudies: [folder.lastComponent?.string ?? ""]).isEmpty
    try forEachName(in: folder) { names in
      var files: [FilePath] = []
      for name in names {
        let path = folder.appending(name)
        let text = name.string
        guard let status = try spool.disk.status(of: path) else { continue }
        if status.kind != .file {
          strangers.add(path)
        } else if text.hasPrefix("."), text.hasSuffix(".copy") || text.hasSuffix(".tmp") {
          try handling(path) { try spool.disk.removeFile(path) }
        } else if isHold, Reason.files.contains(text) {
          if isUnknown { try handling(path) { try spool.disk.removeFile(path) } }
        } else {
          files.append(path)
        }
      }
      let unowned = try Set(journal.unowned(files: files.map(spool.relative)))
      try adopt(files.filter { unowned.contains(spool.relative($0)) })
    }
  }

  /// Files that no open study owns: those of a study that is done with are to be removed, unknown ones go back to the first
  /// source, where they are looked at like any other.
  private func adopt(_ files: [FilePath]) throws {
    for path in files {
      if let study = try journal.takenInstance(file: spool.relative(path))?.study {
        guard try !journal.isOwing(outboundStudy: study.id) else { continue }
        try journal.owe([.removeInstances(study: study.id)], subject: "study:\(study.id)")
      } else {
        try handling(path) { try sendBack(path, from: path.removingLastComponent()) }
      }
    }
  }

  private func sendBack(_ path: FilePath, from folder: FilePath) throws {
    guard let source = configuration.sources.first else { return }
    try FolderGuard(journal: journal, spool: spool).check(source.path, for: .collect)
    let target = source.path.appending("recovered-\(ParcelID().text).dcm")
    try spool.disk.moveAnywhere(path, to: target)
    try journal.record(
      Event(
        "recovered", file: target.string,
        "\(spool.relative(path)) was not in the journal: it went back to its source, and is looked at again."))
    logger.warning(
      "a file that is not in the journal went back to its source",
      metadata: ["file": "\(target.lastComponent?.string ?? "")"])
  }

  // MARK: quarantine/

  private func lookAtQuarantine(_ names: [FilePath.Component]) throws {
    // The others are the receiver's.
    let ours = names.map(\.string).filter { $0.hasPrefix("out-") }
    for name in try journal.unknown(quarantine: ours) {
      let folder = spool[.quarantine(entry: name, of: .collect)]
      try handling(folder) {
        guard try spool.disk.status(of: folder)?.kind == .directory else { return strangers.add(folder) }
        let file = folder.appending(QuarantineEntry.file)
        if try spool.disk.status(of: file)?.kind == .file { try sendBack(file, from: folder) }
        let files = folder.appending(QuarantineEntry.files)
        if try spool.disk.status(of: files)?.kind == .directory {
          func left() throws -> [Listing.Found] {
            try spool.disk.files(below: files, depth: .max, skip: { _ in false })
          }
          for found in try left() { try sendBack(found.path, from: folder) }
          if try left().isEmpty { try spool.disk.removeTree(files) }
        }
        for file in Reason.files { try spool.disk.removeFile(folder.appending(file)) }
        if try !spool.disk.removeEmptyDirectory(folder) { strangers.add(folder) }
      }
    }
  }
}
