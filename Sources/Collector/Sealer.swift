internal import FoundationEssentials
internal import Journal
internal import Logging
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

/// Seals the studies that are ready, one after the other, oldest first.
struct Sealer: Sendable {
  let configuration: Configuration
  let keys: Keys
  let spool: Spool
  let journal: Journal
  let logger: Logger
  let stop: Stop

  /// How long a study that could not be sealed rests before it is tried again.
  private static let rest: Duration = .seconds(30)

  /// Seals everything that is ready now. A study that cannot be sealed is left for the next time.
  ///
  /// - Parameter resting: studies that failed, and when they may be tried again.
  func sealAll(resting: inout [String: ContinuousClock.Instant]) throws {
    if resting.values.contains(where: { $0 <= .now }) {
      // A parcel that the journal has and that did not get its name would wait for the next start.
      try recover()
      resting = resting.filter { $0.value > .now }
    }
    for study in try journal.outboundStudies(in: .ready) {
      if stop.isRequested { return }
      if let until = resting[study.id], until > .now { continue }
      // The collector is about to confirm a claim that it began before a person released the study.
      if try journal.hasUnconfirmedClaims(outboundStudy: study.id) { continue }
      do {
        try seal(study)
        resting[study.id] = nil
      } catch is CancellationError {
        return
      } catch let error as JournalError {
        throw error
      } catch {
        resting[study.id] = .now + Self.rest
        logger.error("a study cannot be sealed; it is tried again: \(error)", metadata: ["study": "\(study.study)"])
      }
    }
  }

  func sealAll() throws {
    var resting: [String: ContinuousClock.Instant] = [:]
    try sealAll(resting: &resting)
  }

  /// Seals one study. The order makes every step repeatable: the parcel is durable under a hidden name, the journal
  /// knows it, it gets its name, and only then the study's files go.
  private func seal(_ study: OutboundStudy) throws {
    guard let name = study.partner.flatMap(SiteName.init),
      let partner = try PartnerBook.load(configuration.partners, owner: configuration.site)[name]
    else {
      throw ParcelError(.recipient, spool[.outbound], "\(study.partner ?? "nobody") is no partner (any more).")
    }
    let space = try Space.at(spool.root)
    let instances = try journal.instances(outboundStudy: study.id).sorted { ($0.id ?? 0) < ($1.id ?? 0) }
    let bytes = instances.reduce(0) { $0 + $1.bytes }
    guard configuration.limits.minFree.allows(space.available - bytes, of: space.total) else {
      throw ParcelError(.limit, spool[.outbound], "there is too little space for a parcel of up to \(bytes) bytes.")
    }
    let contents = try contents(of: study, for: name)
    let parcel = ParcelID()
    let hidden = spool[.outbound].appending(".\(parcel).sealing")
    let began = ContinuousClock.now
    let sealed: ParcelSealer.Sealed
    do {
      sealed = try ParcelSealer(
        sender: configuration.site.text, signingKey: keys.signing, level: configuration.compression.level
      ).seal(
        contents, count: instances.count, as: parcel, to: name.text,
        key: partner.card.encryptionKey, sequence: try journal.nextSequence(recipient: name.text),
        created: Date().formatted(.iso8601), into: hidden, isCancelled: { stop.isRequested }
      ) {
        var rest = instances.enumerated().makeIterator()
        return { rest.next().map { (announcement(of: $1, number: $0 + 1), spool.absolute($1.file)) } }
      }
      try Durable.sync(directory: hidden)
      try Durable.sync(directory: spool[.outbound])
    } catch let error as ParcelError where error.code == .changed {
      try Durable.removeTree(hidden)
      try giveBack(error, study, instances)
      return
    } catch {
      try Durable.removeTree(hidden)
      throw error
    }
    let manifest = sealed.manifest
    do {
      try journal.sealed(
        OutboundParcel(
          id: parcel.text, outboundStudy: study.id, study: study.study, recipient: name.text,
          sequence: manifest.sequence, part: contents.part.rawValue, instances: instances.count, bytes: bytes,
          payloadBytes: manifest.payload.bytes, manifestDigest: sealed.manifestDigest),
        event: Event(
          "sealed", site: name.text, study: study.study, parcel: parcel.text,
          "\(instances.count) instances, \(bytes) bytes, \(manifest.payload.bytes) in the parcel, \(contents.part)."))
    } catch {
      if try journal.outboundParcel(parcel.text) == nil { try Durable.removeTree(hidden) }
      throw error
    }
    try Durable.move(hidden, to: spool[.outbound].appending(parcel.text))
    try letGo(instances, of: study)
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    logger.info(
      "sealed",
      metadata: [
        "parcel": "\(parcel)", "study": "\(study.study)", "to": "\(name)", "instances": "\(instances.count)",
        "bytes": "\(manifest.payload.bytes)", "seconds": "\((seconds * 10).rounded() / 10)",
      ])
  }

