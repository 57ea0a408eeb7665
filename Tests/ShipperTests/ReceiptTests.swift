import Journal
import Parcel
import Sealing
import Spool
import SystemPackage
import Testing

@testable import Shipper

/// What must hold between the partner's `receipts/` and the journal.
@Suite(.serialized) struct ReceiptTests {
  let sender: Sender
  let peer: Peer
  let parcel: OutboundParcel

  init() throws {
    sender = try Sender(sent: "0s")
    peer = try sender.peer("ch2")
    try sender.add(peer.card())
    parcel = try sender.seal(for: peer)
    try sender.shipOnce()
  }

  @Test func receiptsLeadToTheirStates() throws {
    try peer.answer(parcel, .received)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .received)
    try peer.answer(parcel, .held)
    try sender.shipOnce()
    #expect(try sender.now(parcel).heldThere)
    #expect(try sender.now(parcel).state == .received)
    #expect(try Disk().status(of: sender.folder(parcel)) != nil)
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    #expect(try !sender.now(parcel).heldThere)
    // retention.sent is 0 s here.
    #expect(try Disk().status(of: sender.folder(parcel)) == nil)
    for event in ["received", "held-there", "delivered", "purged"] {
      #expect(try sender.events(event, parcel).count == 1, "\(event)")
    }
  }

  @Test func receiptsThatComeAllAtOnceOrTwiceAreAppliedOnce() throws {
    for status in [Receipt.Status.imported, .held, .received] { try peer.answer(parcel, status) }
    try sender.shipOnce()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    for event in ["received", "held-there", "delivered"] {
      #expect(try sender.events(event, parcel).count == 1, "\(event)")
    }
  }

  @Test func aReceiptMayComeThoughTheJournalHasTheParcelStillSealed() throws {
    try sender.journal.updateOutboundParcel(parcel.id, from: [.shipped], event: nil) { $0.state = .sealed }
    try Disk().removeTree(peer.arrived(parcel))
    try peer.answer(parcel, .received)
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    #expect(try Disk().names(of: peer.mailbox.new).isEmpty)
  }

  enum Forgery: CaseIterable {
    case otherKey, otherNamespace, otherManifest, otherRecipient, noSignature, huge, otherParcel
  }

  @Test(arguments: Forgery.allCases) func aForgedReceiptIsToldOfOnceAndIgnored(_ forgery: Forgery) throws {
    let path = peer.mailbox.receipts.appending("\(parcel.id).imported.json")
    let signature = FilePath(path.string + ".sig")
    switch forgery {
    case .otherKey: try peer.answer(parcel, .imported, signedBy: SigningKey())
    case .otherManifest:
      try peer.answer(parcel, .imported, manifest: String(repeating: "0", count: 64))
    case .otherRecipient: try peer.answer(parcel, .imported, recipient: "ch3")
    case .otherNamespace:
      try peer.answer(parcel, .imported)
      let text = try SSHSignature.sign(try read(path), namespace: Manifest.namespace, with: peer.signing)
      try Disk().write(text.utf8, to: signature)
    case .noSignature:
      try peer.answer(parcel, .imported)
      try Disk().removeFile(signature)
    case .huge:
      try peer.answer(parcel, .imported)
      try Disk().write([UInt8](repeating: 0x20, count: Receipt.largest + 1), to: path)
    case .otherParcel:
      let other = try sender.seal(for: peer)
      try peer.answer(other, .imported)
      for (suffix, target) in [("", path), (".sig", signature)] {
        try Disk().rename(peer.mailbox.receipts.appending("\(other.id).imported.json\(suffix)"), to: target)
      }
    }
    try sender.shipOnce()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.events("receipt-ignored", parcel).count == 1)

    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
  }

  @Test func aDigestRefusalSendsOnceMoreAndOnlyOnce() throws {
    try peer.answer(parcel, .received)
    try sender.shipOnce()
    // What the partner does with a parcel whose digest does not hold.
    try Disk().removeTree(peer.arrived(parcel))
    try peer.answer(parcel, .refused, reason: "digest")
    try sender.shipOnce()
    var now = try sender.now(parcel)
    #expect(now.state == .sealed && now.resent == 1)

    // The old receipts still lie there, `received` among them, and say nothing about the second one.
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)

    try Disk().removeTree(peer.arrived(parcel))
    try peer.answer(parcel, .refused, reason: "digest")
    try sender.shipOnce()
    try sender.shipOnce()
    now = try sender.now(parcel)
    #expect(now.state == .refused && now.reason == "digest" && now.resent == 1)
    #expect(try Disk().names(of: peer.mailbox.new).isEmpty)
    #expect(try sender.events("resend", parcel).count == 1)
    #expect(try sender.events("refused", parcel).count == 1)
  }

  @Test func theSecondSendingIsDeliveredByItsReceipt() throws {
    try Disk().removeTree(peer.arrived(parcel))
    try peer.answer(parcel, .refused, reason: "digest")
    try sender.shipOnce()
    // The damaged copy still lies in new/: it must not pass for the second one.
    try Disk().makeDirectory(peer.arrived(parcel))
    let damaged = [UInt8](repeating: 1, count: Int(parcel.payloadBytes))
    try Disk().write(damaged, to: peer.arrived(parcel).appending(ParcelFolder.payload))
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    try peer.answer(parcel, .received)
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
  }

  @Test func anyOtherRefusalWaitsForAPerson() throws {
    try Disk().removeTree(peer.arrived(parcel))
    try peer.answer(parcel, .received)
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk")
    try sender.shipOnce()
    try sender.shipOnce()
    let now = try sender.now(parcel)
    #expect(now.state == .refused && now.reason == "rejected-by-clerk" && now.resent == 0)
    #expect(try Disk().status(of: sender.folder(parcel)) != nil)

    // A person has it sent again: the old refusal is not taken for an answer.
    try sender.journal.updateOutboundParcel(parcel.id, from: [.refused], event: nil) { $0.state = .sealed }
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  @Test func theLaterOfTwoAnswersCounts() throws {
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk")
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
  }
}
