import Custody
import FaultyRemote
import Foundation
import Journal
import Parcel
import Spool
import Synchronization
import Testing

@testable import Shipper

/// Which parcel goes before which, and when.
@Suite struct LaneTests {
  let sender: Sender
  let peer: Peer
  /// By which the window opens and closes: a Saturday, 12:00 UTC and more.
  private let clock = Clock()

  /// A clock that stands still.
  private final class Clock: Sendable {
    let hour = Mutex(12)
    /// Of the machine's time zone.
    var now: Int64 {
      var parts = DateComponents(year: 2026, month: 11, day: 28)
      parts.hour = hour.withLock { $0 }
      return Int64(Calendar.current.date(from: parts)?.timeIntervalSince1970 ?? 0)
    }
    func set(_ hour: Int) { self.hour.withLock { $0 = hour } }
  }

  init() throws {
    sender = try Sender()
    peer = try sender.peer("ch2")
    try sender.add(peer.card())
  }

  private func state(_ parcel: OutboundParcel) throws -> OutboundParcelState { try sender.now(parcel).state }

  /// How much of a parcel's payload lies at the partner.
  private func sent(_ parcel: OutboundParcel) throws -> Int64 {
    try Disk().status(of: peer.incoming(parcel).appending(ParcelFolder.payload))?.size ?? 0
  }

  /// A partner to whom 8 MB take half a minute.
  private func slowDown(_ settings: String = "") throws {
    try sender.add(peer.card(), settings: "rate_limit = \"256KiB\"\nin_flight = \"64KiB\"\n" + settings)
  }

