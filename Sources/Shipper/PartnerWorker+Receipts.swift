import Journal
import Parcel
import SFTP
import Spool
import SystemPackage

extension PartnerWorker {
  private static let mostNames = 100_000
  /// If so many receipts do not hold, it is no accident of timing.
  private static let mostPauses = 20

  /// Looks for receipts of parcels that are on their way, and applies those that hold.
  ///
  /// Sealed parcels are among them: one may have arrived though the answer to the rename was lost. So are refused ones:
  /// a person there may take the refusal back.
  func takeReceipts(once: Bool) throws {
    let start = ContinuousClock.now
    let pending = try journal.outboundParcels(in: [.sealed, .shipped, .received, .refused], recipient: name)
    guard pending.contains(where: { once || $0.state != .sealed }) else { return receipts.taken(since: start) }
    let mailbox = try mailbox()
    for (parcel, statuses) in try listed(of: pending, in: mailbox) {
      if stop.isRequested { return }
      try take(statuses, of: parcel, from: mailbox)
    }
    backoff.reset()
    receipts.taken(since: start)
  }

  /// The receipts that lie there of these parcels.
  private func listed(
    of parcels: [OutboundParcel], in mailbox: RemoteMailbox
  ) throws -> [(OutboundParcel, Set<Receipt.Status>)] {
    let entries: [SFTPEntry]
    do {
      entries = try mailbox.session.list(mailbox.receipts(), limit: Self.mostNames)
    } catch {
      if error.code == .notFound { throw mailbox.missing }
      guard Failure(error) == .parcel else { throw error }
      logger.warning("Receipts cannot be listed.", metadata: ["reason": "\(Quoted.text("\(error)"))"])
      return []
    }
    var found: [String: Set<Receipt.Status>] = [:]
    for entry in entries {
      if let receipt = Receipt.parse(name: entry.name) {
        found[receipt.parcel.text, default: []].insert(receipt.status)
      }
    }
    return parcels.compactMap { parcel in found[parcel.id].map { (parcel, $0) } }
  }

  private func take(_ statuses: Set<Receipt.Status>, of parcel: OutboundParcel, from mailbox: RemoteMailbox) throws {
    var wanted = statuses
    if parcel.state == .refused { wanted.formIntersection([.imported]) }
    if parcel.state == .received {
      wanted.remove(.received)
      if parcel.heldThere { wanted.remove(.held) }
    }
    // A refusal settles all receipts that lie there with it: they must be known.
    if wanted.contains(.refused) { wanted = statuses }
    if wanted.isEmpty { return }
    var taken: [TakenReceipt] = []
    for status in wanted {
      if let receipt = try read(status, of: parcel, from: mailbox) { taken.append(receipt) }
    }
    try apply(taken, to: parcel)
  }

  /// Reads a receipt and checks it; one that does not hold is told of once.
  private func read(
    _ status: Receipt.Status, of parcel: OutboundParcel, from mailbox: RemoteMailbox
  ) throws -> TakenReceipt? {
    let file = "\(parcel.id).\(status.rawValue).json"
    let path = mailbox.receipts(file)
    do {
      let signature = try mailbox.session.read("\(path).sig", limit: Receipt.largest)
      let bytes = try mailbox.session.read(path, limit: Receipt.largest)
      let receipt = try Receipt(
        verifying: bytes, signature: signature, signer: partner.card.signingKey, file: FilePath(file))
      guard receipt.manifest == parcel.manifestDigest else {
        throw ParcelError(.receipt, FilePath(file), "is for another manifest than the one that was sent.")
      }
      guard receipt.recipient == name else {
        throw ParcelError(.receipt, FilePath(file), "names another recipient than \(name).")
      }
      let digest = sha256(bytes)
      try journal.keep(
        StoredReceipt(
          digest: digest, parcel: parcel.id, status: status.rawValue, at: receipt.at,
          document: String(decoding: bytes, as: UTF8.self), signature: String(decoding: signature, as: UTF8.self)))
      return TakenReceipt(receipt: receipt, digest: digest)
    } catch let error where error is ParcelError || error is SFTPError && Failure(error) == .parcel {
      guard doubts.insert(file).inserted else {
        try ignore(file, of: parcel, "\(error)")
        return nil
      }
      // Receipt and signature are two files: it may just be half replaced.
      if doubts.count <= Self.mostPauses { stop.wait(.milliseconds(200)) }
      return try read(status, of: parcel, from: mailbox)
    }
  }

  /// Tells, once, of a receipt that does not hold.
  private func ignore(_ file: String, of parcel: OutboundParcel, _ why: String) throws {
    let place = "receipts/\(file)"
    let known = try journal.events(["receipt-ignored"], parcel: parcel.id)
    if known.contains(where: { $0.file == place }) { return }
    let text = "A receipt does not hold, and is ignored: \(Quoted.text(why))"
    try journal.record(
      Event("receipt-ignored", site: name, study: parcel.study, parcel: parcel.id, file: place, text))
    logger.warning("\(text)", metadata: ["parcel": "\(parcel.id)"])
  }
}
