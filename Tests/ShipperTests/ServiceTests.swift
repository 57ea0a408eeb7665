import Custody
import Executor
import FaultyRemote
import Glibc
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

@testable import Shipper

/// What must hold while the service runs on and on.
@Suite(.serialized) struct ServiceTests {
  let sender: Sender
  let peer: Peer

  init() throws {
    sender = try Sender()
    peer = try sender.peer("ch2")
    try sender.add(peer.card())
  }

  @Test func aNewParcelShipsAtOnceAndItsReceiptIsSoonSeen() throws {
    // By itself a shipper at rest looks every 5 s. On a busy machine one may be late, but not each of four.
    var isPrompt = false
    for _ in 0..<4 where !isPrompt {
      let service = RunningShipper(sender)
      try eventually("it connects") { try Disk().names(of: sender.spool.root).contains(".ship.lock") }
      usleep(300_000)
      let parcel = try sender.seal(for: peer)
      let sealed = ContinuousClock.now
      try eventually("it ships") { try sender.now(parcel).state == .shipped }
      isPrompt = sealed.duration(to: .now) < .seconds(3)
      try peer.answer(parcel, .received)
      try peer.answer(parcel, .imported)
      try eventually("it closes") { try sender.now(parcel).state == .delivered }
      service.end()
    }
    #expect(isPrompt)
  }

  @Test func aPartnerThatIsDownIsTriedAgainUntilItIsUp() throws {
    peer.server.stop()
    let parcel = try sender.seal(for: peer)
    let service = RunningShipper(sender)
    try eventually("attempts are counted") { try sender.now(parcel).attempts >= 3 }
    #expect(try sender.now(parcel).reason?.contains("127.0.0.1:\(peer.server.port)") == true)
    try peer.server.restart()
    try eventually("it ships") { try sender.now(parcel).state == .shipped }
    #expect(try sender.now(parcel).reason == nil)
    service.end()
  }

  @Test func anUploadThatIsCutGoesOnWhereItWas() throws {
    try sender.add(peer.card(), settings: "rate_limit = \"4MiB\"\nin_flight = \"64KiB\"")
    let parcel = try sender.seal(for: peer, bytes: 8 << 20)
    let payload = peer.incoming(parcel).appending(ParcelFolder.payload)
    let service = RunningShipper(sender)
    for megabytes in [1, 3, 5] {
      try eventually("the upload goes on") { try Disk().status(of: payload)?.size ?? 0 > Int64(megabytes << 20) }
      try peer.server.restart()
    }
    try eventually("it ships") { try sender.now(parcel).state == .shipped }
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    #expect(try sender.events("shipped", parcel).first?.detail.contains("the last") == true)
    service.end()
  }

  @Test func aStopDuringAnUploadIsQuickAndTheNextRunFinishes() throws {
    try sender.add(peer.card(), settings: "rate_limit = \"1MiB\"\nin_flight = \"64KiB\"")
    let parcel = try sender.seal(for: peer, bytes: 5 << 20)
    let payload = peer.incoming(parcel).appending(ParcelFolder.payload)
    let service = RunningShipper(sender)
    try eventually("the upload begins") { try Disk().status(of: payload)?.size ?? 0 > 1 << 20 }
    service.end()
    #expect(try sender.now(parcel).state == .sealed)
    #expect(try sender.now(parcel).attempts == 0)
    try sender.add(peer.card())
    try sender.shipOnce()
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    #expect(try sender.events("shipped", parcel).first?.detail.contains("the last") == true)
  }

