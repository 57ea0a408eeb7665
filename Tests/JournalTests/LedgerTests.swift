import Custody
import Testing

@testable import Journal

/// Every instance is counted in one state, and the states add up.
@Suite struct LedgerTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func expectOut(
    _ count: WritableKeyPath<Ledger.Out, Int>, _ expected: Int = 3, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let out = try journal.ledger().out
    #expect(out[keyPath: count] == expected, sourceLocation: sourceLocation)
    #expect(out.taken == out.sum, sourceLocation: sourceLocation)
    var wanted = Ledger.Out()
    wanted.taken = expected
    wanted[keyPath: count] = expected
    #expect(out == wanted, sourceLocation: sourceLocation)
  }

  private func expectIn(
    _ count: WritableKeyPath<Ledger.In, Int>, _ expected: Int = 10, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var wanted = Ledger.In()
    wanted.arrived = expected
    wanted[keyPath: count] = expected
    #expect(try journal.ledger().in == wanted, sourceLocation: sourceLocation)
  }

  @Test func whatIsIntendedIsNotTakenYet() throws {
    _ = try journal.intend(toClaim: [instance(1, of: "1.2")], study: "1.2", newID: "s", expected: nil)
    #expect(try journal.ledger() == Ledger())
  }

  @Test func anOutboundStudyIsCountedInItsState() throws {
    try journal.take(3, of: "1.2", id: "s")
    try expectOut(\.collecting)
    try journal.change(outboundStudy: "s", by: .heldBack, reason: reason, event: Event("held", "x"))
    try expectOut(\.held)
    try journal.change(
      outboundStudy: "s", by: .routed,
      recipients: [Recipient(outboundStudy: "s", partner: "ch2", rule: "manual", value: "ch2")],
      event: Event("routed", "x"))
    try expectOut(\.collecting)
    try journal.change(outboundStudy: "s", by: .discarded, event: Event("discarded", "x"))
    try expectOut(\.discarded)
  }

  @Test(
    arguments: [
      ([], \.sealed), ([.shipped], \.shipped), ([.shipped, .received], \.received),
      ([.shipped, .heldThere], \.received), ([.shipped, .imported], \.delivered), ([.shipped, .refused], \.refused),
      ([.expired], \.expired), ([.damaged], \.damaged), ([.cancelled], \.discarded),
      ([.expired, .discarded], \.discarded), ([.expired, .retried], \.sealed), ([.expired, .received], \.received),
      ([.imported, .purged], \.delivered),
    ] as [([OutboundParcelChange], WritableKeyPath<Ledger.Out, Int> & Sendable)])
  func aSealedStudyIsWhereItsParcelIs(
    _ changes: [OutboundParcelChange], _ count: WritableKeyPath<Ledger.Out, Int> & Sendable
  ) throws {
    try journal.send("1.2", id: "s", as: "p", instances: 3)
    for change in changes { try journal.go("p", change) }
    try expectOut(count)
  }

  @Test func aStudyForSeveralPartnersIsWhereItsSlowestParcelIs() throws {
    try journal.take(3, of: "1.2", id: "s")
    try journal.close("s", for: ["ch2", "ch3"])
    try journal.seal("s", as: "p2", to: "ch2", instances: 3)
    try expectOut(\.collecting)
    try journal.seal("s", as: "p3", to: "ch3", instances: 3)
    try expectOut(\.sealed)
    try journal.go("p2", .shipped, .imported)
    try expectOut(\.sealed)
    try journal.go("p3", .shipped)
    try expectOut(\.shipped)
    try journal.go("p3", .refused)
    try expectOut(\.refused)
    try journal.go("p3", .discarded)
    try expectOut(\.delivered)
  }

  @Test func aPayloadThatIsSentOnceMoreCountsNoInstanceTwice() throws {
    try journal.send("1.2", id: "s", as: "p", instances: 3)
    try journal.go("p", .imported)
    try journal.seal("s", as: "q", instances: 3, again: "p")
    try expectOut(\.delivered)
  }

  @Test func aRefusedFileIsCountedUntilItGoesBack() throws {
    try journal.refuseFile("out-1")
    try expectOut(\.quarantined, 1)
    try journal.change(quarantine: "out-1", by: .discarded, event: Event("discarded", "x"))
    try expectOut(\.discarded, 1)
    try journal.refuseFile("out-2")
    try journal.change(quarantine: "out-2", by: .released, event: Event("released", "x"))
    try expectOut(\.discarded, 1)
  }

  @Test func aFileThatGoesBackIsNotTakenAnyMore() throws {
    try journal.take(3, of: "1.2", id: "s")
    try journal.close("s")
    try journal.giveBack(journal.instances(outboundStudy: "s", limit: 1)[0], to: "/export/a", event: Event("back", "x"))
    try expectOut(\.collecting, 2)
    #expect(try journal.miscountedStudies() == [])
  }

  @Test func foldedStudiesAreCountedAsBefore() throws {
    try journal.send("1.2", id: "s", as: "p", instances: 3)
    try journal.go("p", .imported)
    try journal.send("1.3", id: "t", as: "q", instances: 4)
    try journal.strikeAll()
    let before = try journal.ledger()
    #expect(try journal.fold(closedBefore: "9") == 3)
    #expect(try journal.fold(closedBefore: "9") == 0)
    #expect(try scene.count("taken") == 4)
    #expect(try journal.ledger() == before)
    #expect(try journal.outboundStudy("s")?.isFolded == true)
    #expect(try journal.miscountedStudies() == [])
  }

  @Test func whatIsNotOverIsNotFolded() throws {
    try journal.send("1.2", id: "s", as: "p")
    try journal.go("p", .imported)
    // Its files are still to be removed: their names stand in the rows.
    #expect(try journal.fold(closedBefore: "9") == 0)
    try journal.strikeAll()
    #expect(try journal.fold(closedBefore: "2020") == 0)
    #expect(try journal.fold(closedBefore: "9") == 1)
  }

  @Test(
    arguments: [
      ([], \.opening), ([.matched], \.opening), ([.heldBack], \.held), ([.heldBack, .accepted], \.opening),
      ([.matched, .staged], \.opening), ([.matched, .staged, .offered], \.opening), ([.refused], \.quarantined),
      ([.lost], \.quarantined), ([.heldBack, .lost], \.quarantined), ([.matched, .lost], \.quarantined),
      ([.heldBack, .rejected], \.quarantined), ([.heldBack, .rejected, .released], \.held),
      ([.refused, .released], \.opening), ([.refused, .discarded], \.discarded),
    ] as [([InboundParcelChange], WritableKeyPath<Ledger.In, Int> & Sendable)])
  func anInboundParcelIsCountedInItsState(
    _ changes: [InboundParcelChange], _ count: WritableKeyPath<Ledger.In, Int> & Sendable
  ) throws {
    try journal.arrive("p")
    for change in changes { try journal.take("p", change) }
    try expectIn(count)
  }

  @Test func anImportedParcelIsCountedWithItsDuplicatesApart() throws {
    try journal.arrive("p")
    try journal.take("p", .matched)
    try journal.stage("p", ["1.2.1", "1.2.2", "1.2.3", "1.2.4"])
    try journal.imports("p")
    try journal.arrive("q", sequence: 2)
    try journal.take("q", .matched)
    try journal.stage("q", ["1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5"], duplicates: 4)
    try journal.imports("q")
    let side = try journal.ledger().in
    #expect(side.imported == 16 && side.duplicate == 4 && side.arrived == side.sum)
  }

  @Test(arguments: [(.refused, .replaced), (.lost, .restored)] as [(InboundParcelChange, InboundParcelChange)])
  func aParcelThatComesAgainIsCountedOnce(_ end: InboundParcelChange, _ change: InboundParcelChange) throws {
    try journal.arrive("p")
    try journal.take("p", end)
    try expectIn(\.quarantined)
    try journal.arrive("p", by: change)
    try expectIn(\.opening)
    #expect(throws: JournalError.self) { try journal.arrive("p", by: change) }
    try expectIn(\.opening)
    // A damaged copy stays until a person lets it go; of a lost one there is nothing.
    #expect(try journal.quarantineEntry("in-p")?.state == (end == .lost ? .released : .quarantined))
  }

  @Test func aStateThatIsNotKnownShowsInTheSum() throws {
    try journal.take(3, of: "1.2", id: "s")
    try scene.execute("UPDATE outboundStudy SET state = 'lost'")
    let out = try journal.ledger().out
    #expect(out.taken == 3 && out.sum == 0)
  }

  @Test func aCountThatContradictsTheInstancesIsFound() throws {
    try journal.take(3, of: "1.2", id: "s")
    try scene.execute("UPDATE outboundStudy SET instances = 4")
    #expect(try journal.miscountedStudies() == ["s"])
  }

  @Test func theFilesOfOpenStudiesAreOwedInPortions() throws {
    try journal.take(3, of: "1.2", id: "s")
    try journal.send("1.3", id: "t", as: "q", instances: 2)
    let first = try journal.filesOwed(limit: 2)
    #expect(first.map(\.file) == ["collect/1.2/1.dcm", "collect/1.2/2.dcm"])
    #expect(try journal.filesOwed(after: first.last?.id ?? 0, limit: 2).map(\.file) == ["collect/1.2/3.dcm"])
  }

  @Test func countsByStateHaveTheOldest() throws {
    try journal.send("1.2", id: "s", as: "p", instances: 3)
    try journal.send("1.3", id: "t", as: "q", to: "ch3", instances: 2)
    let all = try journal.outboundParcelCounts()[.sealed]
    #expect(all?.items == 2 && all?.instances == 5 && all?.bytes == 5000)
    #expect(try all?.oldest == journal.outboundParcel("p")?.since)
    #expect(try journal.outboundParcelCounts(recipient: "ch3")[.sealed]?.items == 1)
    #expect(try journal.outboundStudyCounts()[.sealed]?.instances == 5)
    #expect(try journal.inboundParcelCounts() == [:] && journal.quarantineCounts() == [:])
  }
}
