import Crypto
import DICOM
import Foundation
import Journal
import Parcel
import Sealing
import Site
import Spool
import SystemPackage

/// What came of the demo's study, looked up in both sites and held against what was dropped.
struct DemoOutcome {
  let folder: FilePath
  let post: DemoPost
  let studyInstanceUID: String
  let parcel: String
  /// What is not as it should be, for people; empty: all is well.
  private(set) var problems: [String] = []
  /// A slice before and after its trip, where one arrived.
  private(set) var before: DataSet
  private(set) var after: DataSet?
  /// How many slices arrived with the very pixels that were dropped.
  private(set) var same = 0
  let dropped: Int
  /// The folder of the imported study, where there is one.
  private(set) var imported: FilePath?
  /// ch2's receipts whose signatures hold.
  private(set) var receipts: [Receipt] = []
  let ledgers: [(site: String, audit: LedgerAudit)]

  init(_ post: DemoPost, _ study: PhantomStudy, _ dropped: [DroppedSlice], in folder: FilePath) throws {
    guard let first = dropped.first else { throw Failure(.no, "No slice was dropped.") }
    self.folder = folder
    self.post = post
    self.dropped = dropped.count
    studyInstanceUID = study.studyInstanceUID
    before = first.header
    ledgers = try [post.ch1, post.ch2].map { ($0.name, try LedgerAudit(of: $0.site)) }
    let sent = try post.ch1.site.journal.outboundParcels(in: OutboundParcel.State.allCases).first
    parcel = sent?.id ?? ""
    if sent?.state != .delivered {
      problems.append("ch1: the study is \(sent?.state.rawValue ?? "not sealed"), not delivered. \(sent?.reason ?? "")")
    }
    try compareImported(dropped)
    try readReceipts()
    judgeLedgers()
  }

  private mutating func compareImported(_ dropped: [DroppedSlice]) throws {
    let ch2 = post.ch2.site
    guard let arrived = try ch2.journal.inboundParcel(parcel), arrived.state == .imported, let name = arrived.folder
    else {
      let state = try ch2.journal.inboundParcel(parcel)
      problems.append("ch2: the study is \(state?.state.rawValue ?? "not there"), not imported. \(state?.reason ?? "")")
      return
    }
    let place = ch2.configuration.importing.path.appending(name)
    imported = place
    var missing = Dictionary(dropped.map { ($0.sopInstanceUID, $0) }) { first, _ in first }
    for name in try Disk().names(of: place) {
      let data = try DICOMFile.read(place.appending(name)).dataSet
      guard let uid = try data.string(.sopInstanceUID), let slice = missing.removeValue(forKey: uid) else {
        problems.append("\(place.appending(name)): no such slice was dropped")
        continue
      }
      if slice.sopInstanceUID == dropped.first?.sopInstanceUID { after = data }
      if try data.bytes(.pixelData).map({ SHA256.hash(data: $0) }) == slice.digest {
        same += 1
      } else {
        problems.append("\(place.appending(name)): the pixels are not those that were dropped")
      }
    }
    if !missing.isEmpty { problems.append("\(place): \(missing.count) slices are missing") }
  }

  private mutating func readReceipts() throws {
    let folder = post.ch2.site.spool.mailbox("ch1").receipts
    let signer = try Keys.load(post.ch2.site.configuration.keys).signing.publicKey
    for name in try Disk().names(of: folder) where Receipt.parse(name: name) != nil {
      let file = folder.appending(name)
      let signature = try readFile(FilePath(file.string + ".sig"), limit: Receipt.largest)
      receipts.append(
        try Receipt(
          verifying: readFile(file, limit: Receipt.largest), signature: signature, signer: signer, file: file))
    }
    receipts.sort {
      ($0.at, $0.status.rawValue == "imported" ? 1 : 0) < ($1.at, $1.status.rawValue == "imported" ? 1 : 0)
    }
    for status in [Receipt.Status.received, .imported] where !receipts.contains(where: { $0.status == status }) {
      problems.append("\(folder): there is no receipt \"\(status.rawValue)\"")
    }
  }

  private mutating func judgeLedgers() {
    for (site, audit) in ledgers where !audit.isBalanced {
      problems.append("\(site): the ledger does not balance")
      problems += audit.problems
    }
    guard ledgers.count == 2 else { return }
    if ledgers[0].audit.ledger.out.delivered != dropped { problems.append("ch1: not every slice counts as delivered") }
    if ledgers[1].audit.ledger.in.imported != dropped { problems.append("ch2: not every slice counts as imported") }
  }
}
