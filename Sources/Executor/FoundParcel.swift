public import Journal
internal import Parcel
public import Sealing
public import Site
public import Spool
internal import SystemPackage

/// A parcel that lies in `outbound/` and is not in the journal, which is older than the spool, or new: this site sealed and
/// signed it, so it can be taken up again. Whether it was delivered shows by its receipts.
public struct FoundParcel {
  private let id: String
  private let folder: FilePath
  private let manifest: Manifest
  private let manifestDigest: String
  private let spool: Spool

  /// Looks at a folder in `outbound/`.
  ///
  /// - Returns: nil where it is not, whole, what this site sealed under this name.
  public init?(_ id: String, in spool: Spool, of site: SiteName, signer: some SSHSigner) {
    self.id = id
    self.spool = spool
    folder = spool[.outbound(parcel: id)]
    let path = folder.appending(ParcelFolder.manifest)
    guard let bytes = try? spool.disk.readSmall(path, limit: Manifest.largest),
      let manifest = try? Manifest(parsing: bytes, file: path), manifest.parcel == id, manifest.sender == site.text
    else { return nil }
    manifestDigest = sha256(bytes)
    self.manifest = manifest
    do {
      try SealedParcel.check(
        folder: folder, manifestDigest: manifestDigest, payloadBytes: manifest.payload.bytes,
        signer: signer, fully: false, disk: spool.disk)
    } catch {
      return nil
    }
  }

  /// Writes the parcel down as sealed.
  ///
  /// - Returns: false where another parcel to the recipient has its number.
  public func adopt(into journal: Journal, by actor: String) throws -> Bool {
    // A study that was sent again belongs to the first one, where that is here, too: then it counts once.
    let earlier = try manifest.again.flatMap { try journal.outboundParcel($0) }
    let again = try manifest.again.flatMap {
      try earlier != nil || spool.disk.status(of: spool[.outbound(parcel: $0)]) != nil ? $0 : nil
    }
    let study = earlier?.outboundStudy ?? "unknown-\(again ?? id)"
    let parcel = OutboundParcel(
      id: id, outboundStudy: study, study: earlier?.study ?? study, recipient: manifest.recipient,
      sequence: manifest.sequence, part: manifest.again == nil ? "complete" : "again", again: again,
      instances: manifest.instances, bytes: manifest.expanded, payloadBytes: manifest.payload.bytes,
      manifestDigest: manifestDigest)
    try journal.raiseSequence(recipient: manifest.recipient, to: manifest.sequence)
    return try journal.adopt(
      parcel,
      event: Event(
        "adopted", by: actor, site: manifest.recipient, parcel: id, file: folder.string,
        "It was found in outbound/, number \(manifest.sequence) to \(manifest.recipient): whether it was delivered shows "
          + "by its receipts."))
  }
}
