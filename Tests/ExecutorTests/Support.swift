import Custody
import FaultySpool
import Foundation
import Journal
import Logging
import Parcel
import Sealing
import Site
import Spool
import SystemPackage
import Testing

@testable import Executor

/// A site `ch2` with its partner `ch1`, and the services' executors.
final class Scene {
  let root: FilePath
  let configuration: Configuration
  let keys: Keys
  let partnerKeys: Keys
  let spool: Spool
  let journal: Journal

  static let partner = "ch1"
  static let parcel = "0193b5a0-7c00-7000-8000-000000000001"

  /// In memory where there is such a place: what is made durable here is seen by the file system in between.
  private static let folder: FilePath =
    FileManager.default.isWritableFile(atPath: "/dev/shm")
    ? "/dev/shm" : FilePath(FileManager.default.temporaryDirectory.path)

  /// Made once: keys and cards are the same in all scenes.
  private static let template = Result {
    let root = Scene.folder.appending("executor-\(UUID())")
    let file = try Site.create(named: #require(SiteName("ch2")), root: root)
    let configuration = try Configuration.load(file)
    let partner = try Keys.create(root.appending("partner-keys"), for: #require(SiteName(Scene.partner)))
    try Scene.addPartner(Scene.partner, partner, to: configuration)
    return (configuration: configuration, keys: try Keys.load(configuration.keys), partner: partner)
  }

  init(alerts: String = "") throws {
    let template = try Self.template.get()
    journal = try Journal(inMemory: nil)
    root = Self.folder.appending("executor-\(UUID())")
    let file = root.appending("studypost.toml")
    try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
    var text = Configuration.initialText(site: template.configuration.site, root: root)
    if !alerts.isEmpty { text = text.replacing("[alerts]\n", with: "[alerts]\ncommand = \(alerts)\n") }
    try text.write(toFile: file.string, atomically: false, encoding: String.Encoding.utf8)
    configuration = try Configuration.load(file)
    keys = template.keys
    partnerKeys = template.partner
    try FileManager.default.copyItem(
      atPath: template.configuration.partners.string, toPath: configuration.partners.string)
    spool = Spool(configuration.spool)
    let mailbox = spool.mailbox(Self.partner)
    for folder in Folder.allCases.map({ [spool] in spool[$0] }) + [mailbox.incoming, mailbox.new, mailbox.receipts] {
      try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  func addPartner(_ site: String, _ keys: Keys) throws { try Self.addPartner(site, keys, to: configuration) }

  private static func addPartner(_ site: String, _ keys: Keys, to configuration: Configuration) throws {
    var book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    try book.add(
      PartnerCard(
        site: #require(SiteName(site)), name: "Test hospital", contact: "nobody", signingKey: keys.signing.publicKey,
        transportKey: keys.transport.publicKey, encryptionKey: keys.age.recipient,
        sftp: .init(host: "127.0.0.1", hostKey: SigningKey().publicKey)))
  }

  /// A service's executor, as a start makes it.
  func executor(_ service: Service, over system: any FileSystem = SystemFileSystem()) throws -> Executor {
    Executor(
      of: service, configuration: configuration, signing: keys.signing,
      partners: try PartnerBook.load(configuration.partners, owner: configuration.site),
      spool: Spool(spool.root, disk: Disk(system)), journal: journal,
      logger: Logger(label: "test") { _ in
        SwiftLogNoOpLogHandler()
      }, stop: Stop())
  }

  func write(_ text: String, to path: FilePath) throws {
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try text.write(toFile: path.string, atomically: false, encoding: String.Encoding.utf8)
  }

  func original(_ path: FilePath) throws -> Original { Original(path, try #require(try Disk().status(of: path))) }

  /// A file of the source as it is now, and its place in the quarantine.
  func refused(_ name: String, as item: String) throws -> RefusedFile {
    RefusedFile(try original(spool[.export].pushing(FilePath(name))), as: item)
  }

  /// Files of a dropped folder `cd`, or one file, are refused: they go into the entry `out-1`.
  func refuse(_ files: [RefusedFile]) throws {
    try journal.refused(
      files.map { .init($0, sha256: "d", event: Event("quarantined", file: $0.original.path, "x")) },
      as: QuarantineEntry(name: "out-1", folder: spool[.export].appending("cd").string, code: "not-dicom", reason: "x"),
      reason: reason)
  }

  func strikeAll() throws {
    while case let owed = try journal.owed(by: .collect, limit: 1000), !owed.isEmpty {
      try journal.strike(owed.compactMap(\.id))
    }
  }

  /// Every file below the spool but the `README`s, with its content; a folder ends with a slash.
  func tree() throws -> [String: String] {
    var tree: [String: String] = [:]
    func walk(_ folder: FilePath) throws {
      for name in try Disk().entries(of: folder) where name.string != "README" {
        let path = folder.appending(name)
        if try Disk().status(of: path)?.kind == .directory {
          tree[spool.relative(path) + "/"] = ""
          try walk(path)
        } else {
          tree[spool.relative(path)] = try String(decoding: Disk().readSmall(path, limit: 1 << 20), as: UTF8.self)
        }
      }
    }
    try walk(spool.root)
    return tree
  }

  func owe(_ duties: [Duty], _ subject: String = "parcel:p") throws { try journal.owe(duties, subject: subject) }
  func isOwed(_ subject: String = "parcel:p") throws -> Bool { try !journal.owed(subject: subject).isEmpty }
}

let reason = Reason(
  code: "no-recipient", sentence: "Nobody is named.", remedy: ["Name somebody."], about: ["study": "1.2"],
  since: "2026-11-23T22:30:00.000Z")

func answer(_ status: Answer.Status, to partner: String = Scene.partner, note: String? = nil) -> Answer {
  Answer(
    parcel: Scene.parcel, partner: partner, manifestDigest: String(repeating: "a", count: 64), instances: 3,
    status: status, reason: status == .refused ? "digest" : nil, note: note, at: "2026-11-23T22:30:00.000Z")
}

extension Scene {
  /// The journal has a message for the record; its own duty is performed by whoever performs all.
  func tell(_ id: String) throws {
    try journal.add(
      RecordMessage(
        id: id, kind: .result, parcel: "p", study: nil, patient: "L1", reference: id, message: "MSH|", due: nil),
      event: Event("x", "x"))
  }
}
