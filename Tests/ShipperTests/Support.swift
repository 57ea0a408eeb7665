import Custody
import Executor
import FaultyRemote
import ForeignWriter
import Foundation
import Journal
import Logging
import LoopbackSSHD
import Parcel
import SFTP
import Sealing
import Site
import Spool
import SystemPackage
import Testing

@testable import Shipper

/// A partner with a real OpenSSH server, who answers only as a test tells it to.
final class Peer: Sendable {
  let name: SiteName
  let signing = SigningKey()
  let age = AgeIdentity()
  let server: LoopbackSSHD
  let mailbox: Mailbox

  init(_ name: String, for client: SSHPublicKey, in root: FilePath) throws {
    self.name = try #require(SiteName(name))
    mailbox = Spool(root).mailbox("ch1")
    for folder in [mailbox.incoming, mailbox.new, mailbox.receipts, root.appending("sshd")] {
      try Disk().makeDirectory(folder)
    }
    server = try LoopbackSSHD(
      directory: root.appending("sshd"), accounts: [(directory: mailbox.root, publicKey: client.line)])
  }

  func card(port: Int? = nil, hostKey: SSHPublicKey? = nil, directory: String? = nil) throws -> PartnerCard {
    PartnerCard(
      site: name, name: "Centre", contact: "", signingKey: signing.publicKey, transportKey: SigningKey().publicKey,
      encryptionKey: age.recipient,
      sftp: .init(
        host: "127.0.0.1", port: port ?? server.port, hostKey: try hostKey ?? SSHPublicKey(server.hostKey),
        user: server.user, directory: directory ?? mailbox.root.string))
  }

  /// Writes a receipt, true unless told otherwise.
  func answer(
    _ parcel: OutboundParcel, _ status: Receipt.Status, reason: String? = nil, manifest: String? = nil,
    recipient: String? = nil, signedBy key: SigningKey? = nil, note: String? = nil, at time: String? = nil
  ) throws {
    let receipt = Receipt(
      parcel: parcel.id, manifest: manifest ?? parcel.manifestDigest, recipient: recipient ?? name.text,
      status: status, at: time ?? journalTime(), instances: parcel.instances, reason: reason, note: note)
    try receipt.write(into: mailbox.receipts, signedBy: key ?? signing)
  }

  /// Takes receipts back, as a partner does with what is not true any more.
  func retract(_ parcel: OutboundParcel, _ statuses: Receipt.Status...) throws {
    for status in statuses {
      let name = "\(parcel.id).\(status.rawValue).json"
      try Disk().removeFile(mailbox.receipts.appending(name))
      try Disk().removeFile(mailbox.receipts.appending(name + ".sig"))
    }
  }

  /// Takes a parcel out of the mailbox, as a partner's receiver does.
  func take(_ parcel: OutboundParcel) throws { try Disk().removeTree(arrived(parcel)) }

  func arrived(_ parcel: OutboundParcel) -> FilePath { mailbox.new.appending(parcel.id) }
  func incoming(_ parcel: OutboundParcel) -> FilePath { mailbox.incoming.appending(parcel.id) }
}

/// The site `ch1` in a folder of its own, with what a shipper needs.
final class Sender: Sendable {
  let root: FilePath
  let keys: Keys
  let configuration: Configuration
  let spool: Spool
  let journal: Journal

  init(
    retryFirst: String = "200ms", retryMax: String = "5m", alertAfter: String = "4h", sent: String = "7d"
  ) throws {
    let name = "shipper-tests-\(UUID().uuidString)"
    root = FilePath(FileManager.default.temporaryDirectory.appendingPathComponent(name).path)
    try Disk().makeDirectory(root)
    let site = try #require(SiteName("ch1"))
    let text = """
      site = "ch1"
      spool = "spool"
      journal = "journal.sqlite"
      keys = "keys"
      partners = "partners"
      [ship]
      retry_first = "\(retryFirst)"
      retry_max = "\(retryMax)"
      alert_after = "\(alertAfter)"
      [retention]
      sent = "\(sent)"

      """
    try Disk().write(text.utf8, to: root.appending("studypost.toml"))
    configuration = try Configuration.load(root.appending("studypost.toml"))
    keys = try Keys.create(configuration.keys, for: site)
    try Disk().makeDirectory(configuration.partners)
    spool = Spool(configuration.spool)
    try spool.create()
    journal = try Journal(at: configuration.journal, creating: true)
  }