  private func contents(of study: OutboundStudy, for partner: SiteName) throws -> Contents {
    let rule = study.closedRule ?? "manual"
    let parts = rule.split(separator: ":", maxSplits: 1)
    return Contents(
      study: study.study,
      part: try journal.hasParcel(study: study.study, recipient: partner.text) ? .supplement : .complete,
      closedBy: .init(
        rule: String(parts.first ?? "manual"), seconds: parts.count > 1 ? Double(parts[1]) : nil,
        expected: study.expected),
      route: .init(rule: study.routeRule ?? "manual", value: study.routeValue ?? partner.text))
  }

  private func announcement(of instance: TakenInstance, number: Int) -> Contents.Instance {
    Contents.Instance(
      number: number, sopInstanceUID: instance.sopInstanceUID ?? "", sopClassUID: instance.sopClassUID ?? "",
      seriesInstanceUID: instance.seriesInstanceUID ?? "", transferSyntaxUID: instance.transferSyntaxUID ?? "",
      bytes: instance.bytes, sha256: instance.sha256)
  }

  /// Puts a file that changed after it was claimed back into its source, to be looked at again.
  private func giveBack(_ error: ParcelError, _ study: OutboundStudy, _ instances: [TakenInstance]) throws {
    for instance in instances {
      guard let id = instance.id, spool.absolute(instance.file) == error.path, let source = configuration.sources.first
      else { continue }
      // A drop folder's word is kept by putting the file there again.
      let original = FilePath(instance.origin)
      let folder =
        (try FileStatus.of(original.removingLastComponent())) != nil
        ? original.removingLastComponent() : source.path
      let target = folder.appending("again-\(ParcelID().text).dcm")
      // The journal first: a file without a row goes back at the next start, a row without its file never would.
      var open = study
      open.state = .collecting
      try journal.update(open, event: Event("reopened", study: study.study, "Waits for the file that changed."))
      try journal.giveBack(
        id, event: Event("given-back", study: study.study, file: target.string, "It changed after it was claimed."))
      let isCopied = try Durable.take(error.path, to: target)
      try Durable.sync(directory: folder)
      if isCopied { try Durable.removeFile(error.path) }
    }
  }

  /// Removes the files of a study that is sealed or was discarded, and its folder with the reason, if it was held. A file
  /// that came into the folder meanwhile belongs to another study in the journal, and stays.
  func letGo(_ instances: [TakenInstance], of study: OutboundStudy) throws {
    for instance in instances { try Durable.removeFile(spool.absolute(instance.file)) }
    let held = spool[.holdOutbound].appending(study.id)
    for name in Reason.files { try Durable.removeFile(held.appending(name)) }
    try Durable.removeEmptyDirectory(held)
    try Durable.removeEmptyDirectory(spool[.collect].appending(study.study))
  }

  /// Finishes the parcels that a kill left: one that the journal knows gets its name, any other is made again.
  func recover() throws {
    for name in try Listing.names(of: spool[.outbound]) where name.hasPrefix(".") && name.hasSuffix(".sealing") {
      let hidden = spool[.outbound].appending(name)
      let id = String(name.dropFirst().dropLast(".sealing".count))
      if try journal.outboundParcel(id) != nil {
        try Durable.move(hidden, to: spool[.outbound].appending(id))
      } else {
        try Durable.removeTree(hidden)
      }
    }
    for parcel in try journal.outboundParcels(in: OutboundParcel.State.allCases) {
      guard let study = try journal.outboundStudy(parcel.outboundStudy),
        try FileStatus.of(spool[.holdOutbound].appending(study.id)) != nil
      else { continue }
      try letGo(journal.instances(outboundStudy: study.id), of: study)
    }
  }
}
