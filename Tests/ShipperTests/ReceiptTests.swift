import Custody
import FaultyRemote
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
    #expect(try sender.now(parcel).state == .held)
    #expect(try Disk().status(of: sender.folder(parcel)) != nil)
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    // retention.sent is 0 s here.
    try sender.performCollecting()
    #expect(try Disk().status(of: sender.folder(parcel)) == nil)
    for event in ["received", "held-there", "delivered", "purged"] {
      #expect(try sender.events(event, parcel).count == 1, "\(event)")
    }
  }

  /// A person there takes the import back: the receipt that says so is gone, and another one has a later time.
  @Test(arguments: [Receipt.Status.held, .refused]) func anImportMayBeTakenBack(_ status: Receipt.Status) throws {
    let sender = try Sender()
    let peer = try sender.peer("ch2")
    try sender.add(peer.card())
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    try peer.answer(parcel, .held, at: "2026-01-02T03:04:01.000Z")
    try peer.answer(parcel, .imported, at: "2026-01-02T03:04:02.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    // An old one that comes late, or alone, says nothing new.
    try peer.retract(parcel, .imported)
    try sender.shipOnce()
    try peer.answer(parcel, status, reason: "rejected-by-clerk", at: "2026-01-02T03:04:01.500Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    try peer.answer(parcel, status, reason: "rejected-by-clerk", at: "2026-01-02T03:04:03.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == (status == .held ? .held : .refused))
    try peer.answer(parcel, .imported, at: "2026-01-02T03:04:04.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
  }

  @Test func receiptsThatComeAllAtOnceOrTwiceAreAppliedOnce() throws {
    // The partner wrote them in this order; the server lists them in any.
    for (second, status) in [Receipt.Status.received, .held, .imported].enumerated() {
      try peer.answer(parcel, status, at: "2026-01-02T03:04:0\(second).000Z")
    }
    try sender.shipOnce()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    for event in ["received", "held-there", "delivered"] {
      #expect(try sender.events(event, parcel).count == 1, "\(event)")
    }
  }

  @Test func aReceiptMayComeThoughTheJournalHasTheParcelStillSealed() throws {
    try sender.journal.change(outboundParcel: parcel.id, by: .vanished, event: nil)
    try peer.take(parcel)
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
        try Disk().move(peer.mailbox.receipts.appending("\(other.id).imported.json\(suffix)"), to: target)
      }
    }
    try sender.shipOnce()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.events("receipt-ignored", parcel).count == 1)
    #expect(try sender.alert(.receipt, parcel.id)?.severity == .warning)

    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    #expect(try sender.alert(.receipt, parcel.id) == nil)
  }

  @Test func aDigestRefusalSendsOnceMoreAndOnlyOnce() throws {
    try peer.answer(parcel, .received)
    try sender.shipOnce()
    // What the partner does with a parcel whose digest does not hold.
    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: "digest")
    try sender.shipOnce()
    var now = try sender.now(parcel)
    #expect(now.state == .sealed && now.resent == 1)
    #expect(try sender.journal.receipts(parcel: parcel.id).allSatisfy(\.isSettled))

    // The old receipts still lie there, `received` among them, and say nothing about the second one.
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)

    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: "digest")
    try sender.shipOnce()
    try sender.shipOnce()
    now = try sender.now(parcel)
    #expect(now.state == .refused && now.reasonCode == "digest" && now.resent == 1)
    #expect(try sender.alert(.refused, parcel.id)?.severity == .critical)
    #expect(try Disk().names(of: peer.mailbox.new).isEmpty)
    #expect(try sender.events("resend", parcel).count == 1)
    #expect(try sender.events("refused", parcel).count == 1)
  }

  @Test func theSecondSendingIsDeliveredByItsReceipt() throws {
    try peer.take(parcel)
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

  /// A bit flipped on the way, or in the partner's mailbox: its receipt answers the manifest as it lies there. Or it was lost
  /// there.
  @Test(arguments: ["digest", "signature", "manifest", "folder", "lost"])
  func aRefusalOfWhatArrivedDamagedSendsItOnceMore(_ reason: String) throws {
    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: reason, manifest: String(repeating: "a", count: 64))
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .sealed)
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    try peer.take(parcel)
    try peer.retract(parcel, .refused)
    try peer.answer(parcel, .received)
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    #expect(try sender.now(parcel).deliveries == 2)
  }

  @Test func aPayloadThatIsDamagedHereIsNotSentAgainAndSaidToBeLost() throws {
    let payload = sender.folder(parcel).appending(ParcelFolder.payload)
    var bytes = try read(payload)
    bytes[bytes.count / 2] ^= 1
    try Disk().write(bytes, to: payload)
    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: "digest")
    for _ in 0..<3 { try sender.shipOnce() }
    #expect(try sender.now(parcel).state == .damaged)
    #expect(try sender.events("damaged", parcel).count == 1)
    #expect(try sender.events("resend", parcel).isEmpty)
    #expect(try sender.alert(.damaged, parcel.id)?.severity == .critical)
    #expect(try sender.now(parcel).deliveries == 1)
    #expect(try Disk().names(of: peer.mailbox.new).isEmpty)
  }

  @Test func anyOtherRefusalWaitsForAPerson() throws {
    try peer.take(parcel)
    try peer.answer(parcel, .received)
    let note = try Receipt.seal(note: "Wrong patient", to: sender.keys.age.recipient)
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk", note: note)
    try sender.shipOnce()
    try sender.shipOnce()
    let now = try sender.now(parcel)
    #expect(now.state == .refused && now.reasonCode == "rejected-by-clerk" && now.resent == 0)
    #expect(now.note == note)
    #expect(try sender.alert(.refused, parcel.id)?.severity == .critical)
    #expect(try Disk().status(of: sender.folder(parcel)) != nil)

    // A person has it sent again: the old receipts still lie there, and are not taken for an answer.
    try sender.journal.change(outboundParcel: parcel.id, by: .retried, event: nil)
    for _ in 0..<2 { try sender.shipOnce() }
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    #expect(try sender.alert(.refused, parcel.id) == nil)

    // The same words, written anew, are one.
    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .refused)
  }

  @Test func aRefusalThatThePartnerTakesBackIsForgotten() throws {
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .refused)
    try peer.answer(parcel, .held)
    try peer.retract(parcel, .refused)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .held)
    #expect(try sender.now(parcel).reasonCode == nil)
    #expect(try sender.alert(.refused, parcel.id) == nil)
  }

  @Test func theLaterOfTwoAnswersCounts() throws {
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk", at: "2026-01-02T03:04:05.000Z")
    try peer.answer(parcel, .imported, at: "2026-01-02T03:04:06.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
    #expect(try sender.events("refused", parcel).isEmpty)
  }

  @Test func anOlderAnswerThatComesLateDoesNotTakeARefusalBack() throws {
    try peer.answer(parcel, .refused, reason: "rejected-by-clerk", at: "2026-01-02T03:04:06.000Z")
    try sender.shipOnce()
    try peer.answer(parcel, .received, at: "2026-01-02T03:04:04.000Z")
    try peer.answer(parcel, .held, at: "2026-01-02T03:04:05.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .refused)
    #expect(try sender.alert(.refused, parcel.id) != nil)
    try peer.answer(parcel, .held, at: "2026-01-02T03:04:07.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .held)
  }

  /// What was held there and is lost since comes again, whatever was said of the copy that is gone.
  @Test func anOlderAnswerThatComesLateDoesNotStopWhatIsSentAgainForALoss() throws {
    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: "lost", at: "2026-01-02T03:04:06.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .sealed)
    try peer.answer(parcel, .held, at: "2026-01-02T03:04:05.000Z")
    for _ in 0..<2 { try sender.shipOnce() }
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    try peer.answer(parcel, .held, at: "2026-01-02T03:04:07.000Z")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .held)
  }

  @Test func aReceiptThatComesLateChangesNothingAndIsSettled() throws {
    try peer.answer(parcel, .imported)
    try sender.shipOnce()
    try peer.answer(parcel, .received)
    try peer.answer(parcel, .refused, reason: "digest")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
  }

  /// Of others, and of parcels that were closed long ago.
  @Test func tenThousandNamesInReceiptsHideNoneOfThem() throws {
    var parcels = [parcel]
    for sequence in 2...71 {
      let next = OutboundParcel(
        id: ParcelID().text, outboundStudy: parcel.outboundStudy, study: parcel.study, recipient: "ch2",
        sequence: sequence, part: "again", again: parcel.id, instances: 1, bytes: 1, payloadBytes: 1,
        manifestDigest: parcel.manifestDigest)
      try sender.journal.sealed(next, event: Event("sealed", parcel: next.id, ""))
      try sender.journal.change(outboundParcel: next.id, by: .shipped, event: nil)
      parcels.append(next)
    }
    // Many names of one file: making and removing thousands of files takes some file systems minutes.
    let file = peer.mailbox.receipts.appending("\(ParcelID().text).imported.json")
    try Disk().write([], to: file)
    for _ in 0..<10_000 {
      try Disk().link(file, to: peer.mailbox.receipts.appending("\(ParcelID().text).imported.json"))
    }
    let answered = Set([0, 20, 40, 70].map { parcels[$0].id })
    for parcel in parcels where answered.contains(parcel.id) { try peer.answer(parcel, .received) }
    let faults = RemoteFaults()
    try sender.shipOnce(faults: faults)
    for parcel in parcels {
      #expect(try sender.now(parcel).state == (answered.contains(parcel.id) ? .received : .shipped))
    }
    // Listed in portions, and only those asked for of which there is something.
    #expect(faults.requests.count { $0.hasPrefix("next") } > 10)
    #expect(faults.requests.count < 100)
  }
}
