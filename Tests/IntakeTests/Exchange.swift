import Collector
import Custody
import Desk
import ForeignWriter
import Foundation
import Journal
import Logging
import Parcel
import PatientLists
import Patients
import Receiver
import Reconciliation
import Sealing
import Site
import Spool
import SystemPackage
import Testing
import Threads

/// One site in a folder, with the other one as its partner.
struct Hospital {
  let configuration: Configuration
  let keys: Keys
  let spool: Spool
  let journal: Journal
  let patients: PatientIndex

  init(_ name: String, in root: FilePath, _ settings: String = "", quiet: String = "500ms") throws {
    let text = """
      site = "\(name)"
      spool = "spool"
      journal = "journal.sqlite"
      keys = "keys"
      partners = "partners"
      [[source]]
      quiet = "\(quiet)"
      settle = "300ms"
      partial_after = "4s"
      \(settings)

      """
    try Disk().makeDirectory(root)
    try Disk().write(text.utf8, to: root.appending("studypost.toml"))
    configuration = try Configuration.load(root.appending("studypost.toml"))
    keys = try Keys.create(configuration.keys, for: try #require(SiteName(name)))
    try Disk().makeDirectory(configuration.partners)
    spool = Spool(configuration.spool)
    try spool.create()
    journal = try Journal(at: configuration.journal, creating: true)
    patients = try PatientIndex(at: configuration.patientIndex)
  }

  func meet(_ other: Hospital) throws {
    var book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    let site = other.configuration.site
    try book.add(
      PartnerCard(
        site: site, name: site.text, contact: "", signingKey: other.keys.signing.publicKey,
        transportKey: other.keys.transport.publicKey, encryptionKey: other.keys.age.recipient,
        sftp: .init(host: "127.0.0.1", hostKey: other.keys.transport.publicKey)))
    try spool.create(partner: site.text)
  }

  /// Two sites that are each other's partners; the second knows one patient, `L1`.
  static func partners(
    in root: FilePath, _ settings: String = "", quiet: String = "500ms"
  ) throws -> (Hospital, Hospital) {
    let ch1 = try Hospital("ch1", in: root.appending("ch1"), quiet: quiet)
    let ch2 = try Hospital("ch2", in: root.appending("ch2"), settings)
    try ch1.meet(ch2)
    try ch2.meet(ch1)
    try ch2.patients.replace(
      with: [
        Patient(
          localID: "L1", nationalID: nil, family: "Local", given: "Patient", birthDate: "19700102", sex: "O")
      ])
    return (ch1, ch2)
  }

  var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  /// Takes what was dropped, and closes it: for a run of its own nothing is quiet before the next one.
  func collect() throws {
    for _ in 0..<2 {
      try Collector(
        configuration: configuration, signing: keys.signing, spool: spool, journal: journal, logger: logger,
        stop: Stop()
      ).run(once: true)
      Thread.sleep(forTimeInterval: 0.6)
    }
  }

  func receive() throws {
    try Receiver(
      configuration: configuration, signing: keys.signing, age: keys.age, spool: spool, journal: journal,
      patients: patients, logger: logger, stop: Stop()
    ).run(once: true)
  }
}

extension Hospital {
  /// Changes the journal as nothing else would.
  func execute(_ sql: String) throws { try runSQL(sql, on: configuration.journal) }
}

/// Hands a collector to its one thread.
private struct Box: @unchecked Sendable { let collector: Collector }

/// All cases put into one source at once, and what became of each on its way through two sites.
struct Exchange {
  /// What became of one case.
  struct Fate: Equatable {
    /// SHA-256 of the files that were put there, in the order of their names.
    var put: Set<String> = []
    /// Of the instances that were carried.
    var carried: Set<String> = []
    /// Instances imported.
    var imported = 0
    /// Codes for which its studies were held at the receiver before a person accepted them.
    var heldThere: Set<String> = []
    /// What its parcels are at the end.
    var ends: Set<String> = []
    var heldHere: Set<String> = []
    var unfinished = 0
    var quarantined: Set<String> = []
    /// Files that are still in the source.
    var left: Set<String> = []
    /// Alerts of the sender that name a path of the case.
    var alerts: Set<String> = []
    /// By both oracles.
    var isReadByBoth = false
  }

  let fates: [Fate]
  /// Alerts of the sender, with their messages.
  let alerts: [(code: String, message: String)]

  static let shared = Result { try Exchange() }

  private init() throws {
    let root = FilePath(FileManager.default.temporaryDirectory.path).appending("intake-\(UUID().uuidString)")
    defer { try? Disk().removeTree(root) }
    let (ch1, ch2) = try Hospital.partners(in: root)
    var fates = [Fate](repeating: Fate(), count: Case.all.count)
    let source = ch1.configuration.sources[0].path

    var read: [FilePath] = []
    for (number, each) in Case.all.enumerated() {
      let put = try Put(number, each.place, in: source)
      try each.make(put)
      for name in try Disk().entries(of: put.folder) where name.string != ".kept" {
        let path = put.folder.appending(name)
        guard try Disk().status(of: path)?.kind == .file else { continue }
        fates[number].put.insert(try sha256(of: path))
        let copy = root.appending("oracle-\(number)")
        if try Disk().status(of: copy) == nil {
          try Disk().copyVerified(path, to: copy)
          read.append(copy)
        }
      }
    }
    for path in try Oracles.bothRead(read) {
      if let number = Int(path.lastComponent?.string.dropFirst("oracle-".count) ?? "") {
        fates[number].isReadByBoth = true
      }
    }

    alerts = try Self.collect(ch1, source)
    let cases = try Self.lookAtSender(ch1, source, &fates)
    try Self.carry(from: ch1, to: ch2)
    try ch2.receive()
    try Self.acceptAll(ch2, cases, &fates)
    for (parcel, numbers) in cases {
      let end = try ch2.journal.inboundParcel(parcel)
      for number in numbers {
        fates[number].ends.insert(end.map { "\($0.state)" + ($0.reason.map { ": \($0)" } ?? "") } ?? "lost")
        if end?.state == .imported { fates[number].imported += end?.instances ?? 0 }
      }
    }
    self.fates = fates
  }

