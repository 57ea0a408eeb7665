import Journal
import Logging
import Parcel

/// A receipt that holds.
struct TakenReceipt {
  let receipt: Receipt
  /// Of its bytes, hexadecimal SHA-256.
  let digest: String

  /// Later than another receipt for the same parcel, by the partner's clock.
  func follows(_ other: TakenReceipt) -> Bool {
    (receipt.at, receipt.status == .imported ? 1 : 0) > (other.receipt.at, other.receipt.status == .imported ? 1 : 0)
  }
}

extension PartnerWorker {
  private static let waitingStates: [OutboundParcel.State] = [.sealed, .shipped, .received]

  /// Applies the receipts of one parcel in the order in which they mean something.
  ///
  /// A refusal is applied once, and with it all receipts that lay there: if the parcel is sent again they are still
  /// there, and say nothing about the second one.
  func apply(_ receipts: [TakenReceipt], to parcel: OutboundParcel) throws {
    if receipts.isEmpty { return }
    let settled = try journal.settledRefusals(of: parcel)
    let fresh = receipts.filter { receipt in !settled.contains { $0.detail.contains(receipt.digest) } }
    if fresh.contains(where: { $0.receipt.status == .received }), parcel.state != .received {
      try change(parcel, "received", "\(name) has it, whole and durable.") { $0.state = .received }
    }
    if fresh.contains(where: { $0.receipt.status == .held }), !parcel.heldThere {
      try change(parcel, "held-there", "It waits at \(name) for a person to confirm the patient.") {
        $0.state = .received
        $0.heldThere = true
      }
    }
    let last = fresh.filter { $0.receipt.status == .imported || $0.receipt.status == .refused }
    guard let last = last.max(by: { $1.follows($0) }) else { return }
    if last.receipt.status == .imported {
      try change(parcel, from: Self.waitingStates + [.refused], "delivered", "\(name) has imported it.") {
        $0.state = .delivered
        $0.heldThere = false
      }
    } else {
      try refuse(parcel, reason: last.receipt.reason ?? "unspecified", settling: receipts.map(\.digest))
    }
  }

  /// A payload that arrived damaged is sent once more; all else waits for a person.
  private func refuse(_ parcel: OutboundParcel, reason: String, settling digests: [String]) throws {
    let note = "Receipts settled by this: \(digests.sorted().joined(separator: " "))."
    if reason == "digest", parcel.resent == 0 {
      try change(parcel, "resend", "\(name) refused it (digest). It is sent once more. \(note)") {
        $0.state = .sealed
        $0.heldThere = false
        $0.resent += 1
        $0.reason = "\(self.name) refused it (digest); it is sent once more."
      }
      setbacks[parcel.id] = nil
    } else {
      try change(parcel, "refused", "\(name) refused it (\(reason)). \(note)") {
        $0.state = .refused
        $0.heldThere = false
        $0.reason = reason
      }
    }
  }

  private func change(
    _ parcel: OutboundParcel, from states: [OutboundParcel.State] = waitingStates, _ what: String, _ detail: String,
    _ change: (inout OutboundParcel) -> Void
  ) throws {
    let event = Event(what, site: name, study: parcel.study, parcel: parcel.id, detail)
    let changed = try journal.updateOutboundParcel(parcel.id, from: states, event: event) {
      $0.reason = nil
      change(&$0)
    }
    guard changed != nil else { return }
    let level = what == "refused" ? Logger.Level.error : what == "resend" ? .warning : .info
    logger.log(level: level, "\(detail)", metadata: ["parcel": "\(parcel.id)"])
  }
}

extension Journal {
  /// The refusals of a parcel that were applied, with the digests of the receipts that each settled.
  func settledRefusals(of parcel: OutboundParcel) throws -> [Event] {
    try events(["resend", "refused"], parcel: parcel.id)
  }
}
