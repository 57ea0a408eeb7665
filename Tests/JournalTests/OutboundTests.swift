import Journal
import Testing

@Suite struct OutboundTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  @Test func theSequenceRisesByOneForEachParcelToARecipient() throws {
    for number in 1...3 {
      #expect(try journal.nextSequence(recipient: "ch2") == number)
      #expect(try journal.nextSequence(recipient: "ch2") == number)
      try scene.seal(scene.take(1, of: "1.\(number)", id: "\(number)"), as: "p\(number)", instances: 1)
    }
    #expect(try journal.nextSequence(recipient: "ch3") == 1)
    // A number is used once, even if somebody tries.
    let study = try scene.take(1, of: "1.9", id: "9")
    var twice = try #require(try journal.outboundParcel("p3"))
    twice.id = "p9"
    twice.outboundStudy = study.id
    #expect(throws: (any Error).self) { try journal.sealed(twice, event: Event("sealed", "x")) }
    #expect(try journal.outboundStudy("9")?.state == .collecting)
  }

  @Test func aSealedParcelAndItsStudyAreRecordedTogether() throws {
    let study = try scene.take(2, of: "1.2", id: "a")
    try scene.seal(study, as: "p", instances: 2)
    let parcel = try #require(try journal.outboundParcel("p"))
    #expect(parcel.state == .sealed && parcel.attempts == 0 && !parcel.urgent && parcel.since == parcel.created)
    #expect(try journal.outboundStudy("a")?.state == .sealed)
    #expect(try journal.outboundStudy("a")?.parcel == "p")
    #expect(try journal.filesOwed().isEmpty)
    #expect(try journal.trace("p").map(\.what) == ["sealed"])
    #expect(try journal.outboundParcel("none") == nil)
  }

  @Test func aParcelOfAStudyThatIsUnknownIsNotRecorded() throws {
    let parcel = OutboundParcel(
      id: "p", outboundStudy: "none", study: "1.2", recipient: "ch2", sequence: 1, part: "complete", instances: 1,
      bytes: 1, payloadBytes: 1, manifestDigest: "d")
    #expect(throws: (any Error).self) { try journal.sealed(parcel, event: Event("sealed", parcel: "p", "x")) }
    #expect(try journal.outboundParcel("p") == nil)
    #expect(try journal.trace("p").isEmpty)
  }

  @Test func parcelsAreShippedUrgentOnesFirstThenByAge() throws {
    for number in 1...4 {
      try scene.seal(
        scene.take(1, of: "1.\(number)", id: "\(number)"), as: "p\(number)", to: number == 4 ? "ch3" : "ch2",
        instances: 1)
    }
    try journal.updateOutboundParcel("p3", from: [.sealed], event: nil) { $0.urgent = true }
    #expect(try journal.outboundParcels(in: [.sealed], recipient: "ch2").map(\.id) == ["p3", "p1", "p2"])
    #expect(try journal.outboundParcels(in: [.sealed]).count == 4)
    #expect(try journal.outboundParcels(in: [.shipped]).isEmpty)
    #expect(try journal.outboundParcels(in: []).isEmpty)
  }

  @Test func aParcelIsChangedOnlyFromTheStatesThatWereAskedFor() throws {
    try scene.seal(scene.take(1, of: "1.2", id: "a"), as: "p", instances: 1)
    let before = try #require(try journal.outboundParcel("p"))
    let refused = try journal.updateOutboundParcel(
      "p", from: [.shipped, .received], event: Event("delivered", parcel: "p", "x")
    ) { $0.state = .delivered }
    #expect(refused == nil)
    #expect(try journal.outboundParcel("p")?.state == .sealed)
    #expect(try journal.events(["delivered"], parcel: "p").isEmpty)

    let counted = try journal.updateOutboundParcel("p", from: [.sealed], event: nil) { $0.resent += 1 }
    #expect(counted?.since == before.since && counted?.resent == 1)
    let shipped = try journal.updateOutboundParcel("p", from: [.sealed], event: Event("shipped", parcel: "p", "x")) {
      $0.state = .shipped
    }
    #expect(shipped?.state == .shipped)
    #expect(try #require(shipped?.since) >= before.since)
    #expect(try journal.events(["shipped", "sealed"], parcel: "p").map(\.what) == ["sealed", "shipped"])
    #expect(try journal.updateOutboundParcel("none", from: [.sealed], event: nil) { _ in } == nil)
  }

  @Test func receiptsAreKeptAsTheyCameEachOnce() throws {
    func receipt(_ status: String, at: String, parcel: String = "p") -> StoredReceipt {
      StoredReceipt(
        digest: "\(parcel) \(status)", parcel: parcel, status: status, at: at, document: "{\"status\":\"\(status)\"}\n",
        signature: "-----BEGIN SSH SIGNATURE-----\n")
    }
    let imported = receipt("imported", at: "2026-11-23T22:31:00Z")
    for one in [imported, receipt("received", at: "2026-11-23T22:30:00Z"), imported] { try journal.keep(one) }
    try journal.keep(receipt("refused", at: "2026-11-23T22:29:00Z", parcel: "q"))
    let kept = try journal.receipts(parcel: "p")
    #expect(kept.map(\.status) == ["received", "imported"])
    #expect(kept.last?.document == imported.document && kept.last?.signature == imported.signature)
    #expect(try journal.receipts(parcel: "none").isEmpty)
  }

  @Test func waitingAndAttemptsCountForThoseThatWait() throws {
    for number in 1...3 {
      try scene.seal(
        scene.take(1, of: "1.\(number)", id: "\(number)"), as: "p\(number)", to: number == 3 ? "ch3" : "ch2",
        instances: 1)
    }
    try journal.updateOutboundParcel("p2", from: [.sealed], event: nil) { $0.state = .received }
    try journal.addWaiting(seconds: 1.5, recipient: "ch2")
    try journal.addWaiting(seconds: 2, recipient: "ch2")
    try journal.attemptFailed(recipient: "ch2", reason: "unreachable")
    let parcels = try ["p1", "p2", "p3"].map { try #require(try journal.outboundParcel($0)) }
    #expect(parcels.map(\.waited) == [3.5, 0, 0])
    #expect(parcels.map(\.attempts) == [1, 0, 0])
    #expect(parcels.map(\.reason) == ["unreachable", nil, nil])
    let counts = try journal.outboundParcelCounts(recipient: "ch2")
    #expect(counts[.sealed]?.items == 1 && counts[.received]?.bytes == 1000)
    #expect(try journal.outboundParcelCounts()[.sealed]?.items == 2)
  }
}
