@testable import Journal
import Testing

@Suite struct InboundTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  @Test func aParcelArrivesOnce() throws {
    try scene.arrive("p")
    #expect(throws: (any Error).self) { try scene.arrive("p") }
    #expect(try journal.inboundParcel("p")?.state == .arrived)
    #expect(try journal.trace("p").map(\.what) == ["arrived"])
    #expect(try journal.ledger().in.arrived == 10)
  }

  @Test func aParcelIsChangedOnlyFromTheStatesThatWereAskedFor() throws {
    try scene.arrive("p")
    #expect(
      try journal.updateInboundParcel("p", from: [.held], event: Event("x", parcel: "p", "x")) { $0.state = .imported }
        == nil)
    #expect(try journal.inboundParcel("p")?.state == .arrived)
    let held = try journal.updateInboundParcel("p", from: [.arrived], event: Event("held", parcel: "p", "x")) {
      $0.state = .held
      $0.reason = "unknown"
    }
    #expect(held?.state == .held && held?.reason == "unknown")
    #expect(try journal.inboundParcels(in: [.held, .accepted]).map(\.id) == ["p"])
    #expect(try journal.inboundParcels(in: [.arrived]).isEmpty)
    #expect(try journal.trace("p").map(\.what) == ["arrived", "held"])
  }

  @Test func anImportIsRecordedWithItsInstancesAtOnce() throws {
    try scene.arrive("p", instances: 2)
    try journal.imported(
      "p", instances: [("1.1", "aa"), ("1.2", "bb")], event: Event("imported", parcel: "p", "x")
    ) { $0.state = .imported }
    #expect(try journal.inboundParcel("p")?.state == .imported)
    #expect(try journal.importedDigest(sopInstanceUID: "1.2") == "bb")
    #expect(try journal.importedDigest(sopInstanceUID: "1.3") == nil)
    // What was imported first stays: a second parcel does not take its instances over.
    try scene.arrive("q", instances: 1)
    try journal.imported("q", instances: [("1.2", "cc")], event: Event("imported", parcel: "q", "x")) {
      $0.state = .imported
    }
    #expect(try journal.importedDigest(sopInstanceUID: "1.2") == "bb")
    let error = #expect(throws: JournalError.self) {
      try journal.imported("none", instances: [("9", "9")], event: Event("x", "x")) { _ in }
    }
    #expect(error?.code == .notFound)
    #expect(try journal.importedDigest(sopInstanceUID: "9") == nil)
  }

  @Test func parcelsAreCountedByState() throws {
    for (id, state) in [("a", InboundParcel.State.held), ("b", .held), ("c", .imported)] {
      try scene.arrive(id, instances: 3)
      try scene.set(id, to: state)
    }
    let counts = try journal.inboundParcelCounts()
    #expect(counts[.held] == StateCount(items: 2, instances: 6, bytes: 6000, oldest: counts[.held]?.oldest))
    #expect(counts[.imported]?.items == 1 && counts[.arrived] == nil)
    let first = try journal.inboundParcel("a")
    #expect(counts[.held]?.oldest == first?.since)
  }

  @Test func aSupplementFindsTheParcelThatWasReconciled() throws {
    for (id, sender, state) in [
      ("a", "ch1", InboundParcel.State.imported), ("b", "ch3", .imported), ("c", "ch1", .held),
    ] {
      try scene.arrive(id, from: sender)
      try journal.updateInboundParcel(id, from: [.arrived], event: nil) {
        $0.study = "1.2"
        $0.patient = "patient of \(id)"
        $0.state = state
      }
    }
    #expect(try journal.reconciledParcel(study: "1.2", sender: "ch1")?.patient == "patient of a")
    #expect(try journal.reconciledParcel(study: "1.3", sender: "ch1") == nil)
    #expect(try journal.reconciledParcel(study: "1.2", sender: "ch4") == nil)
  }

  @Test func anOrderIsTakenOnceAndOnlyWhileTheParcelIsHeld() throws {
    try scene.arrive("p")
    #expect(try journal.order("accept", patient: "17", parcel: "p", event: Event("ordered", parcel: "p", "x")) == nil)
    try scene.set("p", to: .held)
    let ordered = try journal.order("accept", patient: "17", parcel: "p", event: Event("ordered", parcel: "p", "x"))
    #expect(ordered?.order == "accept" && ordered?.patient == "17")
    #expect(try journal.order("reject", reason: "no", parcel: "p", event: Event("ordered", parcel: "p", "x")) == nil)
    #expect(try journal.inboundParcel("p")?.reason == nil)
    #expect(try journal.trace("p").filter { $0.what == "ordered" }.count == 1)
    #expect(try journal.order("accept", parcel: "none", event: Event("x", "x")) == nil)
  }

  // MARK: Quarantine

  private func entry(
    _ name: String, _ direction: QuarantineEntry.Direction, parcel: String? = nil, instances: Int
  ) -> QuarantineEntry {
    QuarantineEntry(
      name: name, direction: direction, code: "contents", reason: "It is broken.", partner: "ch1", study: "1.2",
      parcel: parcel, instances: instances, bytes: 1000)
  }

  @Test func aRefusedFileIsTakenAndAccountedFor() throws {
    try journal.quarantined(
      entry("out-1", .out, instances: 1), taking: scene.instance(1, of: "1.2"), event: Event("quarantined", "x"))
    #expect(try journal.quarantine().map(\.name) == ["out-1"])
    #expect(try journal.quarantineEntry("out-1")?.code == "contents")
    #expect(try journal.instances(quarantine: "out-1").map(\.sopInstanceUID) == ["1.2.1.1"])
    #expect(try journal.ledger().out.quarantined == 1)
    try journal.settleQuarantine("out-1", as: .discarded, event: Event("discarded", "x"))
    #expect(try journal.quarantine().isEmpty)
    let ledger = try journal.ledger().out
    #expect(ledger.discarded == 1 && ledger.taken == 1)
    let error = #expect(throws: JournalError.self) {
      try journal.settleQuarantine("out-1", as: .released, event: Event("released", "x"))
    }
    #expect(error?.code == .notFound)
  }

  @Test func aReleasedFileIsAsIfItHadNeverBeenTaken() throws {
    try journal.quarantined(
      entry("out-1", .out, instances: 1), taking: scene.instance(1, of: "1.2"), event: Event("quarantined", "x"))
    try journal.settleQuarantine("out-1", as: .released, event: Event("released", "x"))
    #expect(try journal.ledger() == Ledger())
    #expect(try journal.instances(quarantine: "out-1").isEmpty)
  }

  @Test func aRefusedParcelIsReleasedToArriveAgain() throws {
    try scene.arrive("p")
    try journal.quarantined(entry("in-1", .in, parcel: "p", instances: 10), event: Event("quarantined", "x"))
    #expect(try journal.inboundParcel("p")?.state == .quarantined)
    #expect(try journal.inboundParcel("p")?.reason == "It is broken.")
    #expect(try journal.releaseParcel(quarantine: "in-1", event: Event("released", "x")))
    #expect(try journal.inboundParcel("p") == nil)
    #expect(try !journal.releaseParcel(quarantine: "in-1", event: Event("released", "x")))
    try scene.arrive("p")
  }

  @Test func aForgeryUnderTheNameOfAGoodParcelDoesNotTouchThatOne() throws {
    try scene.arrive("p")
    try scene.set("p", to: .imported)
    for name in ["in-1", "in-2", "in-3"] {
      try journal.quarantined(entry(name, .in, parcel: "p", instances: 0), event: Event("quarantined", "x"))
    }
    #expect(try journal.inboundParcel("p")?.state == .imported)
    try journal.releaseParcel(quarantine: "in-1", event: Event("released", "x"))
    try journal.settleQuarantine("in-2", as: .released, event: Event("released", "x"))
    try journal.settleQuarantine("in-3", as: .discarded, event: Event("discarded", "x"))
    #expect(try journal.inboundParcel("p")?.state == .imported)

    // Nor where that one is in quarantine itself.
    try scene.set("p", to: .quarantined)
    try journal.quarantined(entry("in-4", .in, parcel: "p", instances: 0), event: Event("quarantined", "x"))
    try journal.settleQuarantine("in-4", as: .discarded, event: Event("discarded", "x"))
    #expect(try journal.inboundParcel("p")?.state == .quarantined)
  }

  @Test func aRejectedStudyGoesBackToTheWorklist() throws {
    try scene.arrive("p")
    try scene.set("p", to: .held)
    try journal.order("reject", reason: "not ours", parcel: "p", event: Event("ordered", "x"))
    try journal.quarantined(entry("in-1", .in, parcel: "p", instances: 10), event: Event("quarantined", "x"))
    #expect(try journal.reopenRejected(quarantine: "in-1", event: Event("reopened", "x")))
    let parcel = try #require(try journal.inboundParcel("p"))
    #expect(parcel.state == .held && parcel.order == nil && parcel.patient == nil)
    #expect(try !journal.reopenRejected(quarantine: "in-1", event: Event("reopened", "x")))
  }
}
