internal import Custody
internal import Executor
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

  /// Takes what is whole in a source, and refuses what stayed unfit for too long.
  ///
  /// - Returns: whether there was anything to do.
  func take(from index: Int) throws -> Bool {
    let due = watches[index].takeDue(limit: Self.fewFiles, now: .now)
    strays = []
    for case .unclosed(let path, let status) in due {
      let refusal = Examination.unclosed(path, configuration)
      try consider(refusal, of: path, status, isOverdue: true, index: index)
    }
    var batches = Batches()
    var rest = due[...]
    while !rest.isEmpty, !stop.isRequested {
      let group = rest.prefix(Self.group)
      rest = rest.dropFirst(group.count)
      for (path, status, isOverdue, result) in examine(group, index: index) {
        try consider(path, status, isOverdue: isOverdue, result, into: &batches, index: index)
      }
      heartbeat.beat("taking")
    }
    for study in batches.studies { try claim(batches.take(study), index: index) }
    try quarantineStrays(index)
    return !due.isEmpty
  }

  /// Whole instances that are claimed together, by their study.
  private struct Batches {
    private var byStudy: [String: [Examination]] = [:]

    var studies: [String] { byStudy.keys.sorted() }

    mutating func add(_ examined: Examination) { byStudy[examined.study, default: []].append(examined) }
    mutating func take(_ study: String) -> [Examination] { byStudy.removeValue(forKey: study) ?? [] }
    func count(_ study: String) -> Int { byStudy[study]?.count ?? 0 }
    func holds(_ examined: Examination) -> Bool {
      byStudy[examined.study]?.contains { $0.sopInstance == examined.sopInstance } ?? false
    }
  }

  private typealias Examined = (FilePath, FileStatus, Bool, Result<Examination, any Error>)

  /// Examines files, on as many threads as there are processors: this is mostly reading them.
  private func examine(_ due: ArraySlice<SourceWatch.Due>, index: Int) -> [Examined] {
    let waiting = due.compactMap { due -> (FilePath, FileStatus, Bool, SourceWatch.Candidate?, DropFolder?)? in
      let path: FilePath
      let status: FileStatus
      var isOverdue = false
      switch due {
      case .ready(let its, let found): (path, status) = (its, found)
      case .overdue(let its, let found): (path, status, isOverdue) = (its, found, true)
      case .unclosed: return nil
      }
      let folder = watches[index].dropFolder(ofFileIn: PathText.split(path).folder, among: partners.book)
      return (path, status, isOverdue, watches[index][path], folder)
    }
    return concurrently(waiting) { [configuration, book = partners.book, disk = spool.disk] file in
      let (path, status, isOverdue, candidate, folder) = file
      let result = Result {
        try Examination(
          path, status, hasWaited: candidate?.hasWaited ?? false, isClosed: candidate?.writing == .closed,
          folder: folder, configuration: configuration, partners: book, disk: disk)
      }
      return (path, status, isOverdue, result)
    }
  }

  private func consider(
    _ path: FilePath, _ status: FileStatus, isOverdue: Bool, _ result: Result<Examination, any Error>,
    into batches: inout Batches, index: Int
  ) throws {
    let examined: Examination
    do {
      examined = try result.get()
    } catch let failure as Examination.Failure {
      guard let refusal = failure.refusal else { return }  // It changed: that is seen at the next look.
      return try consider(refusal, of: path, status, isOverdue: isOverdue, index: index)
    } catch {
      return watches[index].rest(path, after: error, now: .now)
    }
    // Two copies of one instance in a batch would be intended for one name: the journal must know the first.
    if batches.holds(examined) { try claim(batches.take(examined.study), index: index) }
    if try settleDuplicate(examined, index: index) { return }
    tellOfStranger(examined, index: index)
    batches.add(examined)
    if batches.count(examined.study) >= Self.batch { try claim(batches.take(examined.study), index: index) }
  }

  /// Claims whole instances of one study: intent, take, sync, confirmation.
  private func claim(_ batch: [Examination], index: Int) throws {
    guard let first = batch.first else { return }
    let open = try journal.openStudy(study: first.study)
    let folder = open.map { self.folder(of: $0) } ?? spool[.collect].appending(diskName(ofIdentifier: first.study))
    try spool.disk.makeDirectory(folder)
    let rows = try batch.map { examined in
      TakenInstance(
        origin: PathText.of(examined.path), file: spool.relative(try freeName(for: examined, in: folder)),
        sopInstanceUID: examined.sopInstance, sopClassUID: examined.sopClass, seriesInstanceUID: examined.series,
        transferSyntaxUID: examined.transferSyntax, bytes: examined.status.size, sha256: examined.digest,
        route: examined.finding.text)
    }
    // A look that ends between here and the confirmation leaves intents, which the next one settles.
    hasOpenClaims = true
    // It is quiet since the last of them changed, not since it had rested.
    let last = batch.compactMap { watches[index][$0.path]?.since }.max() ?? .now
    let (outbound, intended) = try journal.intend(
      toClaim: rows, study: first.study, newID: OutboundStudy.newID(), expected: batch.compactMap(\.expected).max(),
      isUrgent: batch.contains(where: \.isUrgent), subject: first.subject)
    let taken = try take(Array(zip(batch, intended)), into: folder, index: index)
    try journal.claimed(taken.done, copied: taken.copied)
    try journal.unclaim(taken.failed)
    hasOpenClaims = false

    for original in taken.copied { watches[index].letGo(original) }
    for examined in batch {
      noteTaken(Original(examined.path, examined.status), of: examined.status.owner, index: index)
    }
    guard !taken.done.isEmpty else { return }
    if outbound.state == .collecting {
      let before = activity[outbound.id]
      let quiet = max(before?.quiet ?? .zero, watches[index].source.quiet)
      activity[outbound.id] = Activity(
        last: max(before?.last ?? last, last), quiet: quiet,
        portion: try nextPortion(of: outbound, before?.portion, hasImages: true))
      if let expected = outbound.expected, try journal.instanceCount(study: outbound.study) >= expected {
        try close(outbound.id, rule: "count", seconds: nil)
      }
    } else {
      try decideByFolder(outbound, batch, areNewFrom: intended.compactMap(\.id).min())
    }
    logger.debug("claimed \(taken.done.count) instances", metadata: ["study": "\(first.study)"])
  }

  /// Moves files to where the journal expects them, and makes them durable there.
  private func take(
    _ claims: [(Examination, TakenInstance)], into folder: FilePath, index: Int
  ) throws -> (done: [Int64], failed: [Int64], copied: [Original]) {
    var done: [Int64] = []
    var failed: [Int64] = []
    var copied: [Original] = []
    var parents: Set<String> = []
    let point = try spool.disk.syncPoint(folder)
    for (examined, row) in claims {
      guard let id = row.id else { continue }
      do {
        if try spool.disk.take(examined.path, to: spool.absolute(row.file)) {
          copied.append(Original(examined.path, examined.status))
        } else {
          if let stamp = examined.stamp { sealer.freshReads.note(id, stamp, examined.filter) }
          watches[index].forget(examined.path)
          parents.insert(PathText.split(examined.path).folder)
        }
        done.append(id)
      } catch {
        // It stays in its source, and is tried again.
        failed.append(id)
        watches[index].rest(examined.path, after: error, now: .now)
      }
    }
    // The PACS need not have made durable what it wrote.
    try point.sync()
    try spool.disk.sync(directory: folder)
    for parent in parents { try? spool.disk.sync(directory: PathText.path(parent)) }
    return (done, failed, copied)
  }

  /// A name for an instance's file: its SOP Instance UID, numbered where another file has it.
  private func freeName(for examined: Examination, in folder: FilePath) throws -> FilePath {
    let name = diskName(ofIdentifier: examined.sopInstance)
    for number in 0..<100 {
      let suffix = number == 0 ? "" : "-\(number)"
      let path = folder.appending("\(name)\(suffix).dcm")
      if try spool.disk.status(of: path) == nil { return path }
    }
    return folder.appending("\(name)-\(OutboundStudy.newID()).dcm")
  }

  /// Where an open study's files lie.
  func folder(of outbound: OutboundStudy) -> FilePath {
    outbound.state == .held
      ? spool[.heldOutbound(study: outbound.id)]
      : spool[.collect].appending(diskName(ofIdentifier: outbound.study))
  }
}
