import Custody
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

@testable import Shipper

/// What must hold of parcels that were shipped and of which no receipt comes: the partner's server lost its power, say, and
/// its disk did not keep the rename.
@Suite(.serialized) struct ProofTests {
  let sender: Sender
  let peer: Peer
  let parcel: OutboundParcel

  init() throws {
    sender = try Sender(retryMax: "10m")
    peer = try sender.peer("ch2")
    try sender.add(peer.card())
    parcel = try sender.seal(for: peer)
    try sender.shipOnce()
  }

  /// As if the shipper had run for so long.
  private func wait(minutes: Double) throws {
    try sender.journal.addWaiting(seconds: minutes * 60, recipient: "ch2")
  }

  @Test func whatIsGoneWithoutAReceiptIsDeliveredAgain() throws {
    try peer.take(parcel)
    try wait(minutes: 14)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    try wait(minutes: 2)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .sealed)
    #expect(try sender.events("vanished", parcel).count == 1)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.now(parcel).deliveries == 2)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  @Test func whatIsBackInIncomingIsNotBelievedAndSentWhole() throws {
    // Its size is right, and its bytes are not.
    let payload = peer.arrived(parcel).appending(ParcelFolder.payload)
    try Disk().write([UInt8](repeating: 0, count: Int(parcel.payloadBytes)), to: payload)
    try Disk().move(peer.arrived(parcel), to: peer.incoming(parcel))
    try wait(minutes: 20)
    for _ in 0..<2 { try sender.shipOnce() }
    #expect(try sender.now(parcel).deliveries == 2)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  @Test func whatIsNotWholeInNewIsDeliveredAgain() throws {
    try Disk().empty(peer.arrived(parcel).appending(ParcelFolder.manifest))
    try wait(minutes: 20)
    for _ in 0..<2 { try sender.shipOnce() }
    #expect(try sender.now(parcel).deliveries == 2)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  @Test func whatLiesThereUnopenedIsAnAlertAfterAWhileAndNotSentAgain() throws {
    try wait(minutes: 20)
    try sender.shipOnce()
    #expect(try sender.alert(.unopened, "ch2") == nil)
    try wait(minutes: 240)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.alert(.unopened, "ch2")?.code == "unopened-there")
    try peer.answer(parcel, .received)
    try peer.take(parcel)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .received)
    #expect(try sender.alert(.unopened, "ch2") == nil)
  }

  @Test func aReceiptThatComesJustInTimeIsTaken() throws {
    try peer.take(parcel)
    try peer.answer(parcel, .imported)
    try wait(minutes: 20)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .delivered)
  }

  @Test func aPartnerWhereParcelsVanishAgainAndAgainIsAnAlertAndAskedEverMoreSeldom() throws {
    for delivery in 1...3 {
      try peer.take(parcel)
      try wait(minutes: 16 * Double(1 << (delivery - 1)))
      for _ in 0..<2 { try sender.shipOnce() }
      #expect(try sender.now(parcel).deliveries == delivery + 1)
    }
    #expect(try sender.alert(.vanishing, parcel.id)?.severity == .critical)
    try peer.take(parcel)
    try wait(minutes: 60)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    try peer.answer(parcel, .received)
    try sender.shipOnce()
    #expect(try sender.alert(.vanishing, parcel.id) == nil)
  }

  @Test func whatVanishedAndIsDamagedHereIsSaidToBeLost() throws {
    let payload = sender.folder(parcel).appending(ParcelFolder.payload)
    var bytes = try read(payload)
    bytes[bytes.count / 2] ^= 1
    try Disk().write(bytes, to: payload)
    try peer.take(parcel)
    try wait(minutes: 20)
    for _ in 0..<2 { try sender.shipOnce() }
    #expect(try sender.now(parcel).state == .damaged)
    #expect(try Disk().names(of: peer.mailbox.new).isEmpty)
    #expect(try sender.alert(.damaged, parcel.id) != nil)
  }
}
