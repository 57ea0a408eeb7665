import Custody
import FaultyRemote
import Journal
import LoopbackSSHD
import Parcel
import Sealing
import Spool
import SystemPackage
import Testing

@testable import Shipper

/// What must hold between `outbound/` and the partner's `new/`, with a real OpenSSH server.
@Suite(.serialized) struct DeliveryTests {
  let sender: Sender
  let peer: Peer

  init() throws {
    sender = try Sender()
    peer = try sender.peer("ch2")
    try sender.add(peer.card())
  }

  @Test func aSealedParcelArrivesAsItWasSealed() throws {
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty)
    #expect(try sender.now(parcel).state == .shipped)
    let event = try #require(try sender.events("shipped", parcel).first)
    #expect(event.site == "ch2" && event.study == parcel.study)
  }

  @Test func theMailboxMayLieInAnyFolder() throws {
    #expect(RemoteMailbox.prefix(of: "/") == "/")
    #expect(RemoteMailbox.prefix(of: ".") == "")
    #expect(RemoteMailbox.prefix(of: "") == "")
    #expect(RemoteMailbox.prefix(of: "a/b//") == "a/b/")
    let folder = peer.mailbox.root.appending("sub/folder")
    for name in ["incoming", "new", "receipts"] { try Disk().makeDirectory(folder.appending(name)) }
    try sender.add(peer.card(directory: folder.string + "/"))
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try Disk().names(of: folder.appending("new")) == [parcel.id])
  }

  @Test func whatArrivedIsNotSentAgainThoughTheAnswerToTheRenameWasLost() throws {
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce(faults: RemoteFaults { _, request in request.hasPrefix("rename") ? .loseAnswer : nil })
    #expect(try sender.now(parcel).state == .sealed)
    let before = try Disk().status(of: peer.arrived(parcel).appending(ParcelFolder.payload))
    // Nothing can be uploaded any more.
    try Disk().removeTree(peer.mailbox.incoming)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try Disk().status(of: peer.arrived(parcel).appending(ParcelFolder.payload)) == before)
  }

  @Test func whatThePartnerTookAlreadyIsNotSentAgain() throws {
    let parcel = try sender.seal(for: peer)
    try peer.answer(parcel, .received)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .received)
    #expect(try Disk().status(of: peer.arrived(parcel)) == nil)
    #expect(try sender.events("shipped", parcel).isEmpty)
  }

  @Test func theNameOfAReceiptIsBelievedInNothing() throws {
    let parcel = try sender.seal(for: peer)
    try peer.answer(parcel, .received, signedBy: SigningKey())
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  enum Remains: CaseIterable { case noFiles, emptyFiles, shortPayload, otherManifest, oneFileMore, aFile }

  /// What a power cut at the partner's leaves of a parcel that was renamed, or what somebody else put there.
  @Test(arguments: Remains.allCases) func aFolderInNewThatIsNotWholeIsNotBelieved(_ remains: Remains) throws {
    let parcel = try sender.seal(for: peer)
    let there = peer.arrived(parcel)
    let files = try ParcelFolder.files.map { ($0, try read(sender.folder(parcel).appending($0))) }
    if remains == .aFile { try Disk().write([1], to: there) } else { try Disk().makeDirectory(there) }
    for (name, bytes) in files where remains != .noFiles && remains != .aFile {
      var bytes = bytes
      if remains == .emptyFiles { bytes = [] }
      if remains == .shortPayload, name == ParcelFolder.payload { bytes.removeLast() }
      if remains == .otherManifest, name == ParcelFolder.manifest { bytes[20] ^= 1 }
      try Disk().write(bytes, to: there.appending(name))
    }
    if remains == .oneFileMore { try Disk().write([1], to: there.appending("more")) }
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.same(sender.folder(parcel), there))
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty)
  }

  /// As much is sent again as can have been under way: nobody knows what was acknowledged.
  @Test func aPartialPayloadIsGoneOnWith() throws {
    try sender.add(peer.card(), settings: "in_flight = \"64KiB\"")
    let parcel = try sender.seal(for: peer, bytes: 3_000_000)
    try Disk().makeDirectory(peer.incoming(parcel))
    let payload = try read(sender.folder(parcel).appending(ParcelFolder.payload))
    try Disk().write(payload.prefix(2_000_000), to: peer.incoming(parcel).appending(ParcelFolder.payload))
    try Disk().write([1, 2, 3], to: peer.incoming(parcel).appending(ParcelFolder.manifest))
    try Disk().write([1, 2, 3], to: peer.incoming(parcel).appending("stray"))
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    let rest = Int(parcel.payloadBytes) - 2_000_000 + 64 << 10
    #expect(try sender.events("shipped", parcel).first?.detail.contains("the last \(rest) of") == true)
  }

  @Test func aWholePayloadIsNotSentAgain() throws {
    try sender.add(peer.card(), settings: "in_flight = \"64KiB\"")
    let parcel = try sender.seal(for: peer, bytes: 1_000_000)
    try Disk().makeDirectory(peer.incoming(parcel))
    let payload = try read(sender.folder(parcel).appending(ParcelFolder.payload))
    try Disk().write(payload, to: peer.incoming(parcel).appending(ParcelFolder.payload))
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    #expect(try sender.events("shipped", parcel).first?.detail.contains("the last \(64 << 10) of") == true)
  }

  @Test func aLargerPayloadThanOursIsReplaced() throws {
    let parcel = try sender.seal(for: peer)
    try Disk().makeDirectory(peer.incoming(parcel))
    let bytes = [UInt8](repeating: 7, count: Int(parcel.payloadBytes) + 1)
    try Disk().write(bytes, to: peer.incoming(parcel).appending(ParcelFolder.payload))
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  @Test func whateverLiesInTheWayIsCleared() throws {
    let first = try sender.seal(for: peer)
    let second = try sender.seal(for: peer)
    try Disk().write([1], to: peer.incoming(first))
    try Disk().makeDirectory(peer.incoming(second).appending(ParcelFolder.payload).appending("deep"))
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(first), peer.arrived(first)))
    #expect(try sender.same(sender.folder(second), peer.arrived(second)))
  }

  @Test func aDamagedParcelIsToldOfAtOnceAndStopsNoOther() throws {
    let gone = try sender.seal(for: peer, urgent: true)
    let short = try sender.seal(for: peer, urgent: true)
    let tampered = try sender.seal(for: peer, urgent: true)
    let good = try sender.seal(for: peer)
    try Disk().removeFile(sender.folder(gone).appending(ParcelFolder.payload))
    try Disk().empty(sender.folder(short).appending(ParcelFolder.payload))
    try Disk().write(Array("{}".utf8), to: sender.folder(tampered).appending(ParcelFolder.manifest))
    try sender.shipOnce()
    #expect(try sender.now(good).state == .shipped)
    for parcel in [gone, short, tampered] {
      #expect(try sender.now(parcel).state == .damaged)
      let alert = try #require(try sender.alert(.damaged, parcel.id))
      #expect(alert.severity == .critical && alert.remedy.contains("export the study again"))
    }
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty)
    #expect(try Disk().names(of: peer.mailbox.new) == [good.id])

    try sender.journal.change(outboundParcel: gone.id, by: .discarded, event: nil)
    try sender.shipOnce()
    #expect(try sender.alert(.damaged, gone.id) == nil)
    #expect(try sender.alert(.damaged, short.id) != nil)
  }

  @Test func anotherHostKeyThanThePinnedOneIsNeverSpokenTo() throws {
    try sender.add(peer.card(hostKey: SigningKey().publicKey))
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    let now = try sender.now(parcel)
    #expect(now.state == .sealed && now.attempts == 1)
    #expect(now.reason?.contains("another ssh-ed25519 host key") == true)
    #expect(try sender.alert(.hostKey, "ch2")?.severity == .critical)
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty)

    // The partner's new card, confirmed by telephone.
    try sender.add(peer.card())
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.alert(.hostKey, "ch2") == nil)
  }

  @Test func aLoginThatIsRefusedSaysSo() throws {
    let stranger = try Sender()
    try stranger.add(peer.card())
    let parcel = try stranger.seal(for: peer)
    try stranger.shipOnce()
    #expect(try stranger.now(parcel).reason?.contains("does not let") == true)
    #expect(try stranger.alert(.login, "ch2") != nil)
  }

  @Test func aMissingMailboxSaysSo() throws {
    try sender.add(peer.card(directory: "/nowhere/at/all"))
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    #expect(try sender.now(parcel).reason?.contains("There is no mailbox") == true)
    #expect(try sender.alert(.mailbox, "ch2") != nil)
  }

  @Test func anUrgentParcelGoesFirst() throws {
    let later = try sender.seal(for: peer)
    let urgent = try sender.seal(for: peer, urgent: true)
    try sender.shipOnce()
    let events = try [later, urgent].compactMap { try sender.events("shipped", $0).first?.id }
    #expect(events.count == 2 && events[0] > events[1])
  }

  @Test func aCancelledParcelLeavesNothingAtEitherEnd() throws {
    let parcel = try sender.seal(for: peer)
    try Disk().makeDirectory(peer.incoming(parcel))
    try Disk().write([1], to: peer.incoming(parcel).appending(ParcelFolder.payload))
    try sender.journal.change(outboundParcel: parcel.id, by: .cancelled, event: nil)
    try sender.performCollecting()
    #expect(try Disk().status(of: sender.folder(parcel)) == nil)
    // The partner cannot be reached: it stays owed.
    peer.server.stop()
    try sender.shipOnce()
    #expect(try sender.journal.isOwing(.ship))
    try peer.server.restart()
    try sender.shipOnce()
    #expect(try Disk().status(of: peer.incoming(parcel)) == nil)
    #expect(try Disk().status(of: peer.arrived(parcel)) == nil)
    #expect(try !sender.journal.isOwing(.ship))
  }

  @Test func aParcelExpiresByTheTimeThatItWaitedAndNotByTheClock() throws {
    let old = try sender.seal(for: peer)
    let young = try sender.seal(for: peer)
    peer.server.stop()
    try sender.journal.note(outboundParcel: young.id) { $0.created = "2001-01-01T00:00:00.000Z" }
    try sender.journal.note(outboundParcel: old.id) { $0.waited = 5 * 86_400 }
    try sender.shipOnce()
    #expect(try sender.now(old).state == .expired)
    #expect(try sender.now(old).reason?.contains("ship.expire_after") == true)
    #expect(try sender.now(young).state == .sealed)
    #expect(try sender.now(young).waited > 0)
    #expect(try sender.events("expired", old).count == 1)
    #expect(try sender.alert(.expired, "ch2") != nil)
    #expect(try Disk().status(of: sender.folder(old)) != nil)

    // A person has it tried again.
    try sender.journal.change(outboundParcel: old.id, by: .retried, event: nil) { $0.waited = 0 }
    try peer.server.restart()
    try sender.shipOnce()
    #expect(try sender.now(old).state == .shipped)
    #expect(try sender.alert(.expired, "ch2") == nil)
  }

  @Test func aPartnerThatCannotBeReachedForLongIsAnAlertUntilItIsBack() throws {
    let parcel = try sender.seal(for: peer)
    peer.server.stop()
    try sender.shipOnce()
    #expect(try sender.alert(.unreachable, "ch2") == nil)
    try sender.journal.note(outboundParcel: parcel.id) { $0.waited = 5 * 3600 }
    try sender.shipOnce()
    #expect(try sender.alert(.unreachable, "ch2")?.severity == .warning)
    try peer.server.restart()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.alert(.unreachable, "ch2") == nil)
  }

  @Test func whatIsStillOwedForAParcelIsDoneBeforeItIsShipped() throws {
    let parcel = try sender.seal(for: peer)
    try sender.journal.owe(
      [.move(.sealing(parcel: parcel.id), to: .outbound(parcel: parcel.id))], subject: "parcel:\(parcel.id)")
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .sealed)
    try sender.performCollecting()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
  }

  @Test func aSecondShipperSaysSoAndExits() throws {
    let lock = try Lock("ship", in: sender.spool)
    defer { withExtendedLifetime(lock) {} }
    #expect(throws: SpoolError.self) { try sender.shipOnce() }
  }

  @Test func parcelsToASiteThatIsNoPartnerAreKeptAndAge() throws {
    let parcel = try sender.seal(for: peer)
    try Disk().removeFile(sender.configuration.partners.appending("ch2.toml"))
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .sealed)
    #expect(try Disk().status(of: sender.folder(parcel)) != nil)
    #expect(try sender.alert(.stranded, "ch2") != nil)
  }
}

func read(_ path: FilePath) throws -> [UInt8] {
  let file = try FileDescriptor.open(path, .readOnly)
  return try file.closeAfter {
    var bytes = [UInt8](repeating: 0, count: Int(try Disk().status(of: path)?.size ?? 0))
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    return Array(bytes.prefix(count))
  }
}