  /// The collector at work until nothing more happens.
  ///
  /// - Returns: the alerts that stood meanwhile; that of a folder ends when the folder goes.
  private static func collect(_ site: Hospital, _ source: FilePath) throws -> [(code: String, message: String)] {
    var alerts: [String: (String, String)] = [:]
    let stop = Stop()
    let collector = Box(
      collector: try Collector(
        configuration: site.configuration, signing: site.keys.signing, spool: site.spool, journal: site.journal,
        logger: site.logger, stop: stop))
    let worker = try Worker("collect") {
      do { try collector.collector.run(once: false) } catch { Issue.record(error) }
    }
    let began = ContinuousClock.now
    var last = (state: "", at: began)
    // All that waits has waited for partial_after, and nothing changed since.
    while began.duration(to: .now) < .seconds(400) {
      Thread.sleep(forTimeInterval: 0.5)
      for alert in try site.journal.alerts(limit: 100) { alerts[alert.key] = (alert.code, alert.message) }
      let ledger = try site.journal.ledger().out
      let state = "\(ledger) \(try site.journal.heldFileCount()) \(try site.journal.isOwing(.collect))"
      if state != last.state { last = (state, .now) }
      let isBusy =
        try !site.journal.outboundStudies(in: .collecting, limit: 1).isEmpty
        || !site.journal.outboundStudies(in: .ready, limit: 1).isEmpty
      // On a machine that is busy with other things the service may pause for seconds, and begin late.
      if !isBusy, ledger.taken > 0, last.at.duration(to: .now) > .seconds(10) { break }
    }
    stop.request()
    worker.join()
    return Array(alerts.values)
  }

  /// Which cases are in which parcel, by where their files came from.
  private static func lookAtSender(
    _ site: Hospital, _ source: FilePath, _ fates: inout [Fate]
  ) throws -> [String: Set<Int>] {
    var cases: [String: Set<Int>] = [:]
    func numbers(_ study: String) throws -> [(number: Int, sha256: String)] {
      try site.journal.instances(outboundStudy: study, limit: 10_000).compactMap { instance in
        number(of: instance.origin).map { ($0, instance.sha256) }
      }
    }
    for parcel in try site.journal.outboundParcels(in: OutboundParcel.State.allCases, limit: 10_000) {
      for (number, digest) in try numbers(parcel.outboundStudy) {
        cases[parcel.id, default: []].insert(number)
        fates[number].carried.insert(digest)
      }
    }
    for study in try site.journal.outboundStudies(in: .held, limit: 10_000) {
      for (number, _) in try numbers(study.id) { fates[number].heldHere.insert(study.reasonCode ?? "") }
    }
    for file in try site.journal.heldFiles(limit: 10_000) {
      if let number = number(of: file.path) { fates[number].unfinished += 1 }
    }
    for entry in try site.journal.quarantine(limit: 10_000) {
      for file in try site.journal.instances(quarantine: entry.name) {
        if let number = number(of: file.origin) { fates[number].quarantined.insert(entry.code) }
      }
    }
    for file in try Disk().files(below: source, depth: 100, skip: { _ in false }) {
      if let number = number(of: PathText.of(file.path)), file.path.lastComponent?.string != ".kept" {
        fates[number].left.insert(try sha256(of: file.path))
      }
    }
    return cases
  }

  /// The case whose folder is on a path.
  private static func number(of path: String) -> Int? {
    path.split(separator: "/").lazy.compactMap { $0.first == "c" ? Int($0.dropFirst()) : nil }.first
  }

  /// What the shipper does, without a network.
  static func carry(from ch1: Hospital, to ch2: Hospital) throws {
    let new = ch2.spool.mailbox("ch1").new
    for name in try Disk().names(of: ch1.spool[.outbound]) where ParcelID(name) != nil {
      // One that was carried before was taken by its recipient.
      if try ch2.journal.inboundParcel(name) != nil { continue }
      try FileManager.default.copyItem(
        atPath: ch1.spool[.outbound].appending(name).string, toPath: new.appending(name).string)
    }
  }

  /// A person accepts all that is held, until nothing is held any more or will not go.
  private static func acceptAll(_ site: Hospital, _ cases: [String: Set<Int>], _ fates: inout [Fate]) throws {
    let desk = Desk(LocalSite(site.configuration, journal: site.journal), actor: Actor("clerk"))
    for _ in 0..<3 {
      let held = try site.journal.inboundParcels(in: [.held], limit: 10_000)
      if held.isEmpty { return }
      for parcel in held {
        for number in cases[parcel.id] ?? [] {
          for reason in Decision(of: parcel)?.reasons ?? [] { fates[number].heldThere.insert(reason.code.rawValue) }
          if let code = parcel.reasonCode { fates[number].heldThere.insert(code) }
        }
        _ = try desk.accept(parcel.id, patient: "L1", reason: "a test file")
      }
      try site.receive()
    }
  }
}
