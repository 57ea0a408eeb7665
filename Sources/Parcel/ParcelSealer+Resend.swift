internal import Spool
public import SystemPackage

extension ParcelSealer {
  /// Makes a new parcel of an earlier one whose study is to arrive once more: the same payload, which only the recipient can
  /// open, under a new manifest that names the earlier parcel. The files are durable when the call returns; the folder's own
  /// name is not.
  ///
  /// The payload is shared by a hard link, or copied where that cannot be: **neither parcel's payload may ever be written
  /// to or cut**, only removed.
  ///
  /// - Parameters:
  ///   - folder: the earlier parcel.
  ///   - manifestDigest: what its manifest must have, where it is known.
  ///   - target: the new parcel's folder.
  /// - Throws: ``ParcelError`` `damaged` where the earlier parcel is not what was sealed any more; `sender` where another
  ///   site sealed it; `Errno` or `SpoolError` where this machine fails. The new folder is then to be removed.
  public func resend(
    folder: FilePath, manifestDigest: String? = nil, as parcel: ParcelID, sequence: Int, created: String,
    into target: FilePath, isCancelled: () -> Bool = { false }
  ) throws -> Sealed {
    let path = folder.appending(ParcelFolder.manifest)
    guard try disk.status(of: path)?.kind == .file else {
      throw ParcelError(.damaged, path, "is not there any more.")
    }
    let bytes = try readSmall(path, limit: Manifest.largest, on: disk, else: .damaged)
    let earlier: Manifest
    do {
      earlier = try Manifest(parsing: bytes, file: path)
    } catch let error as ParcelError {
      throw ParcelError(.damaged, path, error.message, cause: error)
    }
    guard earlier.sender == sender else {
      throw ParcelError(.sender, path, "is that of another site: only what \(sender) sealed can be sent by it again.")
    }
    // The signature proves that the manifest is the one that was sealed, where its digest is not known.
    try SealedParcel.check(
      folder: folder, manifestDigest: manifestDigest ?? sha256(bytes), payloadBytes: earlier.payload.bytes,
      signer: signer, fully: true, disk: disk, isCancelled: isCancelled)

    try disk.makeDirectory(target)
    try disk.share(folder.appending(ParcelFolder.payload), as: target.appending(ParcelFolder.payload))
    var manifest = earlier
    manifest.parcel = parcel.text
    manifest.sequence = sequence
    manifest.created = created
    manifest.again = earlier.parcel
    return try finish(manifest, in: target)
  }
}
