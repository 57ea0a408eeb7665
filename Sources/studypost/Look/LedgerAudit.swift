import Glibc
import Journal
import Parcel
import Spool
import SystemPackage

/// The ledger held against the disk: what the journal says must lie somewhere lies there, and nothing else does.
struct LedgerAudit {
  let ledger: Ledger
  /// What does not agree, for people; sorted.
  let problems: [String]

  var isBalanced: Bool {
    ledger.out.sum == ledger.out.taken && ledger.in.sum == ledger.in.arrived && problems.isEmpty
  }

  /// Journal and disk are read one after the other while services move things from one place to the next, so only what
  /// shows in every one of a few looks is a problem.
  init(of site: LocalSite) throws {
    var lasting = try Self.look(at: site)
    for _ in 0..<4 where !lasting.isEmpty {
      usleep(250_000)
      lasting.formIntersection(try Self.look(at: site))
    }
    ledger = try site.journal.ledger()
    problems = lasting.sorted()
  }

  private static func look(at site: LocalSite) throws -> Set<String> {
    let books = Books(site)
    return try books.missing().union(books.unknown())
  }
}

/// One look at journal and disk.
private struct Books {
  let spool: Spool
  let journal: Journal

  init(_ site: LocalSite) {
    spool = site.spool
    journal = site.journal
  }

  /// What the journal has and the disk has not.
  func missing() throws -> Set<String> {
    var problems: Set<String> = []
    for instance in try journal.filesOwed() {
      let file = spool.absolute(instance.file)
      let status = try spool.disk.status(of: file)
      if status?.kind != .file || status?.size != instance.bytes {
        problems.insert(
          "\(file): \(status == nil ? "is missing" : "is not as it was taken"); it came from \(instance.origin)")
      }
    }
    for parcel in try journal.outboundParcels(in: [.sealed, .shipped, .received, .refused, .expired]) {
      for name in ParcelFolder.files {
        let file = spool[.outbound].appending(parcel.id).appending(name)
        let size = name == ParcelFolder.payload ? parcel.payloadBytes : nil
        guard let status = try spool.disk.status(of: file), status.kind == .file, size == nil || status.size == size
        else {
          problems.insert("\(file): is missing or not as it was sealed, and the parcel is \(parcel.state.rawValue)")
          continue
        }
      }
    }
    for parcel in try journal.inboundParcels(in: [.held]) {
      let folder = spool[.holdInbound].appending(parcel.id)
      if try !isFolder(folder) { problems.insert("\(folder): is missing, and the study from \(parcel.sender) is held") }
    }
    for entry in try journal.quarantine() {
      let folder = spool[.quarantine].appending(entry.name)
      if try !isFolder(folder) {
        problems.insert("\(folder): is missing, and its entry stands; discard it, or restore the folder")
      }
    }
    return problems
  }

  /// What the disk has and the journal has not.
  func unknown() throws -> Set<String> {
    var problems: Set<String> = []
    let owed = Set(try (journal.filesOwed() + journal.unconfirmedClaims()).map(\.file))
    var folders = [spool[.collect]]
    // What a person let go lies there until the collector has removed it.
    for name in try spool.disk.names(of: spool[.holdOutbound]) where !isOurs(name) {
      if try journal.outboundStudy(name)?.state != .discarded { folders.append(spool[.holdOutbound].appending(name)) }
    }
    for folder in folders where try isFolder(folder) {
      for found in try spool.disk.files(below: folder, limit: .max, skip: isOurs)
      where !owed.contains(spool.relative(found.path)) {
        problems.insert("\(found.path): the journal does not know this file")
      }
    }
    try look(in: .outbound, &problems) { try journal.outboundParcel($0) != nil }
    try look(in: .holdInbound, &problems) {
      try [.held, .accepted].contains(journal.inboundParcel($0)?.state)
    }
    try look(in: .quarantine, &problems) { try journal.quarantineEntry($0)?.state == .quarantined }
    return problems
  }

  private func look(in folder: Folder, _ problems: inout Set<String>, isKnown: (String) throws -> Bool) throws {
    for name in try spool.disk.names(of: spool[folder]) where !isOurs(name) {
      if try !isKnown(name) {
        problems.insert("\(spool[folder].appending(name)): the journal does not know this folder, or is done with it")
      }
    }
  }

  private func isFolder(_ path: FilePath) throws -> Bool { try spool.disk.status(of: path)?.kind == .directory }

  /// Names that Studypost writes beside what it keeps, and temporary ones.
  private func isOurs(_ name: String) -> Bool {
    name.hasPrefix(".") || ["README", "WHY.txt", "why.json"].contains(name)
  }
}
