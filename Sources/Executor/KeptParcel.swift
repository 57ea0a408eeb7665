public import Custody
public import Journal
public import Parcel
public import Sealing
public import Spool
internal import SystemPackage

/// A parcel in `received/` that the journal does not know, which is older than the spool, or new.
public struct KeptParcel {
  /// As it stands in the journal then.
  public let row: InboundParcel
  private let receipts: FilePath
  private let folder: FilePath
  private let spool: Spool

  /// Reads the parcel's manifest, which was verified when it arrived.
  ///
  /// - Returns: nil where the folder holds no parcel of its name.
  public init?(_ id: String, in spool: Spool) {
    self.spool = spool
    folder = spool[.received(parcel: id)]
    let path = folder.appending(ParcelFolder.manifest)
    guard let bytes = try? spool.disk.readSmall(path, limit: Manifest.largest),
      let manifest = try? Manifest(parsing: bytes, file: path), manifest.parcel == id
    else { return nil }
    row = InboundParcel(
      id: id, sender: manifest.sender, sequence: manifest.sequence, manifestDigest: sha256(bytes),
      instances: manifest.instances, bytes: manifest.expanded)
    receipts = spool.mailbox(manifest.sender).receipts
  }

  /// The receipt of this site, with its signature, that says that this very parcel is imported; nil: there is none.
  public func importReceipt(by signer: some SSHSigner) -> Receipt? {
    let path = receipts.appending("\(row.id).\(Receipt.Status.imported.rawValue).json")
    guard let bytes = try? spool.disk.readSmall(path, limit: Receipt.largest),
      let signature = try? spool.disk.readSmall(FilePath(path.string + ".sig"), limit: Receipt.largest),
      let receipt = try? Receipt(verifying: bytes, signature: signature, signer: signer, file: path)
    else { return nil }
    return receipt.manifest == row.manifestDigest && receipt.status == .imported ? receipt : nil
  }

  /// Writes it down as imported, but for what the receipt says was left out.
  public func adoptAsImported(
    _ receipt: Receipt, into journal: Journal, owing duties: [Duty], by actor: String?
  ) throws {
    let leftOut = receipt.reason == InboundParcel.leftOutCode ? max(0, row.instances - receipt.instances) : 0
    try journal.adopt(
      imported: row, leftOut: leftOut, owing: duties,
      event: Event(
        "adopted", by: actor, site: row.sender, parcel: row.id, file: folder.string,
        "This site's own receipt says that it is imported."))
  }
}
