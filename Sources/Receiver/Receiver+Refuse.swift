internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Puts a parcel into quarantine as it came, and tells its sender why.
  ///
  /// - Parameters:
  ///   - manifestDigest: of the manifest that the receipt answers; nil where there is none to answer.
  ///   - instances: accounted for here; 0 where nothing that the parcel says can be believed.
  func refuse(_ place: Workplace, _ error: ParcelError, manifestDigest: String?, instances: Int) throws {
    try spool.disk.removeTree(place.study)
    let name = "in-\(place.partner)-\(place.id)-\(ParcelID().text.suffix(6))"
    let code = error.code.rawValue
    let folder = spool[.quarantine].appending(name)
    let since = journalTime()
    try spool.disk.makeDirectory(folder)
    try Reason(
      code: code, reason: "A parcel from \(place.partner) was refused: \(error.message)",
      remedy: [
        code == ParcelError.Code.digest.rawValue
          ? "Nothing: its sender sends it once more by itself."
          : "Ask \(place.partner) about it; the id names it there.",
        "Verify it again, as if it had just arrived: studypost quarantine release \(name)",
        "Or let it go: studypost quarantine discard \(name) --reason TEXT",
      ],
      about: ["parcel": place.id, "partner": place.partner, "instances": instances > 0 ? "\(instances)" : nil],
      since: since
    ).write(into: folder, disk: spool.disk)
    if try spool.disk.status(of: place.parcel) != nil {
      try spool.disk.move(place.parcel, to: folder.appending(place.id))
    }
    let known = try journal.inboundParcel(place.id)
    try journal.quarantined(
      QuarantineEntry(
        name: name, direction: .in, code: code, reason: Quoted.text("\(code): \(error.message)"),
        partner: place.partner, study: known?.study, parcel: place.id, instances: instances, bytes: 0),
      event: Event(
        "quarantined", site: place.partner, study: known?.study, parcel: place.id, file: "quarantine/\(name)",
        Quoted.text("\(code): \(error.message)")))
    if let manifestDigest {
      var row = InboundParcel(
        id: place.id, sender: place.partner, sequence: 0, manifestDigest: manifestDigest, instances: instances, bytes: 0
      )
      row.reason = code
      try answer(row, .refused, reason: code)
    }
    try place.remove()
    logger.warning(
      "refused", metadata: ["parcel": "\(place.id)", "from": "\(place.partner)", "reason": "\(error.message)"])
  }

  /// Puts away what lies in a mailbox and cannot be a parcel: a file, a link, a folder with another name.
  func refuseStray(_ path: FilePath, partner: Partner) throws {
    let name = "in-\(partner.site)-\(ParcelID().text)"
    let folder = spool[.quarantine].appending(name)
    let reason =
      "\"\(path.lastComponent?.string ?? "")\" in the mailbox is no parcel: a parcel is a folder named by its id."
    try spool.disk.makeDirectory(folder)
    try Reason(
      code: "stray", reason: reason, remedy: ["Let it go: studypost quarantine discard \(name) --reason TEXT"],
      about: ["partner": partner.site.text], since: journalTime()
    ).write(into: folder, disk: spool.disk)
    // A link stays a link: it is never followed, and goes when the entry is discarded.
    try spool.disk.move(path, to: folder.appending("stray"))
    try journal.quarantined(
      QuarantineEntry(
        name: name, direction: .in, code: "stray", reason: Quoted.text(reason), partner: partner.site.text,
        instances: 0, bytes: 0),
      event: Event("quarantined", site: partner.site.text, file: "quarantine/\(name)", Quoted.text(reason)))
    logger.warning("quarantined", metadata: ["from": "\(partner.site)", "reason": "\(reason)"])
  }

  /// The digest of a manifest that may be anything, for the receipt; nil where it cannot be read safely.
  func digestOfManifest(in folder: FilePath) -> String? {
    let path = folder.appending(ParcelFolder.manifest)
    guard let status = try? spool.disk.status(of: path), status.kind == .file, status.size <= Manifest.largest else {
      return nil
    }
    return try? sha256(of: path)
  }

  /// Takes parcels back that a kill left in quarantine before the journal knew of them: they are refused again.
  func recoverQuarantine() throws {
    for name in try spool.disk.names(of: spool[.quarantine]) where name.hasPrefix("in-") {
      guard try journal.quarantineEntry(name) == nil else { continue }
      let folder = spool[.quarantine].appending(name)
      for child in try spool.disk.names(of: folder) {
        guard let id = ParcelID(child), let end = name.range(of: "-\(id)") else { continue }
        let partner = String(name[name.index(name.startIndex, offsetBy: 3)..<end.lowerBound])
        guard SiteName(partner) != nil else { continue }
        let place = Workplace(partner: partner, id: id.text, spool: spool)
        try spool.disk.makeDirectory(place.root)
        if try spool.disk.status(of: place.parcel) == nil {
          try spool.disk.move(folder.appending(child), to: place.parcel)
        }
        for file in Reason.files { try spool.disk.removeFile(folder.appending(file)) }
        try spool.disk.removeEmptyDirectory(folder)
      }
    }
  }
}