  @Test func aParcelCancelledDuringItsUploadIsNotDelivered() throws {
    try sender.add(peer.card(), settings: "rate_limit = \"4MiB\"\nin_flight = \"64KiB\"")
    let parcel = try sender.seal(for: peer, bytes: 6 << 20)
    let payload = peer.incoming(parcel).appending(ParcelFolder.payload)
    let service = RunningShipper(sender)
    try eventually("the upload begins") { try Disk().status(of: payload)?.size ?? 0 > 1 << 20 }
    try sender.journal.change(outboundParcel: parcel.id, by: .cancelled, event: nil)
    try sender.performCollecting()
    try eventually("it goes") { try !sender.journal.isOwing(.ship) }
    #expect(try Disk().status(of: sender.folder(parcel)) == nil)
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty)
    #expect(try Disk().names(of: peer.mailbox.new).isEmpty)
    #expect(try sender.now(parcel).state == .cancelled)
    service.end()
  }

  @Test func aParcelThatFailsWaitsForItsNextAttemptAndNoOtherDoes() throws {
    let sender = try Sender(retryFirst: "1h", retryMax: "1h")
    let peer = try sender.peer("ch2")
    try sender.add(peer.card())
    let failing = try sender.seal(for: peer)
    let faults = RemoteFaults { _, request in
      request == "makeDirectory \(peer.incoming(failing))" ? .fail(.permission) : nil
    }
    let service = RunningShipper(sender, faults: faults)
    try eventually("it fails") { try sender.now(failing).attempts == 1 }
    for _ in 0..<2 {
      let parcel = try sender.seal(for: peer)
      try eventually("the next one ships") { try sender.now(parcel).state == .shipped }
    }
    #expect(try sender.now(failing).attempts == 1)
    service.end()
  }

  /// Each time the connection breaks before anything is there.
  @Test func aParcelAtWhichTheConnectionBreaksStopsNoOther() throws {
    let breaking = try sender.seal(for: peer)
    let payload = peer.incoming(breaking).appending(ParcelFolder.payload)
    let faults = RemoteFaults { _, request in request == "upload \(payload)" ? .cut : nil }
    let service = RunningShipper(sender, faults: faults)
    try eventually("it fails") { try sender.now(breaking).attempts == 1 }
    let parcel = try sender.seal(for: peer)
    try eventually("the next one ships") { try sender.now(parcel).state == .shipped }
    #expect(try sender.now(breaking).state == .sealed)
    service.end()
  }

  @Test func whatLiesTherePayloadAndAllIsNotSentAgainBecauseItCannotBeDelivered() throws {
    let parcel = try sender.seal(for: peer)
    let faults = RemoteFaults { _, request in
      request == "rename \(peer.incoming(parcel))" ? .fail(.permission) : nil
    }
    let service = RunningShipper(sender, faults: faults)
    try eventually("it fails again and again") { try sender.now(parcel).attempts >= 3 }
    service.end()
    #expect(try sender.alert(.notShipped, parcel.id) != nil)
    #expect(try sender.same(sender.folder(parcel), peer.incoming(parcel)))
    #expect(faults.requests.count { $0 == "makeDirectory \(peer.incoming(parcel))" } >= 3)
    #expect(!faults.requests.contains { $0 == "remove \(peer.incoming(parcel).appending(ParcelFolder.payload))" })
  }

  /// Else all of it would be added at its end, to what was sealed a moment ago too.
  @Test func timeIsCountedWhileAnUploadGoesOn() throws {
    let sender = try Sender(retryMax: "1s")
    let peer = try sender.peer("ch2")
    try sender.add(peer.card(), settings: "rate_limit = \"128KiB\"\nin_flight = \"64KiB\"")
    let large = try sender.seal(for: peer, bytes: 32 << 20)
    let service = RunningShipper(sender)
    try eventually("the upload begins") {
      try Disk().status(of: peer.incoming(large).appending(ParcelFolder.payload))?.size ?? 0 > 100_000
    }
    let ordinary = try sender.seal(for: peer)
    try eventually("it has waited") { try sender.now(ordinary).waited > 0 }
    #expect(try sender.now(ordinary).waited < 30 && sender.now(large).waited < 1)
    service.end()
  }

  @Test func whatIsUrgentDoesNotWaitOutALongPause() throws {
    let sender = try Sender(retryFirst: "1h", retryMax: "1h")
    let peer = try sender.peer("ch2")
    try sender.add(peer.card())
    peer.server.stop()
    let ordinary = try sender.seal(for: peer)
    let service = RunningShipper(sender)
    try eventually("it fails") { try sender.now(ordinary).attempts == 1 }
    try peer.server.restart()
    let urgent = try sender.seal(for: peer, urgent: true)
    try eventually("the urgent one ships") { try sender.now(urgent).state == .shipped }
    service.end()
  }

  @Test func aParcelThatVanishesAtThePartnersIsDeliveredAgain() throws {
    let sender = try Sender(retryMax: "1s")
    let peer = try sender.peer("ch2")
    try sender.add(peer.card())
    let parcel = try sender.seal(for: peer)
    let service = RunningShipper(sender)
    try eventually("it ships") { try sender.now(parcel).state == .shipped }
    try peer.take(parcel)
    try eventually("it ships again") { try sender.now(parcel).deliveries == 2 }
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    try peer.answer(parcel, .received)
    try eventually("it is received") { try sender.now(parcel).state == .received }
    service.end()
  }

  @Test func aServiceAtRestHasNoConnectionAndGivesSignsOfLife() throws {
    let faults = RemoteFaults()
    let service = RunningShipper(sender, faults: faults)
    eventually("it lives") { Heartbeat.last(of: .ship, in: sender.spool) != nil }
    usleep(2_000_000)
    #expect(faults.requests.isEmpty)
    service.end()
    #expect(Heartbeat.last(of: .ship, in: sender.spool) == nil)
  }

  @Test func aDeadPartnerAmongTwentySlowsNoOther() throws {
    // It accepts connections and never says a word.
    let listener = try Silence()
    let dead = try sender.peer("dead")
    try sender.add(dead.card(port: listener.port))
    let stuck = try sender.seal(for: dead)
    let others = try (0..<18).map { try sender.peer("other-\($0)") }
    for other in others { try sender.add(other.card()) }
    let parcels = try ([peer] + others).map { try sender.seal(for: $0) }
    let service = RunningShipper(sender)
    try eventually(within: 30, "the others drain") { try parcels.allSatisfy { try sender.now($0).state == .shipped } }
    #expect(try sender.now(stuck).state == .sealed)
    service.end()
  }

  @Test func partnersComeAndGoWhileItRuns() throws {
    let service = RunningShipper(sender)
    let late = try sender.peer("ch3")
    let parcel = try sender.seal(for: late)
    usleep(500_000)
    // A wrong file keeps the others as they were.
    let bad = sender.configuration.partners.appending("bad.toml")
    try Disk().write("site = 7".utf8, to: bad)
    let other = try sender.seal(for: peer)
    try eventually("the known partner goes on") { try sender.now(other).state == .shipped }
    try Disk().removeFile(bad)
    try sender.add(late.card())
    try eventually("the new partner is served") { try sender.now(parcel).state == .shipped }
    try Disk().removeFile(sender.configuration.partners.appending("ch3.toml"))
    usleep(5_000_000)
    let last = try sender.seal(for: late)
    usleep(1_000_000)
    #expect(try sender.now(last).state == .sealed)
    service.end()
  }

  @Test func aRetryThatAPersonOrdersIsDoneAtOnce() throws {
    let sender = try Sender(retryFirst: "1h", retryMax: "1h")
    let peer = try sender.peer("ch2")
    try sender.add(peer.card())
    let parcel = try sender.seal(for: peer)
    let hasFailed = Stop()
    let faults = RemoteFaults { _, request in
      guard request.hasPrefix("makeDirectory"), !hasFailed.isRequested else { return nil }
      hasFailed.request()
      return .fail(.permission)
    }
    let service = RunningShipper(sender, faults: faults)
    try eventually("it fails") { try sender.now(parcel).attempts > 0 }
    try sender.order { try $0.note(outboundParcel: parcel.id) { $0.tryNow = true } }
    try eventually("it ships") { try sender.now(parcel).state == .shipped }

    // So it is when the partner as a whole had failed.
    peer.server.stop()
    let next = try sender.seal(for: peer)
    try eventually("it fails") { try sender.now(next).attempts > 0 }
    try peer.server.restart()
    try sender.order { try $0.note(outboundParcel: next.id) { $0.tryNow = true } }
    try eventually("it ships") { try sender.now(next).state == .shipped }
    service.end()
  }
}

/// A port on loopback that accepts and stays silent.
final class Silence: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(descriptor) }
}
