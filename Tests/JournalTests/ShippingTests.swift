import Custody
import Journal
import Testing

/// What the shipper asks.
struct ShippingTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws {
    scene = try Scene()
    for (index, id) in ["a", "b", "c"].enumerated() {
      try scene.journal.send("1.\(index)", id: "study \(id)", as: id)
    }
  }

  /// What the collector owes is done: the parcels may be shipped.
  private func settle() throws { try scene.execute("DELETE FROM owed") }

  @Test func whatIsStillOwedForAParcelComesBeforeItsShipment() throws {
    #expect(try journal.hasSealed(recipient: "ch2"))
    #expect(try journal.shippable(recipient: "ch2", excluding: [], limit: 10).isEmpty)
    try settle()
    #expect(try journal.shippable(recipient: "ch2", excluding: ["b"], limit: 10).map(\.id) == ["a", "c"])
    try journal.note(outboundParcel: "c") { $0.urgent = true }
    #expect(try journal.shippable(recipient: "ch2", excluding: [], limit: 2).map(\.id) == ["c", "a"])
    #expect(try journal.shippable(recipient: "ch3", excluding: [], limit: 2).isEmpty)
    #expect(try !journal.hasSealed(recipient: "ch3"))
  }

  @Test func aWishIsGrantedOnce() throws {
    #expect(try !journal.takeTryNow(recipient: "ch2"))
    try journal.note(outboundParcel: "b") { $0.tryNow = true }
    #expect(try !journal.takeTryNow(recipient: "ch3"))
    #expect(try journal.takeTryNow(recipient: "ch2"))
    #expect(try !journal.takeTryNow(recipient: "ch2"))
  }

  @Test func onlyParcelsOfWhichAReceiptMaySayMoreAreAwaited() throws {
    try journal.go("a", .shipped)
    try journal.go("b", .shipped, .imported)
    #expect(try journal.awaitingReceipts(recipient: "ch2", limit: 10).map(\.id) == ["a"])
    #expect(try journal.awaitingReceipts(["a", "b", "c", "x"], recipient: "ch2").map(\.id) == ["a"])
    #expect(try journal.awaitingReceipts(["a"], recipient: "ch3").isEmpty)
    try journal.go("a", .refused)
    #expect(try journal.awaitingReceipts(recipient: "ch2", limit: 10).map(\.id) == ["a"])
  }

  @Test func timeIsCountedForWhatWaitsAlone() throws {
    #expect(try journal.hasWaiting(recipient: "ch2"))
    try journal.go("a", .shipped)
    try journal.go("b", .shipped, .received)
    try journal.addWaiting(seconds: 100, recipient: "ch2")
    let rows = try ["a", "b", "c"].compactMap { try journal.outboundParcel($0) }
    #expect(rows.map(\.waited) == [100, 0, 100])
    #expect(rows.map(\.unproven) == [100, 0, 0])
    #expect(try journal.overdue(recipient: "ch2", seconds: 100, limit: 10).map(\.id) == ["c"])
    #expect(try journal.overdue(recipient: "ch2", seconds: 101, limit: 10).isEmpty)
    #expect(try !journal.hasWaiting(recipient: "ch3"))
  }

  @Test func whatIsLargeOrWasDeliveredOftenIsLookedForLater() throws {
    for id in ["a", "b", "c"] { try journal.go(id, .shipped) }
    try journal.addWaiting(seconds: 1000, recipient: "ch2")
    try journal.note(outboundParcel: "b") { $0.deliveries = 2 }
    try journal.note(outboundParcel: "c") { $0.payloadBytes = 10_000_000_000 }
    #expect(try journal.unproven(recipient: "ch2", seconds: 900, limit: 10).map(\.id) == ["a"])
    try journal.addWaiting(seconds: 1000, recipient: "ch2")
    #expect(try journal.unproven(recipient: "ch2", seconds: 900, limit: 10).map(\.id) == ["a", "b", "c"])
    #expect(try journal.unproven(recipient: "ch2", seconds: 900, after: "a", limit: 1).map(\.id) == ["b"])
    try journal.note(outboundParcel: "a") { $0.deliveries = 100 }
    try journal.addWaiting(seconds: 900 * 64, recipient: "ch2")
    #expect(try journal.unproven(recipient: "ch2", seconds: 900, limit: 10).map(\.id).contains("a"))
  }

  @Test func anAlertOfAParcelGoesWithTheStateThatItIsAbout() throws {
    func alert(_ code: String, _ id: String) -> Alert {
      Alert(key: "\(code) \(id)", code: code, severity: .critical, message: "x", remedy: "y")
    }
    try journal.go("a", .shipped, .refused)
    try journal.go("b", .shipped, .refused)
    try journal.raise(alert("refused", "a"), by: .ship)
    try journal.raise(alert("refused", "c"), by: .ship)
    try journal.raise(alert("refused", "gone"), by: .ship)
    try journal.raise(alert("other", "a"), by: .ship)
    #expect(try journal.outboundParcels(in: .refused, withoutAlert: "refused", limit: 10).map(\.id) == ["b"])
    #expect(
      try journal.staleParcelAlerts("refused", except: [.refused]).sorted() == ["refused c", "refused gone"])
    #expect(try journal.recipients(ofParcelsIn: .refused) == ["ch2"])
    #expect(try journal.recipients(ofParcelsIn: .expired).isEmpty)
  }
}
