import Custody
import Executor
import Journal
import Parcel
import Spool
import SystemPackage

/// The collector over the real operations of the journal, in the order in which the service makes them: intend, take, sync,
/// confirm; seal, write down, rename. It mirrors `Collector` and `Sealer` without reading DICOM, waiting and threads.
struct Collecting {
  let site: SimulatedSite
  let process: SimulatedProcess
  let world: World
  private var journal: Journal { site.journal }
  private var spool: Spool { process.spool }
  private var disk: Disk { spool.disk }

  private func executor() throws -> Executor {
    try process.executor(
      .init(reseal: { parcel, new in
        try reseal(parcel, as: new)
        return true
      }))
  }

  /// What a start does: what is owed, then claims that nobody confirmed, then what the journal does not know.
  func recover() throws {
    try executor().perform(atOnce: true)
    for claim in try journal.unconfirmedClaims() { try settle(claim) }
    for name in try disk.names(of: spool[.outbound]) where name.hasSuffix(".sealing") {
      let id = String(name.dropFirst().dropLast(".sealing".count))
      if try journal.outboundParcel(id) == nil { try disk.removeTree(spool[.outbound].appending(name)) }
    }
    for study in try disk.names(of: spool[.collect]) where study != "README" {
      let folder = spool[.collect].appending(study)
      for name in try disk.names(of: folder) where name.hasPrefix(".") { try disk.removeFile(folder.appending(name)) }
      try disk.removeEmptyDirectory(folder)
    }
  }

  private func settle(_ claim: TakenInstance) throws {
    guard let id = claim.id else { return }
    let file = spool.absolute(claim.file)
    let origin = FilePath(claim.origin)
    guard try disk.status(of: file) != nil, try sha256(of: file, on: disk) == claim.sha256 else {
      try disk.removeFile(file)
      return try journal.unclaim([id])
    }
    try disk.sync(file: file)
    try disk.sync(directory: file.removingLastComponent())
    var copied: [Original] = []
    if let status = try disk.status(of: origin), try sha256(of: origin, on: disk) == claim.sha256 {
      copied = [Original(origin, status)]
    }
    try journal.claimed([id], copied: copied)
  }

  /// One look: what is owed, what lies in the source, what is complete.
  func look() throws {
    try executor().perform()
    for claim in try journal.unconfirmedClaims() { try settle(claim) }
    let owed = Set(try journal.owedOriginals())
    for found in try disk.files(below: "/export", skip: { $0.hasPrefix(".") || $0 == "README" }) {
      let original = Original(found.path, found.status)
      if owed.contains(original) { continue }
      try take(found.path, original)
    }
  }

  private func take(_ path: FilePath, _ original: Original) throws {
    let digest = try sha256(of: path, on: disk)
    guard let toy = world.toys[digest] else { return try refuse(path, original, digest) }
    let named = path.string.hasPrefix("/export/\(site.partner)/") ? site.partner : nil
    for earlier in try journal.takenInstances(sopInstanceUID: toy.instance, study: toy.study)
    where earlier.instance.sha256 == digest {
      let isOnItsWay =
        earlier.study != .sealed
        || earlier.parcels.contains { [.sealed, .shipped, .received, .held].contains($0.state) }
      guard isOnItsWay, let id = earlier.instance.id else { continue }
      try journal.duplicate(
        of: id, route: named ?? earlier.instance.route, original: original,
        event: Event("duplicate", study: toy.study, file: path.string, "It counts once."))
      return try world.joined(toy, at: site)
    }
    try claim(path, toy, digest, named, original)
  }

  private func refuse(_ path: FilePath, _ original: Original, _ digest: String) throws {
    let (folder, name) = PathText.split(path)
    let item = "\(QuarantineEntry.files)/\(name)"
    let growing = try journal.growingEntry(folder: folder, since: "", most: 3)
    let known = try growing.flatMap { try journal.isFree(at: [item], below: [], inEntry: $0.name) ? $0 : nil }
    let entry =
      known
      ?? QuarantineEntry(name: "out-\(ParcelID())", folder: folder, code: "not-dicom", reason: "It is no DICOM.")
    try journal.refused(
      [
        .init(
          RefusedFile(original, as: item), sha256: digest,
          event: Event("quarantined", file: path.string, "It is no DICOM."))
      ], as: entry,
      reason: Reason(code: "not-dicom", sentence: "It is no DICOM.", remedy: [], about: [:], since: entry.since))
  }

