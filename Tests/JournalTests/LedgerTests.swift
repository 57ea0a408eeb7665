@testable import Journal
import Testing

@Suite struct LedgerTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func expectBalanced(sourceLocation: SourceLocation = #_sourceLocation) throws -> Ledger {
    let ledger = try journal.ledger()
    #expect(ledger.out.sum == ledger.out.taken, sourceLocation: sourceLocation)
    #expect(ledger.in.sum == ledger.in.arrived, sourceLocation: sourceLocation)
    return ledger
  }

  @Test func anEmptyJournalBalances() throws {
    #expect(try expectBalanced() == Ledger())
  }

  @Test func whatIsSentBalancesInEachState() throws {
    let study = try scene.take(3, of: "1.2", id: "a")
    let states: [(OutboundStudy.State, WritableKeyPath<Ledger.Out, Int>)] = [
      (.collecting, \.collecting), (.held, \.held), (.ready, \.collecting), (.discarded, \.discarded),
    ]
    for (state, count) in states {
      try scene.change(study, to: state)
      var expected = Ledger.Out()
      expected.taken = 3
      expected[keyPath: count] = 3
      #expect(try expectBalanced().out == expected, "\(state)")
    }
    try scene.seal(study, as: "p", instances: 3)
    let parcels: [OutboundParcel.State: WritableKeyPath<Ledger.Out, Int>] = [
      .sealed: \.sealed, .shipped: \.shipped, .received: \.received, .delivered: \.delivered, .refused: \.refused,
      .expired: \.expired, .cancelled: \.discarded,
    ]
    for state in OutboundParcel.State.allCases {
      try journal.updateOutboundParcel("p", from: OutboundParcel.State.allCases, event: nil) { $0.state = state }
      var expected = Ledger.Out()
      expected.taken = 3
      expected[keyPath: try #require(parcels[state])] = 3
      #expect(try expectBalanced().out == expected, "\(state)")
    }
  }

  @Test func whatIsReceivedBalancesInEachState() throws {
    try scene.arrive("p", instances: 7)
    let states: [InboundParcel.State: WritableKeyPath<Ledger.In, Int>] = [
      .arrived: \.opening, .held: \.held, .accepted: \.opening, .imported: \.imported, .quarantined: \.quarantined,
      .discarded: \.discarded,
    ]
    for state in InboundParcel.State.allCases {
      try scene.set("p", to: state)
      var expected = Ledger.In()
      expected.arrived = 7
      expected[keyPath: try #require(states[state])] = 7
      #expect(try expectBalanced().in == expected, "\(state)")
    }
    try journal.updateInboundParcel("p", from: [.discarded], event: nil) {
      $0.state = .imported
      $0.duplicates = 2
    }
    let ledger = try expectBalanced()
    #expect(ledger.in.imported == 5 && ledger.in.duplicate == 2)
  }

  @Test func manyStudiesAddUp() throws {
    for number in 1...20 {
      let study = try scene.take(number, of: "1.\(number)", id: "\(number)")
      if number % 2 == 0 { try scene.seal(study, as: "p\(number)", instances: number) }
      if number % 5 == 0 { try scene.arrive("q\(number)", instances: number) }
    }
    let ledger = try expectBalanced()
    #expect(ledger.out.taken == 210 && ledger.out.sealed == 110 && ledger.out.collecting == 100)
    #expect(ledger.in.arrived == 50)
  }

  @Test func aRowThatIsRemovedBehindItsBackShows() throws {
    let study = try scene.take(3, of: "1.2", id: "a")
    try scene.seal(study, as: "p", instances: 3)
    _ = try expectBalanced()
    try scene.sql("DELETE FROM outboundParcel WHERE id = 'p'")
    var ledger = try journal.ledger()
    #expect(ledger.out.taken == 3 && ledger.out.sum == 0)
    try scene.sql("DELETE FROM outboundStudy WHERE id = 'a'")
    ledger = try journal.ledger()
    #expect(ledger.out.taken == 3 && ledger.out.sum == 0)
  }

  @Test func aQuarantineEntryThatIsRemovedBehindItsBackShows() throws {
    try journal.quarantined(
      QuarantineEntry(name: "out-1", direction: .out, code: "x", reason: "x", instances: 1, bytes: 1),
      taking: scene.instance(1, of: "1.2"), event: Event("quarantined", "x"))
    _ = try expectBalanced()
    try scene.sql("DELETE FROM quarantine")
    let ledger = try journal.ledger()
    #expect(ledger.out.taken == 1 && ledger.out.sum == 0)
  }

  @Test func aStateThatNobodyKnowsShows() throws {
    try scene.arrive("p", instances: 4)
    try scene.sql("UPDATE inboundParcel SET state = 'lost'")
    let ledger = try journal.ledger()
    #expect(ledger.in.arrived == 4 && ledger.in.sum == 0)
  }
}
