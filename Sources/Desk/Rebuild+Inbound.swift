internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Rebuild.Adoption {
  /// Parcels that are kept as they came: one that this site's own receipt shows to be imported is settled; every other one is
  /// verified and opened again.
  mutating func adoptReceived() throws {
    var outcome = outcome
    defer { set(outcome) }
    try forEach(in: spool[.received]) { name, folder in
      guard let parcel = KeptParcel(name, in: spool) else {
        return remark("\(folder): it is not a parcel that could be read, and stays where it is.", &outcome)
      }
      let sender = parcel.row.sender
      let isHeld = try spool.disk.status(of: spool[.heldInbound(parcel: name)]) != nil
      let leftovers: [Duty] = [.remove(.unpacked(parcel: name))] + (isHeld ? [.remove(.heldInbound(parcel: name))] : [])
      if !isHeld, let receipt = parcel.importReceipt(by: rebuild.signer) {
        try parcel.adoptAsImported(receipt, into: journal, owing: leftovers, by: rebuild.actor.name)
        outcome.imported += 1
      } else {
        let arrival = Arrival(id: "\(sender).\(ParcelID())", partner: sender, name: name)
        try journal.adopt(
          arrival, owing: leftovers + [.move(.received(parcel: name), to: .arrival(arrival.id))],
          event: event("It is verified and opened again.", site: sender, parcel: name, file: folder))
        outcome.arrivals += 1
      }
    }
    // A reason whose parcel is not here explains nothing.
    try forEach(in: spool[.holdInbound]) { name, folder in
      if try spool.disk.status(of: spool[.received(parcel: name)]) == nil {
        remark("\(folder): the parcel that it is about is not in received/.", &outcome)
      }
    }
  }

  /// What was taken out of the mailboxes and not verified yet.
  mutating func adoptArrivals() throws {
    var outcome = outcome
    defer { set(outcome) }
    try forEach(in: spool[.unpack]) { name, folder in
      let prefix = "study-"
      if name.hasPrefix(prefix) {
        // It is made again from its parcel.
        let parcel = String(name.dropFirst(prefix.count))
        if try journal.inboundParcel(parcel) == nil {
          try journal.owe([.remove(.unpacked(parcel: parcel))], subject: "inbound:\(parcel)")
        }
        return
      }
      let place = spool[.arrival(name)]
      guard let dot = name.firstIndex(of: "."), try spool.disk.status(of: place) != nil else {
        return remark("\(folder): nothing that arrived lies there, and it stays where it is.", &outcome)
      }
      let partner = String(name[..<dot])
      // Its name in the mailbox is that of the parcel, or it was none.
      let parcel = manifest(in: place)?.manifest.parcel ?? ParcelID().text
      try journal.adopt(
        Arrival(id: name, partner: partner, name: parcel), owing: [],
        event: event("It is verified again.", site: partner, file: place))
      outcome.arrivals += 1
    }
  }

  // MARK: The quarantine

  /// What `why.json` says.
  private struct Why: Decodable {
    var code: String
    var reason: String
    var about: [String: String]?
  }

  mutating func adoptQuarantine() throws {
    var outcome = outcome
    defer { set(outcome) }
    try forEach(in: spool[.quarantine]) { name, folder in
      guard let item = try item(in: folder) else {
        return remark("\(folder): nothing but a reason lies there, and it stays where it is.", &outcome)
      }
      let bytes = (try? spool.disk.readSmall(folder.appending("why.json"), limit: 1 << 20)) ?? []
      let why =
        (try? JSONDecoder().decode(Why.self, from: Data(bytes)))
        ?? Why(code: "unknown", reason: "Its reason is not known any more.", about: nil)
      let entry: QuarantineEntry
      var files: [RefusedFile] = []
      if name.hasPrefix("out-") {
        let origin = origin(of: name, why)
        if item == QuarantineEntry.files {
          entry = QuarantineEntry(name: name, folder: PathText.of(origin), code: why.code, reason: why.reason)
        } else {
          entry = QuarantineEntry(
            name: name, file: PathText.of(origin), code: why.code, reason: why.reason, study: why.about?["study"])
        }
        files = try refusedFiles(in: folder, item, from: origin)
      } else {
        entry = QuarantineEntry(
          name: name, partner: why.about?["partner"] ?? "unknown", parcel: why.about?["parcel"], item: item,
          code: why.code,
          reason: why.reason, study: why.about?["study"])
      }
      try journal.adopt(entry, files: files, event: event("\(why.code): it was found in quarantine/.", file: folder))
      outcome.quarantined += 1
    }
  }

  /// What an entry holds beside its reason.
  private func item(in folder: FilePath) throws -> String? {
    guard try spool.disk.status(of: folder)?.kind == .directory else { return nil }
    return try spool.disk.names(of: folder, limit: 100).first {
      !$0.hasPrefix(".") && !Custody.Reason.files.contains($0)
    }
  }

  /// The files of a source that lie in an entry, and where each goes back to.
  private func refusedFiles(in folder: FilePath, _ item: String, from origin: FilePath) throws -> [RefusedFile] {
    guard item == QuarantineEntry.files else {
      return try spool.disk.status(of: folder.appending(item)).map { [RefusedFile(Original(origin, $0), as: item)] }
        ?? []
    }
    let top = folder.appending(item)
    return try spool.disk.files(below: top, depth: .max, skip: { _ in false }).map { found in
      let rest = FilePath(root: nil, found.path.components.dropFirst(top.components.count))
      return RefusedFile(
        Original(origin.pushing(rest), found.status), as: PathText.of(FilePath(item).pushing(rest)))
    }
  }

  /// Where refused files go back to: where their reason says that they came from, or to the first source.
  private func origin(of name: String, _ why: Why) -> FilePath {
    let text = why.about?["folder"] ?? why.about?["file"]
    if let origin = text.map({ FilePath($0) }), origin.isAbsolute { return origin }
    let source = rebuild.configuration.sources.first?.path ?? spool[.export]
    return source.appending("rebuilt").appending(name)
  }
}