  // Foundation removes ten thousand files sooner than `Disk` does in a debug build.
  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  func peer(_ name: String) throws -> Peer {
    try Peer(name, for: keys.transport.publicKey, in: root.appending(name))
  }

  /// Adds or replaces a partner; `settings` are lines of local settings.
  func add(_ card: PartnerCard, settings: String = "") throws {
    var book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    try book.add(card, replacing: true)
    let file = configuration.partners.appending("\(card.site).toml")
    let text = settings + "\n" + (try String(contentsOfFile: file.string, encoding: .utf8))
    try Disk().write(text.utf8, to: file)
  }

  /// A parcel of one instance with incompressible content.
  func seal(for peer: Peer, bytes: Int = 10_000, urgent: Bool = false) throws -> OutboundParcel {
    let study = "1.2.826.\(Int.random(in: 1...(1 << 50)))"
    let content = try noise(bytes)
    let file = spool[.collect].appending(study).appending("1")
    try Disk().makeDirectory(file.removingLastComponent())
    try Disk().write(content, to: file)
    let taken = TakenInstance(
      origin: "/pacs/\(study)", file: spool.relative(file), sopInstanceUID: "\(study).1", sopClassUID: "1.2",
      seriesInstanceUID: "1.3", transferSyntaxUID: "1.4", bytes: Int64(content.count), sha256: sha256(content),
      route: nil)
    let (outbound, instances) = try journal.intend(
      toClaim: [taken], study: study, newID: study, expected: nil, isUrgent: urgent)
    try journal.claimed(instances.compactMap(\.id))
    let recipient = Recipient(outboundStudy: outbound.id, partner: peer.name.text, rule: "folder", value: "")
    try journal.change(
      outboundStudy: outbound.id, by: .closed, recipients: [recipient], event: Event("closed", study: study, ""))
    let id = ParcelID()
    let contents = Contents(
      study: study, part: .complete, closedBy: .init(rule: "quiet", seconds: 0),
      route: .init(rule: "folder", value: ""))
    let instance = Contents.Instance(
      number: 1, sopInstanceUID: "\(study).1", sopClassUID: "1.2", seriesInstanceUID: "1.3", transferSyntaxUID: "1.4",
      bytes: Int64(content.count), sha256: sha256(content))
    let sequence = try journal.nextSequence(recipient: peer.name.text)
    let sealed = try ParcelSealer(sender: "ch1", signingKey: keys.signing, threads: 1).seal(
      contents, count: 1, as: id, to: peer.name.text, key: peer.age.recipient, sequence: sequence,
      created: journalTime(), into: spool[.sealing(parcel: id.text)]
    ) {
      var rest = [(instance, InstanceFile(file))].makeIterator()
      return { rest.next() }
    }
    let parcel = OutboundParcel(
      id: id.text, outboundStudy: outbound.id, study: study, recipient: peer.name.text, sequence: sequence,
      part: "complete", instances: 1, bytes: Int64(content.count), payloadBytes: sealed.manifest.payload.bytes,
      manifestDigest: sealed.manifestDigest)
    try journal.sealed(parcel, event: Event("sealed", parcel: id.text, ""))
    try performCollecting()
    return try now(parcel)
  }

  /// What the collector owes: moving sealed folders into `outbound/`, removing them from there.
  func performCollecting() throws {
    let executor = Executor(
      of: .collect, configuration: configuration,
      partners: try PartnerBook.read(configuration.partners, owner: configuration.site).book, spool: spool,
      journal: journal,
      logger: silent, stop: Stop())
    try executor.perform(atOnce: true)
  }

