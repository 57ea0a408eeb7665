internal import Custody
internal import Executor
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

/// What the journal has and the disk has not. What is owed has not happened yet, and excuses it.
struct Missing {
  let site: LocalSite
  let deep: Bool
  let tell: (String) -> Void
  /// Told the size, in bytes, of what lies where it should, once it was looked at.
  let passed: (Int64) -> Void

  private var spool: Spool { site.spool }
  private var journal: Journal { site.journal }

  /// So many rows are read together.
  private static let portion = 1000

  func look() throws {
    try instances()
    try outboundParcels()
    try inboundParcels()
    try quarantine()
  }

  private func isOwed(_ subject: String) throws -> Bool { try journal.isOwing(subject: subject) }

  private func isFile(_ path: FilePath) throws -> Bool { try spool.disk.status(of: path)?.kind == .file }

  private func instances() throws {
    var last: Int64 = 0
    while case let portion = try journal.filesOwed(after: last, limit: Self.portion), let end = portion.last?.id {
      for instance in portion {
        let file = spool.absolute(instance.file)
        guard let fault = try fault(of: file, bytes: instance.bytes, sha256: instance.sha256) else { continue }
        // It may be on its way into its study's folder.
        if let study = instance.outboundStudy, try isOwed("study:\(study)") { continue }
        tell("\(file): \(fault); it came from \(instance.origin)")
      }
      last = end
    }
  }

  private func fault(of file: FilePath, bytes: Int64, sha256 digest: String) throws -> String? {
    guard let status = try spool.disk.status(of: file) else { return "is missing" }
    guard status.kind == .file, status.size == bytes else { return "is not as it was taken" }
    defer { passed(bytes) }
    guard deep else { return nil }
    do {
      return try sha256(of: file, on: spool.disk) == digest ? nil : "is damaged: its SHA-256 is another"
    } catch let error as SpoolError where error.code == .missing {
      return "is missing"
    } catch let error as SpoolError {
      return "cannot be read: \(error)"
    }
  }

  private func outboundParcels() throws {
    var last = ""
    while case let portion = try journal.parcelsHere(after: last, limit: Self.portion), let end = portion.last?.id {
      for parcel in portion {
        let folder = spool[.outbound(parcel: parcel.id)]
        guard let fault = try fault(of: folder, parcel.manifestDigest, parcel.payloadBytes) else { continue }
        if try isOwed("parcel:\(parcel.id)") { continue }
        tell("\(fault): the parcel to \(parcel.recipient) is \(parcel.state.rawValue)")
      }
      last = end
    }
  }

  private func inboundParcels() throws {
    var last = ""
    while case let portion = try journal.inboundParcelsHere(after: last, limit: Self.portion),
      let end = portion.last?.id
    {
      for parcel in portion {
        if let fault = try fault(of: spool[.received(parcel: parcel.id)], parcel.manifestDigest, nil),
          try !isOwed("inbound:\(parcel.id)")
        {
          tell("\(fault): the parcel from \(parcel.sender) is \(parcel.state.rawValue)")
        }
        guard parcel.state == .held else { continue }
        let why = spool[.heldInbound(parcel: parcel.id)].appending("WHY.txt")
        if try !isFile(why), try !isOwed("inbound:\(parcel.id)") {
          tell("\(why): is missing, and the study from \(parcel.sender) is held")
        }
      }
      last = end
    }
  }

  /// What is wrong with a parcel's folder; nil: nothing.
  private func fault(of folder: FilePath, _ manifestDigest: String, _ payloadBytes: Int64?) throws -> String? {
    var size: Int64 = 0
    for name in ParcelFolder.files {
      let file = folder.appending(name)
      guard let status = try spool.disk.status(of: file), status.kind == .file else { return "\(file): is missing" }
      if name == ParcelFolder.payload, let payloadBytes, status.size != payloadBytes {
        return "\(file): is not as it was sealed"
      }
      size += status.size
    }
    defer { passed(size) }
    guard deep else { return nil }
    do {
      let path = folder.appending(ParcelFolder.manifest)
      let manifest = try Manifest(parsing: spool.disk.readSmall(path, limit: Manifest.largest), file: path)
      try SealedParcel.check(
        folder: folder, manifestDigest: manifestDigest, payloadBytes: payloadBytes ?? manifest.payload.bytes,
        fully: true,
        disk: spool.disk)
      return nil
    } catch let error as ParcelError {
      return "\(folder): \(error)"
    } catch let error as SpoolError {
      return "\(folder): cannot be read: \(error)"
    }
  }

  private func quarantine() throws {
    var last = ""
    while case let portion = try journal.quarantine(after: last, limit: Self.portion), let end = portion.last?.name {
      for entry in portion {
        let folder = spool[.quarantine].appending(entry.name)
        let items =
          if entry.item == QuarantineEntry.files {
            try journal.instances(quarantine: entry.name).compactMap(\.itemInEntry).map { PathText.path($0) }
          } else {
            // Of what was lost only the reason lies there.
            entry.code == ParcelError.Code.lost.rawValue ? [] : [FilePath(entry.item)]
          }
        let things = items + Custody.Reason.files.map { FilePath($0) }
        guard let missing = try things.first(where: { try spool.disk.status(of: folder.pushing($0)) == nil }) else {
          continue
        }
        if try isOwed("entry:\(entry.name)") { continue }
        if let parcel = entry.parcel, try isOwed("inbound:\(parcel)") { continue }
        tell("\(folder.pushing(missing)): is missing, and its entry stands; discard it, or restore the folder")
      }
      last = end
    }
  }
}
