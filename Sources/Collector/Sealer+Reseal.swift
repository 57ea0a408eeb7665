internal import Custody
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Spool

/// A parcel is to be sent once more.
enum Wish {
  case open(parcel: String)
  /// It cannot be, and people were told.
  case refused
}

extension Sealer {
  /// Asks for a new parcel with an earlier one's payload. Reading that may take long: it is done with the sealing.
  ///
  /// - Returns: whether it is done: the journal has the new parcel, or people were told why not.
  func reseal(_ parcel: String, as new: String) throws -> Bool {
    if try journal.outboundParcel(new) != nil {
      wishes.withLock { $0[new] = nil }
      return true
    }
    let isRefused = wishes.withLock { wishes in
      if case .refused? = wishes[new] {
        wishes[new] = nil
        return true
      }
      wishes[new] = .open(parcel: parcel)
      return false
    }
    wake()
    return isRefused
  }

  /// Makes the parcels that are wanted.
  func grantWishes() throws {
    let open = wishes.withLock { $0 }
    for (new, wish) in open.sorted(by: { $0.key < $1.key }) where !stop.isRequested {
      guard case .open(let parcel) = wish else { continue }
      do {
        try resend(parcel, as: new)
        try alerts.settle("resend \(parcel)")
      } catch is CancellationError {
        return
      } catch let error as ParcelError where error.code == .damaged || error.code == .sender {
        try alerts.raise(
          "resend \(parcel)", "damaged", .critical,
          "The parcel \(parcel) cannot be sent again: \(Quoted.text(error.message, limit: 500))",
          remedy: "Export the study again: it then goes as a new parcel.")
        wishes.withLock { $0[new] = .refused }
      } catch let error as JournalError where error.code != .notWritten {
        throw error
      } catch {
        logger.error(
          "a parcel cannot be sealed again; it is tried again: \(Quoted.text("\(error)", limit: 1000))",
          metadata: ["parcel": "\(parcel)"])
        try alerts.raise(
          "resend \(parcel)", "sealing", .critical,
          "The parcel \(parcel) cannot be sealed again: \(Quoted.text("\(error)", limit: 500))",
          remedy: "Put right what the message names; it is tried again by itself.")
      }
    }
    if !open.isEmpty { progress.ring() }
  }

  private func resend(_ parcel: String, as new: String) throws {
    guard try journal.outboundParcel(new) == nil else { return }
    let folder = spool[.outbound(parcel: parcel)]
    guard let earlier = try journal.outboundParcel(parcel), let id = ParcelID(new) else {
      throw ParcelError(.damaged, folder, "it is not in the journal.")
    }
    guard partner(earlier.recipient) != nil else {
      throw ParcelError(.damaged, folder, "\(earlier.recipient) is not a partner any more.")
    }
    if earlier.isPurged { throw ParcelError(.damaged, folder, "its files were removed after retention.sent.") }
    let hidden = spool[.sealing(parcel: new)]
    try spool.disk.removeTree(hidden)
    let sequence = try sequences.next(to: earlier.recipient)
    let sealer = ParcelSealer(
      sender: configuration.site.text, signingKey: signing, signer: signer, level: configuration.compression.level,
      disk: spool.disk)
    try finishing(hidden, id, sequence, to: earlier.recipient) {
      let sealed = try sealer.resend(
        folder: folder, manifestDigest: earlier.manifestDigest, as: id, sequence: sequence,
        created: Date().formatted(.iso8601), into: hidden, isCancelled: isCancelled)
      return (
        OutboundParcel(
          id: new, outboundStudy: earlier.outboundStudy, study: earlier.study, recipient: earlier.recipient,
          sequence: sequence, part: Contents.Part.again.rawValue, again: parcel, instances: earlier.instances,
          missing: earlier.missing, missingReason: earlier.missingReason, bytes: earlier.bytes,
          payloadBytes: earlier.payloadBytes, manifestDigest: sealed.manifestDigest),
        Event(
          "sealed", site: earlier.recipient, study: earlier.study, parcel: new,
          "The payload of \(parcel) once more, again.")
      )
    }
    logger.info("sealed again", metadata: ["parcel": "\(new)", "earlier": "\(parcel)", "to": "\(earlier.recipient)"])
  }
}
