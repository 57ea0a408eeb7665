internal import Journal
internal import Parcel
internal import Sealing
internal import Spool
internal import SystemPackage

/// A sealed parcel in `outbound/`, checked to be what was sealed before it is sent.
struct LocalParcel {
  /// A file beside the payload.
  typealias Small = (name: String, bytes: [UInt8])

  let id: String
  let folder: FilePath
  let payload: FilePath
  let payloadBytes: Int64
  /// The files beside the payload, in the order in which they are sent.
  let small: [Small]

  /// Looks at the parcel's files: at the payload by its size only.
  ///
  /// - Throws: `ParcelError` where they are not what was sealed; ``ShipperError`` `unreadable` where this machine cannot
  ///   read them, which says nothing of the parcel.
  init(_ parcel: OutboundParcel, in spool: Spool) throws {
    id = parcel.id
    folder = spool[.outbound].appending(parcel.id)
    payload = folder.appending(ParcelFolder.payload)
    payloadBytes = parcel.payloadBytes
    let folder = folder
    small = try Self.reading(folder) {
      try SealedParcel.check(
        folder: folder, manifestDigest: parcel.manifestDigest, payloadBytes: parcel.payloadBytes, fully: false,
        disk: spool.disk)
      return try ParcelFolder.files.filter { $0 != ParcelFolder.payload }.map { name in
        (name, try spool.disk.readSmall(folder.appending(name), limit: Manifest.largest))
      }
    }
  }

  /// Reads all of a parcel, and holds it against the digest and the signature with which it was sealed.
  ///
  /// - Parameter goesOn: asked between blocks; false ends it with `CancellationError`.
  /// - Throws: as ``init(_:in:)``.
  static func checkFully(
    _ parcel: OutboundParcel, in spool: Spool, signer: any SSHSigner, goesOn: () -> Bool
  ) throws {
    let folder = spool[.outbound].appending(parcel.id)
    try reading(folder) {
      try SealedParcel.check(
        folder: folder, manifestDigest: parcel.manifestDigest, payloadBytes: parcel.payloadBytes, signer: signer,
        fully: true, disk: spool.disk, isCancelled: { !goesOn() })
    }
  }

  @discardableResult
  private static func reading<T>(_ folder: FilePath, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error where error is ParcelError || error is CancellationError {
      throw error
    } catch {
      throw ShipperError(
        .unreadable, folder.string, "It cannot be read at present. Look at the disk; it is tried again by itself.",
        cause: error)
    }
  }
}
