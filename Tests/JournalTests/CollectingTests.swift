import Journal
import Testing

@Suite struct CollectingTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  @Test func aClaimIsIntendedThenConfirmed() throws {
    let (study, instances) = try journal.intend(
      toClaim: [scene.instance(1, of: "1.2"), scene.instance(2, of: "1.2")], study: "1.2", newID: "a", expected: 5)
    #expect(study.id == "a" && study.state == .collecting && study.expected == 5)
    #expect(instances.allSatisfy { $0.id != nil && $0.outboundStudy == "a" && !$0.claimed })
    #expect(try journal.unconfirmedClaims().map(\.id) == instances.map(\.id))
    #expect(try journal.instances(outboundStudy: "a").isEmpty)
    #expect(try journal.ledger().out.taken == 0)
    #expect(try journal.hasUnconfirmedClaims(outboundStudy: "a"))

    try journal.claimed([try #require(instances[0].id)])
    #expect(try journal.unconfirmedClaims().map(\.id) == [instances[1].id])
    #expect(try journal.instances(outboundStudy: "a").map(\.sopInstanceUID) == ["1.2.1.1"])
    #expect(try journal.ledger().out.taken == 1)
    #expect(try journal.hasUnconfirmedClaims(outboundStudy: "a"))
    try journal.claimed([try #require(instances[1].id)])
    #expect(try !journal.hasUnconfirmedClaims(outboundStudy: "a"))
  }

  @Test func laterInstancesJoinTheOpenStudyAndRaiseWhatIsExpected() throws {
    try scene.take(1, of: "1.2", id: "a")
    let (study, _) = try journal.intend(
      toClaim: [scene.instance(2, of: "1.2")], study: "1.2", newID: "b", expected: 9)
    #expect(study.id == "a" && study.expected == 9)
    let (again, _) = try journal.intend(toClaim: [scene.instance(3, of: "1.2")], study: "1.2", newID: "c", expected: 4)
    #expect(again.expected == 9)
    #expect(try journal.openStudy(study: "1.2")?.id == "a")
    #expect(try journal.openStudy(study: "9.9") == nil)
    #expect(try journal.outboundStudy("b") == nil)
  }

  @Test func aHeldStudyTakesWhatComesAndASealedOneDoesNot() throws {
    let study = try scene.take(1, of: "1.2", id: "a")
    try scene.change(study, to: .held)
    #expect(try scene.take(1, of: "1.2", id: "b", first: 2).id == "a")
    try scene.seal(study, as: "p1", instances: 2)
    #expect(try journal.openStudy(study: "1.2") == nil)
    #expect(try scene.take(1, of: "1.2", id: "b", first: 3).id == "b")
  }

  @Test func aClaimThatDidNotHappenIsForgottenWithItsEmptyStudy() throws {
    let (_, instances) = try journal.intend(
      toClaim: [scene.instance(1, of: "1.2")], study: "1.2", newID: "a", expected: nil)
    try journal.unclaim(instances.compactMap(\.id))
    #expect(try journal.unconfirmedClaims().isEmpty)
    #expect(try journal.outboundStudy("a") == nil)

    // A confirmed claim, and a study that has one, stay.
    try scene.take(1, of: "1.3", id: "b")
    let (_, more) = try journal.intend(
      toClaim: [scene.instance(2, of: "1.3")], study: "1.3", newID: "c", expected: nil)
    let confirmed = try journal.instances(outboundStudy: "b").compactMap(\.id)
    try journal.unclaim(more.compactMap(\.id) + confirmed)
    #expect(try journal.instances(outboundStudy: "b").compactMap(\.id) == confirmed)
    #expect(try journal.outboundStudy("b") != nil)
  }

  @Test func filesThatMovedAreFoundWhereTheyLie() throws {
    let study = try scene.take(2, of: "1.2", id: "a")
    let instances = try journal.instances(outboundStudy: "a")
    let first = try #require(instances[0].id)
    try journal.moved([(first, "hold/outbound/a/1.dcm")])
    let found = try #require(try journal.takenInstance(file: "hold/outbound/a/1.dcm"))
    #expect(found.instance.id == first && found.study?.id == study.id)
    #expect(try journal.takenInstance(file: "collect/1.2/1.dcm") == nil)
    #expect(try journal.filesOwed().map(\.file).sorted() == ["collect/1.2/2.dcm", "hold/outbound/a/1.dcm"])
  }

  @Test func anInstancesRouteIsChangedAndItIsGivenBack() throws {
    try scene.take(2, of: "1.2", id: "a")
    let ids = try journal.instances(outboundStudy: "a").compactMap(\.id)
    try journal.updateRoute(ids[0], to: "CH3")
    #expect(try journal.instances(outboundStudy: "a").map(\.route) == ["CH3", "CH2"])
    try journal.giveBack(ids[0], event: Event("given-back", study: "1.2", "changed"))
    #expect(try journal.instances(outboundStudy: "a").compactMap(\.id) == [ids[1]])
    #expect(try journal.trace("1.2").map(\.what) == ["given-back"])
    #expect(try journal.ledger().out.taken == 1)
  }

  @Test func anInstanceIsKnownUntilItsParcelIsRefusedOrItsStudyDiscarded() throws {
    let study = try scene.take(1, of: "1.2", id: "a")
    func known() throws -> [String?] {
      try journal.takenInstances(sopInstanceUID: "1.2.1.1", study: "1.2").map(\.sealedFor)
    }
    #expect(try known() == [nil])
    #expect(try journal.takenInstances(sopInstanceUID: "1.2.1.1", study: "1.3").isEmpty)
    try scene.seal(study, as: "p", to: "ch3", instances: 1)
    #expect(try known() == ["ch3"])
    #expect(try journal.hasParcel(study: "1.2", recipient: "ch3"))
    #expect(try !journal.hasParcel(study: "1.2", recipient: "ch2"))
    #expect(try !journal.hasParcel(study: "1.3", recipient: "ch3"))
    for state in [OutboundParcel.State.refused, .expired, .cancelled] {
      try journal.updateOutboundParcel("p", from: OutboundParcel.State.allCases, event: nil) { $0.state = state }
      #expect(try known().isEmpty, "\(state)")
      #expect(try !journal.hasParcel(study: "1.2", recipient: "ch3"), "\(state)")
    }
    let other = try scene.take(1, of: "1.3", id: "b")
    #expect(try journal.takenInstances(sopInstanceUID: "1.3.1.1", study: "1.3").count == 1)
    try scene.change(other, to: .discarded)
    #expect(try journal.takenInstances(sopInstanceUID: "1.3.1.1", study: "1.3").isEmpty)
    #expect(try journal.instanceCount(study: "1.3") == 0)
  }

  @Test func instancesAreCountedOnceHoweverOftenTheyWereTaken() throws {
    let study = try scene.take(3, of: "1.2", id: "a")
    try scene.seal(study, as: "p", instances: 3)
    try scene.take(2, of: "1.2", id: "b", first: 3)
    #expect(try journal.instanceCount(study: "1.2") == 4)
  }

  @Test func studiesAreListedByState() throws {
    let first = try scene.take(1, of: "1.2", id: "a")
    try scene.take(2, of: "1.3", id: "b")
    #expect(try journal.outboundStudies(in: .collecting).map(\.id) == ["a", "b"])
    try scene.change(first, to: .held)
    #expect(try journal.outboundStudies(in: .collecting).map(\.id) == ["b"])
    #expect(try journal.outboundStudies(in: .held).map(\.id) == ["a"])
    #expect(try journal.outboundStudySizes()["b"]?.instances == 2)
    #expect(try journal.outboundStudySizes()["b"]?.bytes == 2000)
    let counts = try journal.outboundStudyCounts()
    #expect(counts[.held]?.items == 1 && counts[.collecting]?.instances == 2 && counts[.collecting]?.bytes == 2000)
    #expect(counts[.held]?.oldest == first.since)
  }

  @Test func aStudyIsChangedOnlyFromTheStatesThatWereAskedFor() throws {
    try scene.take(1, of: "1.2", id: "a")
    #expect(
      try journal.updateOutboundStudy("a", from: [.held], event: Event("released", study: "1.2", "x")) {
        $0.state = .ready
      } == nil)
    #expect(try journal.outboundStudy("a")?.state == .collecting)
    #expect(try journal.trace("1.2").isEmpty)
    let changed = try journal.updateOutboundStudy(
      "a", from: [.held, .collecting], event: Event("released", study: "1.2", "x")
    ) {
      $0.state = .ready
      $0.partner = "ch2"
    }
    #expect(changed?.state == .ready)
    #expect(try journal.outboundStudy("a")?.partner == "ch2")
    #expect(try journal.trace("1.2").map(\.what) == ["released"])
    #expect(try journal.updateOutboundStudy("none", from: [.ready], event: Event("x", "x")) { _ in } == nil)
  }
}
