internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Collector {
  /// So many claims share one commit of the journal.
  private static let batch = 256
  /// So many files are examined together, before the service looks up.
  private static let group = 32
  /// How long a file rests that could not be handled.
  static let rest: Duration = .seconds(30)

  /// Takes what is whole in a source, and refuses what stayed unfit for too long.
  func take(from index: Int) throws {
    let source = watches[index].source
    let ready = watches[index].look(now: .now)
    if let trouble = watches[index].trouble {
      tell("source \(source.path)", "the source cannot be read; it is looked at again: \(trouble)")
      return
    }
    told.remove("source \(source.path)")
    if let trouble = watches[index].partTrouble {
      tell("part of \(source.path)", "a part of the source cannot be read; the rest goes on: \(trouble)")
    } else {
      told.remove("part of \(source.path)")
    }

    var batches: [String: [Examination]] = [:]
    var examinations: [Result<Examination, any Error>] = []
    for (number, found) in ready.enumerated() {
      if stop.isRequested { break }
      if examinations.isEmpty { examinations = examine(ready[number...].prefix(Self.group), index: index).reversed() }
      guard let examination = examinations.popLast() else { break }
      let examined: Examination
      do {
        examined = try examination.get()
        told.remove("file \(found.path)")
      } catch let failure as Examination.Failure {
        if let refusal = failure.refusal { watches[index].refuse(found.path, refusal) }
        continue
      } catch {
        tell("file \(found.path)", "a file cannot be read; it is tried again: \(error)")
        continue
      }
      // Two copies of one instance in a batch would be intended for one name: the journal must know the first.
      if let batch = batches[examined.study], batch.contains(where: { $0.sopInstance == examined.sopInstance }) {
        batches[examined.study] = nil
        try claim(batch, index: index)
      }
      if try settleDuplicate(examined, index: index) { continue }
      batches[examined.study, default: []].append(examined)
      if let batch = batches[examined.study], batch.count >= Self.batch {
        batches[examined.study] = nil
        try claim(batch, index: index)
      }
    }
    for batch in batches.values { try claim(batch, index: index) }
    try refuseOverdue(index: index)
  }

  /// Examines files, on as many threads as there are processors: this is mostly reading them.
  private func examine(
    _ files: ArraySlice<Listing.Found>, index: Int
  ) -> [Result<Examination, any Error>] {
    let waiting = files.map { found in
      (found, watches[index].hasWaited(found.path), dropFolder(of: found.path, in: watches[index].source))
    }
    return concurrently(waiting) { [configuration, partners, disk = spool.disk] found, hasWaited, folder in
      Result {
        try Examination(
          found, hasWaited: hasWaited, folder: folder, configuration: configuration, partners: partners, disk: disk)
      }
    }
  }

  /// The partner to whose drop folder a file was put.
  private func dropFolder(of path: FilePath, in source: Configuration.Source) -> Partner? {
    var below = path
    guard below.removePrefix(source.path), below.components.count > 1, let first = below.components.first,
      let name = SiteName(first.string)
    else { return nil }
    return partners[name]
  }

  /// Lets a file go whose very bytes are already taken: one instance, counted once.
  ///
  /// - Returns: whether the file was such a copy.
  private func settleDuplicate(_ examined: Examination, index: Int) throws -> Bool {
    for (instance, sealedFor) in try journal.takenInstances(sopInstanceUID: examined.sopInstance, study: examined.study)
    where instance.sha256 == examined.digest && instance.claimed {
      if let sealedFor, !examined.finding.partners.subtracting([sealedFor]).isEmpty { continue }
      if sealedFor == nil, let id = instance.id {
        var finding = RouteFinding(journal: instance.route)
        finding.merge(examined.finding)
        if let text = finding.text, text != instance.route { try journal.updateRoute(id, to: text) }
      }
      try journal.record(
        Event(
          "duplicate", study: examined.study, file: examined.path.string,
          "The same instance, byte for byte, was taken before from \(instance.origin); it counts once."))
      letGo(examined.path, index: index)
      return true
    }
    return false
  }

  /// Claims whole instances of one study: intent, rename, confirmation.
  private func claim(_ batch: [Examination], index: Int) throws {
    guard let study = batch.first?.study else { return }
    let open = try journal.openStudy(study: study)
    let folder = open.map { self.folder(of: $0) } ?? spool[.collect].appending(study)
    try spool.disk.makeDirectory(folder)
    let rows = try batch.map { examined in
      TakenInstance(
        origin: examined.path.string, file: spool.relative(try freeName(for: examined, in: folder)),
        sopInstanceUID: examined.sopInstance, sopClassUID: examined.sopClass, seriesInstanceUID: examined.series,
        transferSyntaxUID: examined.transferSyntax, bytes: examined.status.size, sha256: examined.digest,
        route: examined.finding.text)
    }
    let (outbound, intended) = try journal.intend(
      toClaim: rows, study: study, newID: Self.newID(), expected: batch.compactMap(\.expected).max())
    if outbound.state == .collecting, open == nil {
      try journal.record(Event("opened", study: study, file: batch[0].path.string, "The first instance was found."))
    }

    var done: [Int64] = []
    var failed: [Int64] = []
    var copied: [FilePath] = []
    var parents: Set<FilePath> = []
    for (examined, row) in zip(batch, intended) {
      guard let id = row.id else { continue }
      let target = spool.absolute(row.file)
      do {
        if try spool.disk.take(examined.path, to: target) { copied.append(examined.path) }
        parents.insert(examined.path.removingLastComponent())
        done.append(id)
      } catch {
        // It stays in its source: the next look finds it again.
        failed.append(id)
        tell("file \(examined.path)", "a file cannot be claimed; it is tried again: \(error)")
        watches[index].rest(examined.path, until: .now + Self.rest)
        continue
      }
      if !copied.contains(examined.path) { watches[index].forget(examined.path) }
    }
    try spool.disk.sync(directory: folder)
    for parent in parents { try? spool.disk.sync(directory: parent) }
    try journal.claimed(done)
    if !failed.isEmpty { try journal.unclaim(failed) }
    for original in copied { letGo(original, index: index) }
    if !done.isEmpty {
      let quiet = max(activity[outbound.id]?.quiet ?? .zero, watches[index].source.quiet)
      if outbound.state == .collecting { activity[outbound.id] = Activity(last: .now, quiet: quiet) }
      logger.debug("claimed \(done.count) instances", metadata: ["study": "\(study)"])
    }
  }

  /// Removes an original whose copy is durable and in the journal. One that cannot be removed is remembered: it would be
  /// read again at every look, and each time be recognised as a duplicate.
  func letGo(_ path: FilePath, index: Int) {
    do {
      try spool.disk.removeFile(path)
      told.remove("remove \(path)")
      watches[index].forget(path)
    } catch {
      tell("remove \(path)", "a file was taken but cannot be removed from its source: \(error)")
      watches[index].refuse(path, .init(code: Examination.taken, reason: "It was taken.", mayHeal: false))
      watches[index].rest(path, until: .now + Self.rest)
    }
  }

  /// A name for an instance's file: its SOP Instance UID, numbered where another file has it.
  private func freeName(for examined: Examination, in folder: FilePath) throws -> FilePath {
    for number in 0..<10_000 {
      let suffix = number == 0 ? "" : "-\(number)"
      let path = folder.appending("\(examined.sopInstance)\(suffix).dcm")
      if try spool.disk.status(of: path) == nil { return path }
    }
    return folder.appending("\(examined.sopInstance)-\(Self.newID()).dcm")
  }

  /// Where an open study's files lie.
  func folder(of outbound: OutboundStudy) -> FilePath {
    outbound.state == .held ? spool[.holdOutbound].appending(outbound.id) : spool[.collect].appending(outbound.study)
  }

  /// Ten characters that a person can read out.
  static func newID() -> String {
    let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    return String((0..<10).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
  }
}
