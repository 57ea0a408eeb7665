internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Collector {
  /// Finishes what a kill left half done. Files are the truth about content, the journal about intent.
  func recover(once: Bool) throws {
    try recoverClaims()
    for study in try journal.outboundStudies(in: .held) {
      try gather(study, journal.instances(outboundStudy: study.id))
    }
    try sealer.recover()
    try recoverStrays()
    try recoverQuarantine()
    // A run of `--once` has no time of its own in which a study could be quiet: the clock on the wall must do.
    guard once else { return }
    for study in try journal.outboundStudies(in: .collecting) {
      guard let since = date(ofJournalTime: study.since) else { continue }
      activity[study.id] = Activity(
        last: .now - .seconds(max(0, Date().timeIntervalSince(since))),
        quiet: quiet(of: try journal.instances(outboundStudy: study.id)))
    }
  }

  /// An intended claim whose file lies in place was done; any other was not, and its file is still in the source.
  private func recoverClaims() throws {
    var done: [Int64] = []
    var undone: [Int64] = []
    for claim in try journal.unconfirmedClaims() {
      guard let id = claim.id else { continue }
      let isThere = try spool.disk.status(of: spool.absolute(claim.file))?.size == claim.bytes
      if isThere { done.append(id) } else { undone.append(id) }
    }
    for folder in Set(try done.isEmpty ? [] : spool.disk.names(of: spool[.collect])) where folder != "README" {
      try spool.disk.sync(directory: spool[.collect].appending(folder))
    }
    try journal.claimed(done)
    try journal.unclaim(undone)
  }

  /// Files in `collect/` that no open study owns: sealed ones are removed, unknown ones go back to the first source.
  private func recoverStrays() throws {
    for found in try spool.disk.files(below: spool[.collect], skip: { $0 == "README" }) {
      if found.path.lastComponent?.string.hasPrefix(".") == true {
        try spool.disk.removeFile(found.path)
        continue
      }
      let known = try journal.takenInstance(file: spool.relative(found.path))
      switch known?.study?.state {
      case .collecting, .held, .ready: continue
      case .sealed, .discarded: try spool.disk.removeFile(found.path)
      case nil:
        guard let source = configuration.sources.first else { continue }
        let target = source.path.appending("recovered-\(ParcelID().text).dcm")
        try spool.disk.move(found.path, to: target)
        try journal.record(
          Event("recovered", file: target.string, "A file without an entry in the journal went back to its source."))
      }
    }
    for name in try spool.disk.names(of: spool[.collect]) where name != "README" {
      try spool.disk.removeEmptyDirectory(spool[.collect].appending(name))
    }
  }
}
