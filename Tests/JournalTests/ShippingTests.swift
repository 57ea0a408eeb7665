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

  private func order(upTo lane: Lane = .bulk) throws -> String {
    try journal.shippable(recipient: "ch2", upTo: lane, excluding: [], limit: 10).map(\.id).joined()
  }

  @Test func lanesGoOneAfterAnother() throws {
    try settle()
    try journal.note(outboundParcel: "a") { $0.bulk = true }
    #expect(try order() == "bca" && order(upTo: .ordinary) == "bc")
    try journal.note(outboundParcel: "c") { $0.expedited = true }
    #expect(try order() == "cba" && order(upTo: .expedited) == "c" && order(upTo: .urgent).isEmpty)
    try journal.note(outboundParcel: "b") { $0.urgent = true }
    #expect(try order() == "bca" && order(upTo: .urgent) == "b")
    // An urgent one that somebody put behind others is urgent all the same.
    try journal.note(outboundParcel: "b") { $0.bulk = true }
    #expect(try order() == "bca")
  }

  @Test func smallOnesGoFirstAndLargeOnesAreNotForgotten() throws {
    // 1 GB gives way for a thousand seconds, and nothing for more than an hour.
    for (id, bytes) in [("g", 1_000_000_000), ("h", 900_000_000_000), ("s", 1000), ("t", 2000)] as [(String, Int64)] {
      try journal.send("2.\(id)", id: "study \(id)", as: id, payloadBytes: bytes)
    }
    try settle()
    #expect(try order().hasSuffix("stgh"))
    func turn(_ id: String) throws -> Double? { try scene.number("SELECT turn FROM outboundParcel WHERE id = '\(id)'") }
    let (small, large, huge) = (try turn("s"), try turn("g"), try turn("h"))
    let (base, giga, most) = try (#require(small), #require(large), #require(huge))
    #expect((999...1001).contains(giga - base) && (3599...3601).contains(most - base))
  }

  @Test func partsOfAStudyGoInTheOrderInWhichTheyWereSealed() throws {
    try journal.send("3.1", id: "study l", as: "l", payloadBytes: 1_000_000_000)
    try journal.send("3.1", id: "study m", as: "m", payloadBytes: 1000)
    try journal.send("3.2", id: "study n", as: "n", payloadBytes: 1000)
    try settle()
    #expect(try order().hasSuffix("nlm"))
  }

  @Test func nothingWaitsInALaneThatIsClosed() throws {
    try journal.note(outboundParcel: "a") { $0.bulk = true }
    try journal.note(outboundParcel: "c") { $0.expedited = true }
    func waited() throws -> [Double?] { try ["a", "b", "c"].map { try journal.outboundParcel($0)?.waited } }
    try journal.addWaiting(seconds: 10, recipient: "ch2", upTo: .expedited)
    #expect(try waited() == [0, 0, 10])
    try journal.addWaiting(seconds: 10, recipient: "ch2", upTo: .ordinary)
    #expect(try waited() == [0, 10, 20])
    // What is behind all others has its time; but not once it was tried and failed.
    try journal.addWaiting(seconds: 10, recipient: "ch2")
    #expect(try waited() == [0, 20, 30])
    try journal.note(outboundParcel: "a") { $0.attempts = 1 }
    try journal.addWaiting(seconds: 10, recipient: "ch2")
    #expect(try waited() == [10, 30, 40])
    try journal.addWaiting(seconds: 10, recipient: "ch2", upTo: .ordinary)
    #expect(try waited() == [10, 40, 50])
    // What is being sent does not wait.
    try journal.addWaiting(seconds: 10, recipient: "ch2", besides: "b")
    #expect(try waited() == [20, 40, 60])
  }

  @Test func aWishIsGrantedOnce() throws {
    #expect(try !journal.takeTryNow(recipient: "ch2"))
    try journal.note(outboundParcel: "b") { $0.tryNow = true }
    #expect(try !journal.takeTryNow(recipient: "ch3"))
    #expect(try journal.takeTryNow(recipient: "ch2"))
    #expect(try !journal.takeTryNow(recipient: "ch2"))
    #expect(try !journal.tryNow(recipient: "ch3") && journal.tryNow(recipient: "ch2"))
    #expect(try !journal.takeTryNow(recipient: "ch3") && journal.takeTryNow(recipient: "ch2"))
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
