import Custody
import Desk
import Executor
import ForeignWriter
import Foundation
import Journal
import Logging
import Parcel
import Patients
import Site
import Spool
import SystemPackage
import Testing

/// A site as `init` makes it, with one partner or more, gone when the test is over.
final class Scene {
  let root: FilePath
  let configuration: Configuration
  let keys: Keys
  let spool: Spool
  private(set) var journal: Journal
  private var sequence = 0

  let patients: PatientIndex

  var desk: Desk { Desk(LocalSite(configuration, journal: journal), actor: Actor("clerk")) }

  /// - Parameter settings: lines of `[reconcile]`.
  init(partners: [String] = ["ch2"], settings: [String] = []) throws {
    root = FilePath(FileManager.default.temporaryDirectory.appendingPathComponent("desk-\(UUID().uuidString)").path)
    let name = try #require(SiteName("ch1"))
    let file = try Site.create(named: name, root: root)
    let text = try String(contentsOfFile: file.string, encoding: .utf8)
    try text.replacing("\n[reconcile]\n", with: (["\n[reconcile]"] + settings).joined(separator: "\n") + "\n")
      .write(toFile: file.string, atomically: true, encoding: .utf8)
    configuration = try Configuration.load(file)
    keys = try Keys.load(configuration.keys)
    spool = Spool(configuration.spool)
    try spool.create()
    journal = try Journal(at: configuration.journal, creating: true)
    patients = try PatientIndex(at: configuration.patientIndex)
    for partner in partners { try introduce(partner) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  /// Opens the journal once more, as it lies there now.
  func reopen() throws { journal = try Journal(at: configuration.journal) }

  /// A partner with keys of its own.
  private func introduce(_ name: String) throws {
    let theirs = try Keys.create(root.appending("keys-\(name)"), for: try #require(SiteName(name)))
    let text = """
      site = "\(name)"
      name = "Hospital \(name)"
      contact = "pacs@\(name).example"
      signing_key = "\(theirs.signing.publicKey.line)"
      transport_key = "\(theirs.transport.publicKey.line)"
      encryption_key = "\(theirs.age.recipient.text)"

      [sftp]
      host = "127.0.0.1"
      port = 2222
      host_key = "\(theirs.transport.publicKey.line)"

      """
    try text.write(
      toFile: configuration.partners.appending("\(name).toml").string, atomically: true, encoding: .utf8)
    try spool.create(partner: name)
  }

  func keys(of partner: String) throws -> Keys { try Keys.load(root.appending("keys-\(partner)")) }

  /// Does what a service owes, as that service does.
  func perform(_ services: Custody.Service...) throws {
    let book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    for service in services {
      let executor = Executor(
        of: service, configuration: configuration, signing: keys.signing, partners: book, spool: spool,
        journal: journal,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, stop: Stop())
      executor.helpers = .init(withdraw: { _, _ in true }, reseal: { _, _ in true })
      try executor.perform()
      #expect(try journal.failedDuties(limit: 10).map(\.error) == [])
    }
  }

  func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

  @discardableResult
  func write(_ text: String, to path: FilePath) throws -> FilePath {
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try text.write(toFile: path.string, atomically: true, encoding: .utf8)
    return path
  }

  /// Makes a file as old as this.
  func age(_ path: FilePath, by seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path.string)
  }

  /// Runs statements on the database from another process, behind the journal's back.
  func sql(_ statements: String) throws { try runSQL(statements, on: configuration.journal) }

  /// Parcels of one study, as if they had been sealed, a second after one another; the 77 777th is urgent.
  func fill(parcels count: Int) throws {
    try sql(
      """
      INSERT INTO outboundStudy (id, study, state, since, lastTaken, instances, bytes, isFolded)
        VALUES ('big', '1.2.9', 'sealed', '2026-11-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z', 1, 1000, 1);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO outboundParcel (id, outboundStudy, study, recipient, sequence, state, part, instances, bytes,
        payloadBytes, manifestDigest, created, since, attempts, waited, unproven, deliveries, resent, urgent, tryNow,
        isPurged)
      SELECT printf('%08d-0000-7000-8000-000000000000', i), 'big', '1.2.9', 'ch2', i, 'sealed', 'complete', 1, 1000, 400,
        'digest', strftime('%Y-%m-%dT%H:%M:%fZ', '2026-11-01', '+' || i || ' seconds'), '2026-11-01T00:00:00.000Z', 0, 0, 0,
        0, 0, i = 77777, 0, 0 FROM n;
      """)
  }

  // MARK: What lies here

  /// Instances of a study that were taken, with their files in `collect/`.
  @discardableResult
  func take(
    _ count: Int, of study: String, id: String, isUrgent: Bool = false, subject: Subject? = nil
  ) throws -> [FilePath] {
    var files: [FilePath] = []
    let instances = try (1...count).map { number in
      let file = spool[.collect].appending(id).appending("\(number).dcm")
      files.append(try write("instance \(number) of \(study)", to: file))
      return TakenInstance(
        origin: "/pacs/\(id)/IM\(number)", file: spool.relative(file), sopInstanceUID: "\(study).1.\(number)",
        sopClassUID: "1.2.840.10008.5.1.4.1.1.2", seriesInstanceUID: "\(study).1",
        transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: Int64("instance \(number) of \(study)".utf8.count),
        sha256: sha256(Array("instance \(number) of \(study)".utf8)), route: nil)
    }
    let (_, rows) = try journal.intend(
      toClaim: instances, study: study, newID: id, expected: nil, isUrgent: isUrgent, subject: subject)
    try journal.claimed(rows.compactMap(\.id))
    return files
  }

  func hold(_ id: String, study: String) throws {
    try journal.change(
      outboundStudy: id, by: .heldBack,
      reason: Custody.Reason(
        code: "no-recipient", sentence: "No recipient is named.", remedy: ["Route it."], about: ["study": study],
        since: journalTime()), event: Event("held", study: study, "No recipient is named."))
    try perform(.collect)
  }

  /// A real parcel: instances of a study in it, signed by its sender.
  @discardableResult
  func parcel(
    _ id: ParcelID = ParcelID(), from sender: String = "ch1", to recipient: String = "ch2", in folder: FilePath
  ) throws -> ParcelSealer.Sealed {
    sequence += 1
    let bytes = Array("a file of a study".utf8)
    let file = try write("a file of a study", to: root.appending("file-\(UUID().uuidString)"))
    let instance = Contents.Instance(
      number: 1, sopInstanceUID: "1.2.3.1.\(sequence)", sopClassUID: "1.2.840.10008.5.1.4.1.1.2",
      seriesInstanceUID: "1.2.3.1", transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: Int64(bytes.count),
      sha256: sha256(bytes))
    let theirs = sender == "ch1" ? keys : try keys(of: sender)
    let key = recipient == "ch1" ? keys.age.recipient : try keys(of: recipient).age.recipient
    return try ParcelSealer(sender: sender, signingKey: theirs.signing).seal(
      Contents(
        study: "1.2.3", part: .complete, closedBy: .init(rule: "quiet", seconds: 60),
        route: .init(rule: "(0040,1010)", value: recipient)), count: 1, as: id, to: recipient, key: key,
      sequence: sequence, created: "2026-11-23T22:30:00Z", into: folder.appending(id.text)
    ) {
      var rest = [(instance, InstanceFile(file))].makeIterator()
      return { rest.next() }
    }
  }

  /// A study that was taken and is sealed, its parcel in `outbound/`; or a portion of it, after which more is waited for.
  func sealed(
    _ id: String, study: String, to recipient: String = "ch2", isPortion: Bool = false
  ) throws -> OutboundParcel {
    try take(1, of: study, id: id, isUrgent: isPortion)
    try journal.change(
      outboundStudy: id, by: .closed,
      recipients: [Recipient(outboundStudy: id, partner: recipient, rule: "folder", value: recipient)],
      event: Event("closed", study: study, "complete")
    ) { $0.closedRule = isPortion ? OutboundStudy.urgentRule : "quiet" }
    let parcel = ParcelID()
    let made = try self.parcel(parcel, to: recipient, in: root.appending("made"))
    try FileManager.default.moveItem(
      atPath: root.appending("made").appending(parcel.text).string, toPath: spool[.sealing(parcel: parcel.text)].string)
    let row = OutboundParcel(
      id: parcel.text, outboundStudy: id, study: study, recipient: recipient, sequence: made.manifest.sequence,
      part: "complete", instances: 1, bytes: made.manifest.expanded, payloadBytes: made.manifest.payload.bytes,
      manifestDigest: made.manifestDigest)
    try journal.sealed(row, event: Event("sealed", site: recipient, study: study, parcel: parcel.text, "sealed"))
    try perform(.collect)
    return row
  }

  /// A parcel that arrived, in `received/`.
  func arrived(from sender: String = "ch2") throws -> InboundParcel {
    let parcel = ParcelID()
    let arrival = Arrival(id: "\(sender).\(ParcelID())", partner: sender, name: parcel.text)
    let made = try self.parcel(parcel, from: sender, to: "ch1", in: root.appending("made"))
    let place = spool[.arrival(arrival.id)]
    try FileManager.default.createDirectory(
      atPath: place.removingLastComponent().string, withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: root.appending("made").appending(parcel.text).string, toPath: place.string)
    let row = InboundParcel(
      id: parcel.text, sender: sender, sequence: made.manifest.sequence, manifestDigest: made.manifestDigest,
      instances: 1, bytes: made.manifest.expanded)
    try journal.arrived(row, from: arrival.id, event: Event("arrived", site: sender, parcel: row.id, "arrived"))
    try perform(.receive)
    return row
  }

  /// A parcel that was given to a patient, coerced and handed to the PACS: files of these names lie in the import folder.
  func imported(
    _ names: [String] = ["1.dcm", "2.dcm"], for patient: String = "L1", study: String = "1.2.3", flat: Bool = false
  ) throws -> InboundParcel {
    // Parts of one study go to two patients by a person's will only.
    let isByPerson = patient != "L1"
    let parcel = try isByPerson ? onWorklist(study: study) : arrived()
    try journal.change(inboundParcel: parcel.id, by: isByPerson ? .accepted : .matched, event: nil) {
      $0.patient = patient
      $0.study = study
    }
    if isByPerson { try perform(.receive) }
    try stage(parcel.id, names, flat: flat)
    try perform(.receive)
    let row = try #require(try journal.inboundParcel(parcel.id))
    _ = try journal.imported(row, event: Event("imported", study: study, parcel: parcel.id, "imported"))
    try perform(.receive)
    return try #require(try journal.inboundParcel(parcel.id))
  }

  /// Coerced files of a parcel are durable.
  @discardableResult
  func stage(_ id: String, _ names: [String], flat: Bool = false) throws -> HandOver {
    let parcel = try #require(try journal.inboundParcel(id))
    let staging = spool[.unpacked(parcel: id)].appending("import")
    let names = flat ? names.map { "\(id)-\($0)" } : names
    for name in names { try write("coerced file \(name)", to: staging.appending(name)) }
    let files = try names.compactMap { name in
      try Disk().status(of: staging.appending(name)).map {
        HandedFile(number: 0, name: name, bytes: $0.size, modified: $0.modified, inode: $0.inode)
      }
    }
    let study = parcel.study ?? "?"
    let folder = exists(spool[.import].appending(study)) ? "\(study).\(id)" : study
    let handOver = HandOver(
      parcel: id, staging: staging.string, target: spool[.import].string, folder: flat ? nil : folder,
      marker: flat ? "\(id).ok" : nil, files: names.count)
    let digest = { (name: String) in sha256(Array("coerced file \(name)".utf8)) }
    var rest = names[...]
    _ = try journal.staged(
      parcel, as: folder, handOvers: [handOver], duplicates: 0, files: files,
      instances: { rest.popFirst().map { ("1.2.3.\($0)", digest($0)) } })
    return handOver
  }

  /// A parcel that waits on the worklist.
  func onWorklist(
    from sender: String = "ch2", study: String = "1.2.3", decision: String? = nil, code: String = "no-candidate"
  ) throws -> InboundParcel {
    let parcel = try arrived(from: sender)
    let reason = Custody.Reason(
      code: code, sentence: "Nobody has this number.", remedy: [], about: [:], since: journalTime())
    try journal.change(
      inboundParcel: parcel.id, by: .heldBack, event: Event("held", study: study, parcel: parcel.id, "held"),
      subject: Subject(owner: "", study: study, patientID: "P1"),
      facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(), reason: reason) },
      {
        $0.study = study
        $0.decision = decision
        $0.reasonCode = reason.code
        $0.reason = reason.sentence
      })
    try perform(.receive)
    return try #require(try journal.inboundParcel(parcel.id))
  }

  func receipts(of partner: String = "ch2") throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: spool.mailbox(partner).receipts.string))
      .filter { $0.hasSuffix(".json") }
  }
}

let patients = [
  Patient(localID: "L1", nationalID: "80010100107", family: "Essai", given: "Testard", birthDate: "19800101", sex: "M"),
  Patient(localID: "L2", nationalID: nil, family: "Proef", given: "Testine", birthDate: "19810202", sex: "F"),
  Patient(localID: "L3", nationalID: nil, family: "Old", given: "Record", active: false),
]

/// Expects a failure of this kind.
@discardableResult
func expectFailure(
  _ code: DeskError.Code, _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> DeskError? {
  let error = #expect(throws: DeskError.self, sourceLocation: location) { try body() }
  if let error { #expect(error.code == code, "\(error)", sourceLocation: location) }
  return error
}