  /// What a person orders, by a command of its own that opens the journal and closes it.
  func order(_ change: (Journal) throws -> Void) throws { try change(Journal(at: configuration.journal)) }

  /// Runs statements on the database from another process, behind the journal's back.
  func sql(_ statements: String) throws { try runSQL(statements, on: configuration.journal) }

  func folder(_ parcel: OutboundParcel) -> FilePath { spool[.outbound].appending(parcel.id) }

  /// The parcel as the journal has it now.
  func now(_ parcel: OutboundParcel) throws -> OutboundParcel { try #require(try journal.outboundParcel(parcel.id)) }

  func events(_ kind: String, _ parcel: OutboundParcel) throws -> [Event] {
    try journal.events(parcel: parcel.id).filter { $0.what == kind }
  }

  func alert(_ code: ShipAlert, _ subject: String) throws -> StandingAlert? { try journal.alert(code.key(subject)) }

  /// - Parameters:
  ///   - faults: how requests to the partners' servers fail.
  ///   - now: the time by which the partners' windows open and close.
  func shipper(
    stop: Stop = Stop(), faults: RemoteFaults? = nil, disk: Disk = Disk(), now: (@Sendable () -> Int64)? = nil
  ) throws -> Shipper {
    let spool = Spool(configuration.spool, disk: disk)
    guard faults != nil || now != nil else {
      return try Shipper(
        configuration: configuration, transport: keys.transport, signer: keys.signing.publicKey, spool: spool,
        journal: journal, logger: silent, stop: stop)
    }
    let connecting = Connecting(configuration.site, keys.transport)
    return try Shipper(
      configuration: configuration, signer: keys.signing.publicKey, spool: spool, journal: journal, logger: silent,
      stop: stop,
      connect: { (partner, stop) throws(SFTPError) in
        FaultyRemote(try connecting(partner, stop), faults ?? RemoteFaults())
      },
      now: now ?? { Int64(Date.now.timeIntervalSince1970) })
  }

  func shipOnce(faults: RemoteFaults? = nil, disk: Disk = Disk()) throws {
    try shipper(faults: faults, disk: disk).run(once: true)
  }

  /// Whether two folders hold the same files with the same bytes.
  func same(_ first: FilePath, _ second: FilePath) throws -> Bool {
    let names = try Disk().names(of: first)
    return try names == Disk().names(of: second)
      && names.allSatisfy { try Disk().same(first.appending($0), second.appending($0)) }
  }
}

private let silent = Logger(label: "ship") { _ in SwiftLogNoOpLogHandler() }

/// A shipper at work on a thread of its own.
final class RunningShipper: Sendable {
  private let stop = Stop()
  private let ended = Stop()

  init(_ sender: Sender, faults: RemoteFaults? = nil, now: (@Sendable () -> Int64)? = nil) {
    let thread = Thread { [stop, ended] in
      do {
        try sender.shipper(stop: stop, faults: faults, now: now).run(once: false)
      } catch {
        Issue.record(error)
      }
      ended.request()
    }
    thread.start()
  }

  deinit { stop.request() }

  /// Stops it: it ends by itself, before it gives its threads up for lost.
  func end(_ location: SourceLocation = #_sourceLocation) {
    stop.request()
    ended.wait(.seconds(25))
    #expect(ended.isRequested, sourceLocation: location)
  }
}

func noise(_ count: Int) throws -> [UInt8] {
  let file = try FileDescriptor.open("/dev/urandom", .readOnly)
  return try file.closeAfter {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    try #require(got == count)
    return bytes
  }
}

/// Waits until something holds.
func eventually(
  within seconds: Double = 30, _ what: Comment, location: SourceLocation = #_sourceLocation,
  _ condition: () throws -> Bool
) rethrows {
  let start = ContinuousClock.now
  while try !condition() {
    guard start.duration(to: .now) < .seconds(seconds) else {
      Issue.record(what, sourceLocation: location)
      return
    }
    usleep(20_000)
  }
}
