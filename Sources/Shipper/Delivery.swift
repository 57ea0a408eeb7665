internal import Parcel
internal import SFTP

/// Brings one parcel into the partner's mailbox: uploaded to `incoming/`, delivered by one rename into `new/`.
///
/// It may be broken off at any point and begun again. What an earlier attempt left there is looked at first: the parcel
/// may have arrived though the answer to the rename was lost, and its payload goes on where it ended.
struct Delivery {
  let mailbox: RemoteMailbox
  let parcel: LocalParcel
  /// How the payload is uploaded.
  let streams: Streams
  /// Remove what earlier attempts left in `incoming/`, and send all of it.
  let startsOver: Bool

  enum Outcome {
    /// It lies in `new/`; so many bytes of the payload were sent for it.
    case delivered(sent: Int64)
    /// It lay there before, whole; or it did, and the partner is taking it.
    case found
    /// It is not wanted any more, and nothing of it is left in `incoming/`.
    case withdrawn
    /// Its turn is over, and what was sent lies in `incoming/`: so many bytes more than before.
    case interrupted(sent: Int64)
  }

  private var files: any RemoteFiles { mailbox.files }

  /// Looks, uploads and renames.
  ///
  /// - Parameters:
  ///   - isSending: set while the payload is sent: what fails then may have spoilt what lies there of it.
  ///   - progress: called with the payload's bytes that lie there.
  ///   - isWanted: asked before the rename.
  /// - Returns: what became of it.
  /// - Throws: `SFTPError`, ``ShipperError`` `mailbox`, and what `isWanted` throws.
  func run(
    isSending: inout Bool, progress: (Int64) -> Void, isWanted: () throws -> Bool
  ) throws -> Outcome {
    let asked = ContinuousClock.now
    if try isThere() { return .found }
    // Where nothing lies there, that was one small request.
    let trip = asked.duration(to: .now)
    let folder = mailbox.incoming(parcel.id)
    if startsOver { try mailbox.remove(folder) }
    let sizes = try prepare(folder)
    isSending = true
    let uploaded = try streams.run(there: sizes, trip: trip, progress: progress)
    isSending = false
    guard uploaded.isWhole else { return .interrupted(sent: uploaded.sent) }
    for file in parcel.small where !uploaded.beside.contains(file.name) {
      let path = mailbox.incoming(parcel.id, file.name)
      if sizes[file.name] != nil { try mailbox.remove(path) }
      try files.write(file.bytes, to: path)
    }
    guard try isWanted() else {
      try mailbox.remove(folder)
      return .withdrawn
    }
    try files.rename(folder, to: mailbox.new(parcel.id))
    return .delivered(sent: uploaded.sent)
  }

  /// Whether it arrived before. What has its name in `new/` and is not it, whole, is taken back.
  private func isThere() throws(SFTPError) -> Bool {
    switch try mailbox.arrived(parcel.id, payloadBytes: parcel.payloadBytes, small: parcel.small) {
    case .nothing: return false
    case .whole: return true
    case .other: return try !takeBack()
    }
  }

  /// Makes the folder, or clears it of all that is not ours.
  ///
  /// - Returns: the sizes of our files that are there.
  private func prepare(_ folder: String) throws -> [String: Int64] {
    do {
      try files.makeDirectory(folder)
      return [:]
    } catch {
      if error.code == .notFound { throw mailbox.missing(cause: error) }
      guard error.code == .exists else { throw error }
    }
    guard try files.status(folder)?.isDirectory == true else {
      try mailbox.remove(folder)
      try files.makeDirectory(folder)
      return [:]
    }
    var sizes: [String: Int64] = [:]
    for entry in try files.list(folder, limit: 10_000) {
      if entry.kind == .file, ParcelFolder.files.contains(entry.name) || entry.name == Streams.marker {
        sizes[entry.name] = entry.size
      } else {
        try mailbox.remove("\(folder)/\(entry.name)")
      }
    }
    return sizes
  }

  /// Takes away what arrived and is not the parcel, before the partner opens it.
  ///
  /// - Returns: false where the partner was faster: its receipt will say what it makes of it.
  private func takeBack() throws(SFTPError) -> Bool {
    let folder = mailbox.incoming(parcel.id)
    try mailbox.remove(folder)
    do {
      try files.rename(mailbox.new(parcel.id), to: folder)
    } catch  where error.code == .notFound {
      return false
    }
    try mailbox.remove(folder)
    return true
  }
}