  /// The partner as before, but fast.
  private func speedUp() throws {
    let file = sender.configuration.partners.appending("ch2.toml")
    let lines = try String(contentsOfFile: file.string, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    try Disk().write(lines.filter { !$0.hasPrefix("rate_limit") }.joined(separator: "\n").utf8, to: file)
  }

  @Test func outsideTheWindowOnlyUrgentAndExpeditedParcelsGoAndReceiptsCome() throws {
    try sender.add(peer.card(), settings: "window = \"18:00-07:00\"")
    let early = try sender.seal(for: peer)
    func ship() throws { try sender.shipper(now: { [clock] in clock.now }).run(once: true) }
    clock.set(19)
    try ship()
    #expect(try state(early) == .shipped)
    clock.set(12)
    let ordinary = try sender.seal(for: peer)
    let bulk = try sender.seal(for: peer)
    try sender.journal.note(outboundParcel: bulk.id) { $0.bulk = true }
    let urgent = try sender.seal(for: peer, urgent: true)
    let expedited = try sender.seal(for: peer)
    try sender.journal.note(outboundParcel: expedited.id) { $0.expedited = true }
    try peer.answer(early, .received)
    try ship()
    #expect(try [ordinary, bulk, urgent, expedited].map(state) == [.sealed, .sealed, .shipped, .shipped])
    #expect(try state(early) == .received)
    clock.set(18)
    try ship()
    #expect(try [ordinary, bulk].map(state) == [.shipped, .shipped])
  }

  @Test func whereThePartnersSettingsAreNotInOrderOnlyWhatIsUrgentGoes() throws {
    let file = sender.configuration.partners.appending("ch2.toml")
    let good = try String(contentsOfFile: file.string, encoding: .utf8)
    try Disk().write(("rate_limit = \"fast\"\n" + good).utf8, to: file)
    let ordinary = try sender.seal(for: peer)
    let urgent = try sender.seal(for: peer, urgent: true)
    try sender.shipOnce()
    #expect(try [ordinary, urgent].map(state) == [.sealed, .shipped])
    try Disk().write(good.utf8, to: file)
    try sender.shipOnce()
    #expect(try state(ordinary) == .shipped)
  }

  @Test func anUploadStopsWhereTheWindowEndsAndGoesOnInTheNextOne() throws {
    try slowDown("window = \"11:00-13:00\"")
    let parcel = try sender.seal(for: peer, bytes: 8 << 20)
    clock.set(12)
    let service = RunningShipper(sender, now: { [clock] in clock.now })
    try eventually("the upload begins") { try sent(parcel) > 100_000 }
    clock.set(13)
    try eventually("it stops") {
      let before = try sent(parcel)
      usleep(1_500_000)
      return try sent(parcel) == before
    }
    let before = try sent(parcel)
    let urgent = try sender.seal(for: peer, urgent: true)
    try eventually("what is urgent goes") { try state(urgent) == .shipped }
    #expect(try state(parcel) == .sealed && sender.now(parcel).attempts == 0 && sent(parcel) == before)
    try speedUp()
    clock.set(11)
    try eventually("it goes on") { try state(parcel) == .shipped }
    #expect(try sender.events("shipped", parcel).first?.detail.contains("the last") == true)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
    service.end()
  }

  @Test func anUploadGivesWayToWhatIsUrgentAndThatToNobody() throws {
    try slowDown()
    let large = try sender.seal(for: peer, bytes: 8 << 20)
    let service = RunningShipper(sender)
    try eventually("the upload begins") { try sent(large) > 100_000 }
    let ordinary = try sender.seal(for: peer)
    usleep(600_000)
    #expect(try state(ordinary) == .sealed)
    let urgent = try sender.seal(for: peer, urgent: true)
    try eventually("it gives way") { try state(urgent) == .shipped }
    #expect(try state(large) == .sealed && sent(large) > 100_000 && sender.now(large).attempts == 0)
    let before = try sent(large)
    // The same parcel goes on, or the small one goes now that the large one was interrupted; and then that.
    try eventually("the ordinary one goes") { try state(ordinary) == .shipped }
    try eventually("it goes on") { try sent(large) > before }
    try sender.order { try $0.note(outboundParcel: large.id) { $0.urgent = true } }
    let expedited = try sender.seal(for: peer)
    try sender.order { try $0.note(outboundParcel: expedited.id) { $0.expedited = true } }
    usleep(600_000)
    #expect(try state(expedited) == .sealed)
    try speedUp()
    try eventually("all go") { try [large, expedited].allSatisfy { try state($0) == .shipped } }
    #expect(try sender.events("shipped", large).first?.detail.contains("the last") == true)
    #expect(try sender.same(sender.folder(large), peer.arrived(large)))
    service.end()
  }

  @Test func bulkGoesBehindAllOthersAndNotWhileItIsPaused() throws {
    try slowDown()
    let bulk = try sender.seal(for: peer, bytes: 8 << 20)
    try sender.order { try $0.note(outboundParcel: bulk.id) { $0.bulk = true } }
    let service = RunningShipper(sender)
    try eventually("it begins, since nothing else waits") { try sent(bulk) > 100_000 }
    let ordinary = try sender.seal(for: peer)
    try eventually("it gives way") { try state(ordinary) == .shipped }
    #expect(try state(bulk) == .sealed)
    _ = try sender.journal.pauseBulk(to: "ch2", by: "test", event: Event("paused", ""))
    try eventually("it stops") {
      let before = try sent(bulk)
      usleep(1_500_000)
      return try sent(bulk) == before
    }
    try speedUp()
    let other = try sender.seal(for: peer)
    try eventually("others go") { try state(other) == .shipped }
    #expect(try state(bulk) == .sealed)
    #expect(try !sender.journal.resumeBulk(to: "ch3", event: Event("resumed", "")))
    _ = try sender.journal.resumeBulk(to: nil, event: Event("resumed", ""))
    try eventually("it goes on") { try state(bulk) == .shipped }
    #expect(try sender.same(sender.folder(bulk), peer.arrived(bulk)))
    service.end()
  }

  @Test func aParcelThatIsCalledBackIsUploadedNoFurther() throws {
    try slowDown()
    let parcel = try sender.seal(for: peer, bytes: 8 << 20)
    let service = RunningShipper(sender)
    try eventually("the upload begins") { try sent(parcel) > 100_000 }
    try sender.order { try $0.change(outboundParcel: parcel.id, by: .cancelled, event: nil) }
    try sender.performCollecting()
    let next = try sender.seal(for: peer)
    try eventually("the next one goes") { try state(next) == .shipped }
    try eventually("nothing is left there") { try Disk().names(of: peer.mailbox.incoming).isEmpty }
    service.end()
  }

  @Test func whatFailsOvertakesNobody() throws {
    let sender = try Sender(retryFirst: "1h", retryMax: "1h")
    let peer = try sender.peer("ch2")
    try sender.add(peer.card())
    let failing = try sender.seal(for: peer, urgent: true)
    let faults = RemoteFaults { _, request in
      request == "makeDirectory \(peer.incoming(failing))" ? .fail(.permission) : nil
    }
    let ordinary = try sender.seal(for: peer)
    let service = RunningShipper(sender, faults: faults)
    try eventually("the other one goes") { try sender.now(ordinary).state == .shipped }
    #expect(try sender.now(failing).state == .sealed)
    service.end()
  }

  @Test func aPauseThatHasLastedForADayIsToldOf() throws {
    _ = try sender.journal.pauseBulk(to: "ch2", by: "test", event: Event("paused", ""))
    try sender.shipOnce()
    #expect(try sender.alert(.bulkPaused, "ch2") == nil)
    try sender.sql("UPDATE bulkPause SET since = '2026-01-01T00:00:00.000Z'")
    try sender.shipOnce()
    #expect(try sender.alert(.bulkPaused, "ch2")?.remedy.contains("studypost queue resume --bulk ch2") == true)
    _ = try sender.journal.resumeBulk(to: nil, event: Event("resumed", ""))
    try sender.shipOnce()
    #expect(try sender.alert(.bulkPaused, "ch2") == nil)
  }
}
