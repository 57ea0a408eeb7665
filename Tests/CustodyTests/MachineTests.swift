import Custody
import Testing

@Suite struct MachineTests {
  @Test(arguments: Table.all) func noStateAndChangeStandTwice(_ table: Table) {
    let keys = table.lines.map { "\($0.from ?? "nothing") \($0.change)" }
    #expect(Set(keys).count == keys.count)
  }

  @Test func everyTransitionIsReachedWithFullFacts() {
    // A line that needs more than the facts say would be missing from the tables that are looked at here.
    #expect(count(Machine.outboundStudy) == Table.outboundStudy.lines.count)
    #expect(count(Machine.outboundParcel) == Table.outboundParcel.lines.count)
    #expect(count(Machine.inboundParcel) == Table.inboundParcel.lines.count)
    #expect(count(Machine.recordMessage) == Table.recordMessage.lines.count)
    #expect(count(Machine.quarantine) == Table.quarantinedFile.lines.count)
    // What came out of a mailbox does not grow.
    #expect(count(Machine.quarantine) == Table.quarantinedArrival.lines.count + 1)
  }

  private func count<State, Change, Facts>(_ machine: Machine<State, Change, Facts>) -> Int {
    machine.transitions.reduce(0) { $0 + $1.from.count }
  }

  @Test(arguments: Table.all) func everyStateIsReachable(_ table: Table) {
    var reached: Set<String> = []
    var frontier: [String?] = [nil]
    while let state = frontier.popLast() {
      for line in table.lines where line.from == state && reached.insert(line.to).inserted { frontier.append(line.to) }
    }
    #expect(reached == Set(table.states))
  }

  @Test(arguments: Table.all) func everyStateButTheFinalOnesHasAWayOut(_ table: Table) {
    for state in table.states {
      let isLeft = table.lines.contains { $0.from == state && $0.to != state }
      #expect(isLeft || table.final.contains(state), "\(state)")
    }
  }

  /// What came to its end is left only where a person takes an import back; a message may be written again.
  @Test func whatIsDoneStaysSoUnlessAPersonTakesItBack() {
    let ways = Table.all.filter { $0.name != Table.recordMessage.name }.flatMap { table in
      table.lines.filter { line in line.from.map(table.final.contains) ?? false && line.from != line.to }
        .map { "\($0.from ?? "") \($0.change) \($0.to)" }
    }
    #expect(Set(ways) == ["delivered heldThere held", "delivered refused refused", "imported undone held"])
  }

  /// From wherever something is, it can come to an end.
  @Test(arguments: Table.all) func everyStateLeadsToAFinalOne(_ table: Table) {
    var ending = table.final
    while true {
      let more = table.lines.filter { ending.contains($0.to) }.compactMap(\.from)
      guard !ending.isSuperset(of: more) else { break }
      ending.formUnion(more)
    }
    #expect(ending == Set(table.states))
  }

  @Test(arguments: Table.all) func everyChangeIsUsed(_ table: Table) {
    #expect(Set(table.lines.map(\.change)) == Set(table.changes))
  }

  @Test(arguments: Table.all) func whatIsNotInTheTableCannotHappen(_ table: Table) {
    let legal = Set(table.lines.map { "\($0.from ?? "nothing") \($0.change)" })
    for state in [nil] + table.states.map(Optional.some) {
      for change in table.changes where !legal.contains("\(state ?? "nothing") \(change)") {
        #expect(table.step(state, change) == nil, "\(state ?? "nothing") \(change)")
      }
    }
  }

  @Test func whatCannotHappenIsThisForExample() {
    #expect(Table.outboundStudy.step("sealed", "discarded") == nil)
    #expect(Table.outboundParcel.step("delivered", "received") == nil)
    #expect(Table.outboundParcel.step("cancelled", "shipped") == nil)
    #expect(Table.outboundParcel.step("shipped", "cancelled") == nil)
    #expect(Table.inboundParcel.step("imported", "imported") == nil)
    #expect(Table.inboundParcel.step("imported", "rejected") == nil)
    #expect(Table.inboundParcel.step("staged", "heldBack") == nil)
    #expect(Table.quarantinedFile.step("discarded", "released") == nil)
  }

  @Test func theStatesBeforeAChangeAreThoseOfTheTable() {
    #expect(Machine.inboundParcel.states(before: .discarded) == [.quarantined, .rejected])
    #expect(Machine.inboundParcel.states(before: .arrived) == [])
    #expect(Machine.outboundParcel.states(before: .cancelled) == [.sealed])
  }

  /// Without them the thing would be left where it lies, and nobody would know why.
  @Test func aChangeWhoseFactsAreMissingCannotHappen() {
    let parcel = InboundParcelFacts(id: "P", answer: Table.answer)
    #expect(Machine.inboundParcel.step(from: nil, by: .arrived, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .quarantined, by: .replaced, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .arrived, by: .heldBack, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .accepted, by: .staged, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .imported, by: .undone, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .arrived, by: .refused, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .held, by: .rejected, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .quarantined, by: .released, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .rejected, by: .released, of: parcel) == nil)
    #expect(Machine.inboundParcel.step(from: .rejected, by: .discarded, of: parcel) == nil)
    #expect(Machine.outboundStudy.step(from: .ready, by: .heldBack, of: OutboundStudyFacts(id: "S")) == nil)
    let file = QuarantineFacts(name: "out-1", origin: .files([RefusedFile(Table.original, as: "file")]))
    #expect(Machine.quarantine.step(from: nil, by: .quarantined, of: file) == nil)
    #expect(Machine.quarantine.step(from: .quarantined, by: .grown, of: file) == nil)
    let nothing = QuarantineFacts(name: "out-1", origin: .kept([]), reason: Table.reason)
    #expect(Machine.quarantine.step(from: .quarantined, by: .released, of: nothing) == nil)
    #expect(Machine.quarantine.step(from: .quarantined, by: .grown, of: nothing) == nil)
    let arrival = QuarantineFacts(name: "in-1", origin: .arrival("A", name: "item", answer: nil))
    #expect(Machine.quarantine.step(from: nil, by: .quarantined, of: arrival) == nil)
    #expect(Machine.quarantine.step(from: .quarantined, by: .released, of: arrival) == nil)
  }
}
