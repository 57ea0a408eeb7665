import Crypto
import DICOM
import FoundationEssentials
import SystemPackage

/// What came of the demo's study, looked up at both sites and held against what was dropped.
struct DemoOutcome {
  /// A command with what it printed.
  typealias Shown = (command: [String], output: String)

  let folder: FilePath
  let post: DemoPost
  let parcel: String
  let dropped: Int
  /// What is not as it should be, for people; empty: all is well.
  private(set) var problems: [String]
  /// How many slices arrived with the very pixels that were dropped.
  private(set) var same = 0
  /// The folder of the imported study, where there is one.
  private(set) var imported: FilePath?
  /// What a slice was before and after its trip, where it arrived.
  private(set) var difference: Shown?
  /// ch2's receipts that hold.
  private(set) var receipts: [Receipt] = []
  private(set) var ledgers: [Shown] = []
  private let program: Program

  init(
    _ post: DemoPost, parcel: String?, _ dropped: [DroppedSlice], reference: FilePath, alerts: [String],
    in folder: FilePath, _ program: Program
  ) throws {
    self.post = post
    self.folder = folder
    self.program = program
    self.dropped = dropped.count
    self.parcel = parcel ?? ""
    problems = alerts
    if let parcel {
      let sent = try post.ch1.document("queue", "show", parcel, as: ParcelDocument.self)
      if sent.state != "delivered" {
        problems.append("ch1: the parcel is \(sent.state), not delivered. \(sent.reason ?? "")")
      }
      try readReceipts()
    } else {
      problems.append("ch1: the study is not sealed")
    }
    try compareImported(dropped, reference)
    try judgeLedger(of: post.ch1, key: "delivered", in: \.out)
    try judgeLedger(of: post.ch2, key: "imported", in: \.in)
  }

  /// Every slice that was dropped lies in ch2's import folder once, with the same pixels, and nothing else does.
  private mutating func compareImported(_ dropped: [DroppedSlice], _ reference: FilePath) throws {
    var missing = Dictionary(dropped.map { ($0.sopInstanceUID, $0) }) { first, _ in first }
    let place = post.ch2.spool("import")
    for folder in names(in: place).map({ place.appending($0) }) {
      imported = folder
      for file in names(in: folder).map({ folder.appending($0) }) {
        let data = try DICOMFile.read(file).dataSet
        guard let uid = try data.string(.sopInstanceUID), let slice = missing.removeValue(forKey: uid) else {
          problems.append("\(file): no such slice was dropped")
          continue
        }
        if slice.sopInstanceUID == dropped.first?.sopInstanceUID { try compare(reference, file) }
        if try data.bytes(.pixelData).map({ SHA256.hash(data: $0) }) == slice.digest {
          same += 1
        } else {
          problems.append("\(file): the pixels are not those that were dropped")
        }
      }
    }
    if !missing.isEmpty { problems.append("\(place): \(missing.count) of \(dropped.count) slices are missing") }
  }

  /// `diff` says no, with the differences: here they are what reconciliation changed.
  private mutating func compare(_ before: FilePath, _ after: FilePath) throws {
    let command = ["diff", before.string, after.string]
    difference = (command, try program.run(command).output)
  }

  private mutating func readReceipts() throws {
    let place = post.ch2.spool("mailbox/ch1/receipts")
    guard let signer = try post.ch1.document("partner", "list", as: [PartnerDocument].self).first else {
      return problems.append("ch1: it has no partner any more")
    }
    let sealed = post.ch1.spool("outbound/\(parcel)/manifest.json")
    let manifest = SHA256.hash(data: try Data(contentsOf: URL(filePath: sealed.string)))
    let digest = manifest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    for file in names(in: place).filter({ $0.hasSuffix(".json") }).map({ place.appending($0) }) {
      guard try signer.hasSigned(file, namespace: "receipt@studypost", scratch: folder.appending("scratch")) else {
        problems.append("\(file): its signature is not ch2's")
        continue
      }
      let receipt = try JSONDecoder().decode(Receipt.self, from: Data(contentsOf: URL(filePath: file.string)))
      if receipt.parcel == parcel, receipt.manifest == digest, receipt.instances == dropped {
        receipts.append(receipt)
      } else {
        problems.append("\(file): it is not about what was sent")
      }
    }
    receipts.sort { ($0.at, $1.status) < ($1.at, $0.status) }
    for status in ["received", "imported"] where !receipts.contains(where: { $0.status == status }) {
      problems.append("\(place): there is no receipt \"\(status)\" that holds")
    }
  }

  private mutating func judgeLedger(
    of site: DemoSite, key: String, in side: KeyPath<LedgerDocument, [String: Int]>
  ) throws {
    let ledger = try site.document("ledger", as: LedgerDocument.self)
    if !ledger.balanced {
      problems.append("\(site.name): the ledger does not balance")
      problems += ledger.problems.map { "\(site.name): \($0)" }
    }
    let counted = ledger[keyPath: side][key] ?? 0
    if counted != dropped {
      problems.append("\(site.name): \(counted) instead of \(dropped) slices count as \(key)")
    }
    let command = site.command(["ledger"])
    ledgers.append((command, try program.run(command).output))
  }
}
