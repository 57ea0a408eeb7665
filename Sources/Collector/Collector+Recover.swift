internal import Custody
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Collector {
  /// So many claims are settled together.
  private static let claims = 1000

  /// Finishes what a kill left half done: claims are settled, what is owed is performed, and what the journal does not know
  /// is explained. All of it before any other thread works.
  func recover(once: Bool) throws {
    try recoverClaims()
    let owed = try journal.owedOriginals()
    for index in watches.indices {
      for original in owed where PathText.isAtOrBelow(original.path, watches[index].root) {
        watches[index].letGo(original)
      }
    }
    try recoverHeld()
    while try executor.perform(), !stop.isRequested { heartbeat.beat("starting") }
    try Orphans(
      configuration: configuration, signer: sealer.signer, spool: spool, journal: journal, alerts: alerts,
      heartbeat: heartbeat,
      logger: logger, sequences: sealer.sequences
    ).explain()
    try followCollecting(once: once)
  }

  /// Files that are held where they lie: those that went meanwhile are not held any more.
  private func recoverHeld() throws {
    var last = ""
    while case let portion = try journal.heldFiles(after: last, limit: Self.claims), let end = portion.last?.path {
      for file in portion {
        for index in watches.indices where PathText.isAtOrBelow(file.path, watches[index].root) {
          watches[index].held[file.path] = file.reason
        }
      }
      last = end
    }
  }

  /// An intended claim whose file lies in place, byte for byte, was carried out; any other was not, and its file is still in
  /// the source.
  func recoverClaims() throws {
    var last: Int64 = 0
    while true {
      let portion = try journal.unconfirmedClaims(after: last, limit: Self.claims)
      guard let end = portion.last?.id else { return }
      last = end
      var done: [Int64] = []
      var undone: [Int64] = []
      var copied: [Original] = []
      for claim in portion {
        guard let id = claim.id else { continue }
        let target = spool.absolute(claim.file)
        if try isWhole(target, claim) {
          if let original = try original(of: claim, target) { copied.append(original) }
          done.append(id)
        } else {
          try spool.disk.removeUnfinished(target)
          undone.append(id)
        }
      }
      let folders = Set(portion.map { spool.absolute($0.file).removingLastComponent() })
      for folder in folders where try spool.disk.status(of: folder)?.kind == .directory {
        try spool.disk.sync(directory: folder)
      }
      try journal.claimed(done, copied: copied)
      try journal.unclaim(undone)
      // One that was made for claims that did not happen.
      for folder in folders where folder.removingLastComponent() == spool[.collect] {
        try spool.disk.removeEmptyDirectory(folder)
      }
      for original in copied {
        for index in watches.indices where PathText.isAtOrBelow(original.path, watches[index].root) {
          watches[index].letGo(original)
        }
      }
      for study in Set(portion.compactMap(\.outboundStudy)) where activity[study] == nil { try follow([study]) }
    }
  }

  private func isWhole(_ target: FilePath, _ claim: TakenInstance) throws -> Bool {
    guard let status = try spool.disk.status(of: target), status.kind == .file, status.size == claim.bytes,
      try sha256(of: target, on: spool.disk) == claim.sha256
    else { return false }
    try spool.disk.sync(file: target)
    return true
  }

  /// The file of the source from which a claim was copied, if it was copied: it is still there.
  private func original(of claim: TakenInstance, _ target: FilePath) throws -> Original? {
    let path = PathText.path(claim.origin)
    // A source that cannot be read now: its file, if it is still there, is then a copy like any other.
    guard let status = try? spool.disk.status(of: path), status.kind == .file, status.size == claim.bytes,
      (try? spool.disk.same(path, target)) == true
    else { return nil }
    return Original(path, status)
  }
}