  private func claim(
    _ path: FilePath, _ toy: Toy, _ digest: String, _ route: String?, _ original: Original
  ) throws {
    let open = try journal.openStudy(study: toy.study)
    let folder =
      open.map { $0.state == .held ? spool[.heldOutbound(study: $0.id)] : spool[.collect].appending(toy.study) }
      ?? spool[.collect].appending(toy.study)
    try disk.makeDirectory(folder)
    var file = folder.appending("\(toy.instance).dcm")
    var number = 0
    while try disk.status(of: file) != nil {
      number += 1
      file = folder.appending("\(toy.instance)-\(number).dcm")
    }
    let row = TakenInstance(
      origin: path.string, file: spool.relative(file), sopInstanceUID: toy.instance, sopClassUID: Toy.sopClass,
      seriesInstanceUID: toy.series, transferSyntaxUID: Toy.transferSyntax, bytes: original.size, sha256: digest,
      route: route)
    // Every second study leaves in portions.
    let (_, rows) = try journal.intend(
      toClaim: [row], study: toy.study, newID: world.newID(), expected: nil,
      isUrgent: toy.study.utf8.reduce(0) { $0 + Int($1) } % 2 == 0)
    guard let id = rows.first?.id else { return }
    let isCopied: Bool
    do {
      isCopied = try disk.take(path, to: file)
    } catch {
      try journal.unclaim([id])
      throw error
    }
    try disk.sync(directory: folder)
    if !isCopied { try disk.sync(directory: path.removingLastComponent()) }
    try journal.claimed([id], copied: isCopied ? [original] : [])
  }

  /// Studies that are complete get their recipient, or wait for a person.
  func close() throws {
    for study in try journal.outboundStudies(in: .collecting, limit: 100) {
      if try journal.hasUnconfirmedClaims(outboundStudy: study.id) { continue }
      let instances = try journal.instances(outboundStudy: study.id, limit: 1000)
      if instances.isEmpty {
        if study.continues { try end(study) }
        continue
      }
      if let uid = try journal.contradiction(inOutboundStudy: study.id) {
        try hold(study, "contradiction", "\(uid) came with two contents.")
      } else if let partner = instances.compactMap(\.route).first {
        try journal.change(
          outboundStudy: study.id, by: .closed,
          recipients: [Recipient(outboundStudy: study.id, partner: partner, rule: "folder", value: partner)],
          event: Event("closed", study: study.study, "It did not grow.")
        ) { $0.closedRule = study.urgent ? OutboundStudy.urgentRule : "quiet" }
      } else {
        try hold(study, "no-recipient", "Nobody is named.")
      }
    }
  }

  /// An urgent study of which all has left.
  private func end(_ study: OutboundStudy) throws {
    let recipients = try journal.unfinishedRecipients(study: study.study)
    try journal.change(
      outboundStudy: study.id, by: recipients.isEmpty ? .discarded : .closed,
      recipients: recipients.map {
        Recipient(outboundStudy: study.id, partner: $0.partner, rule: $0.rule, value: $0.value)
      }, event: Event("closed", study: study.study, "Nothing more came.")
    ) { $0.closedRule = "quiet" }
  }

  private func hold(_ study: OutboundStudy, _ code: String, _ sentence: String) throws {
    try journal.change(
      outboundStudy: study.id, by: .heldBack,
      reason: Reason(code: code, sentence: sentence, remedy: [], about: [:], since: study.since),
      event: Event("held", study: study.study, sentence))
  }

  // MARK: Sealing

  /// Seals what is ready.
  func seal() throws {
    try executor().perform()
    for study in try journal.outboundStudies(in: .ready, limit: 100) {
      guard try !journal.hasUnconfirmedClaims(outboundStudy: study.id),
        try journal.owed(subject: "study:\(study.id)").isEmpty,
        try !study.urgent || !journal.isSealing(study: study.study, before: study)
      else { continue }
      let instances = try journal.instances(outboundStudy: study.id, limit: 1000)
      if let uid = try journal.contradiction(inOutboundStudy: study.id) {
        try hold(study, "contradiction", "\(uid) came with two contents.")
        continue
      }
      for recipient in try journal.recipients(outboundStudy: study.id) where recipient.parcel == nil {
        if try instances.isEmpty && journal.portions(of: study, to: recipient.partner).parcels.isEmpty {
          try journal.change(
            outboundStudy: study.id, by: .discarded,
            event: Event("discarded", study: study.study, "Nothing is left of it."))
          break
        }
        try seal(study, instances, for: recipient)
      }
    }
    try executor().perform()
  }

  private var sealer: ParcelSealer {
    ParcelSealer(sender: site.name, signingKey: site.keys.signing, level: 1, threads: 1, disk: disk)
  }

