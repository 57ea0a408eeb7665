import Journal
import Parcel
import Spool
import SystemPackage

/// A sealed parcel in `outbound/`, checked to be what the journal says before it is sent.
struct LocalParcel {
  let id: String
  let payload: FilePath
  let payloadBytes: Int64
  /// The files beside the payload, in the order in which they are sent.
  let small: [(name: String, bytes: [UInt8])]

  /// - Throws: ``ShipperError`` `parcel`.
  init(_ parcel: OutboundParcel, in spool: Spool) throws {
    let folder = spool[.outbound].appending(parcel.id)
    func damaged(_ what: String) -> ShipperError {
      ShipperError(
        .parcel, folder.string,
        "\(what) Restore the folder from a backup; or cancel the parcel (`studypost queue cancel \(parcel.id)`) and "
          + "have the study sent again.")
    }
    id = parcel.id
    payload = folder.appending(ParcelFolder.payload)
    payloadBytes = parcel.payloadBytes
    guard let status = try? spool.disk.status(of: payload), status.kind == .file, status.size == payloadBytes else {
      throw damaged("The payload is not there as it was sealed.")
    }
    var small: [(name: String, bytes: [UInt8])] = []
    for name in ParcelFolder.files where name != ParcelFolder.payload {
      guard let bytes = try? spool.disk.readSmall(folder.appending(name), limit: Manifest.largest) else {
        throw damaged("\(name) cannot be read.")
      }
      guard name != ParcelFolder.manifest || sha256(bytes) == parcel.manifestDigest else {
        throw damaged("\(name) is not the one that was sealed.")
      }
      small.append((name, bytes))
    }
    self.small = small
  }
}