  private func seal(_ study: OutboundStudy, _ instances: [TakenInstance], for recipient: Recipient) throws {
    guard let key = world.site(site.partner)?.keys.age.recipient else { return }
    let parcel = ParcelID()
    let hidden = spool[.sealing(parcel: parcel.text)]
    let earlier = try journal.earlier(outboundStudy: study, recipient: recipient.partner)
    let isPortion = study.closedRule == OutboundStudy.urgentRule
    let portions = try journal.portions(of: study, to: recipient.partner)
    var part = Contents.Part(
      afterDelivery: earlier.hasDelivered && !instances.isEmpty,
      afterParcel: earlier.hasParcel && portions.parcels.isEmpty,
      isMissingSome: try !journal.refusedFiles(study: study.study).isEmpty)
    if isPortion, part != .again { part = .portion }
    var contents = Contents(
      study: study.study, part: part, closedBy: .init(rule: "quiet", seconds: 60),
      route: .init(rule: recipient.rule, value: recipient.value))
    if isPortion || !portions.parcels.isEmpty {
      contents.portion = .init(
        number: portions.parcels.count + 1,
        last: isPortion
          ? nil : .init(instances: portions.instances + instances.count, parcels: portions.parcels))
    }
    let sealed: ParcelSealer.Sealed
    do {
      sealed = try sealer.seal(
        contents, count: instances.count, as: parcel, to: recipient.partner, key: key,
        sequence: journal.nextSequence(recipient: recipient.partner), created: "2026-01-01T00:00:00Z", into: hidden
      ) {
        var rest = instances.enumerated().makeIterator()
        return {
          rest.next().map { number, row in
            (
              Contents.Instance(
                number: number + 1, sopInstanceUID: row.sopInstanceUID ?? "", sopClassUID: row.sopClassUID ?? "",
                seriesInstanceUID: row.seriesInstanceUID ?? "", transferSyntaxUID: row.transferSyntaxUID ?? "",
                bytes: row.bytes, sha256: row.sha256), InstanceFile(spool.absolute(row.file))
            )
          }
        }
      }
      try disk.sync(directory: hidden)
      try disk.sync(directory: spool[.outbound])
    } catch let error as ParcelError where error.code == .changed {
      try disk.removeTree(hidden)
      for row in instances where spool.absolute(row.file) == error.path {
        world.damaged(row.sha256)
        try journal.giveBack(
          row, to: "/export/again-\(ParcelID()).dcm",
          event: Event("given-back", study: study.study, file: row.file, "It changed."))
      }
      return
    } catch {
      try? disk.removeTree(hidden)
      throw error
    }
    do {
      try journal.sealed(
        OutboundParcel(
          id: parcel.text, outboundStudy: study.id, study: study.study, recipient: recipient.partner,
          sequence: sealed.manifest.sequence, part: part.rawValue, instances: instances.count, bytes: study.bytes,
          payloadBytes: sealed.manifest.payload.bytes, manifestDigest: sealed.manifestDigest),
        event: Event("sealed", site: recipient.partner, study: study.study, parcel: parcel.text, "It is sealed."))
    } catch {
      if try journal.outboundParcel(parcel.text) == nil { try? disk.removeTree(hidden) }
      throw error
    }
  }

  private func reseal(_ id: String, as new: String) throws {
    guard let earlier = try journal.outboundParcel(id), let parcel = ParcelID(new),
      try journal.outboundParcel(new) == nil
    else { return }
    let hidden = spool[.sealing(parcel: new)]
    try disk.removeTree(hidden)
    let sealed: ParcelSealer.Sealed
    do {
      sealed = try sealer.resend(
        folder: spool[.outbound(parcel: id)], manifestDigest: earlier.manifestDigest, as: parcel,
        sequence: journal.nextSequence(recipient: earlier.recipient), created: "2026-01-01T00:00:00Z", into: hidden)
    } catch let error as ParcelError where error.code == .damaged {
      // Told, and not tried again: the study must be exported.
      return try disk.removeTree(hidden)
    }
    try disk.sync(directory: hidden)
    try disk.sync(directory: spool[.outbound])
    try journal.sealed(
      OutboundParcel(
        id: new, outboundStudy: earlier.outboundStudy, study: earlier.study, recipient: earlier.recipient,
        sequence: sealed.manifest.sequence, part: "again", again: id, instances: earlier.instances,
        bytes: earlier.bytes, payloadBytes: sealed.manifest.payload.bytes, manifestDigest: sealed.manifestDigest),
      event: Event("resealed", site: earlier.recipient, study: earlier.study, parcel: new, "Once more."))
  }
}
