import Custody
import Testing

@testable import Journal

@Suite struct OwedTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func subjects(_ service: Service, after: Int64 = 0, limit: Int = 100) throws -> [String] {
    try journal.owed(by: service, after: after, limit: limit).map(\.subject)
  }

  @Test func ofEachSubjectOnlyTheFirstDutyIsDueWhosesoeverItIs() throws {
    try journal.owe([.remove(.outbound(parcel: "p")), .withdraw(parcel: "p", recipient: "ch2")], subject: "parcel:p")
    try journal.owe([.withdraw(parcel: "q", recipient: "ch2")], subject: "parcel:q")
    #expect(try subjects(.collect) == ["parcel:p"])
    #expect(try subjects(.ship) == ["parcel:q"])
    try journal.strike([1])
    #expect(try subjects(.collect) == [])
    #expect(try subjects(.ship) == ["parcel:p", "parcel:q"])
    #expect(try subjects(.receive) == [])
  }

  @Test func dutiesComeInTheOrderInWhichTheyWereOwedAndInPortions() throws {
    for number in 1...5 { try journal.owe([.gather(study: "s"), .gather(study: "t")], subject: "study:\(number)") }
    let first = try journal.owed(by: .collect, limit: 2)
    #expect(first.map(\.subject) == ["study:1", "study:2"])
    #expect(try subjects(.collect, after: first[1].id ?? 0, limit: 2) == ["study:3", "study:4"])
    #expect(try subjects(.collect, after: first[1].id ?? 0) == ["study:3", "study:4", "study:5"])
  }

  /// A number that was used once is not used again: a duty that is struck out late must not hit another one.
  @Test func theNumberOfADutyIsNeverUsedAgain() throws {
    try journal.owe([.gather(study: "s")], subject: "study:s")
    try journal.strike([1])
    try journal.owe([.gather(study: "t")], subject: "study:t")
    #expect(try journal.owed(by: .collect, limit: 1).first?.id == 2)
    try journal.strike([1])
    #expect(try journal.isOwing(.collect))
  }

  @Test func aFailedDutyStaysOwedWithItsReason() throws {
    try journal.owe([.gather(study: "s")], subject: "study:s")
    #expect(try journal.failedDuties(limit: 10).isEmpty)
    #expect(try journal.failed(1, error: "no space"))
    #expect(try journal.failed(1, error: "no space left"))
    let failed = try #require(try journal.failedDuties(limit: 10).first)
    #expect(failed.failures == 2 && failed.error == "no space left")
    #expect(try failed.decoded() == .gather(study: "s"))
    #expect(try subjects(.collect) == ["study:s"])
    try journal.strike([1])
    #expect(try !journal.failed(1, error: "too late"))
    #expect(try !journal.isOwing(.collect))
  }

  @Test func aDutyOfANewerVersionStaysAsItIs() throws {
    try journal.owe([.gather(study: "s")], subject: "study:s")
    try scene.execute(#"UPDATE owed SET duty = '{"teleport":{}}'"#)
    let owed = try journal.owed(by: .collect, limit: 1)
    #expect(throws: DecodingError.self) { try owed[0].decoded() }
    #expect(try journal.owed(by: .collect, limit: 1).count == 1)
  }

  @Test func originalsThatAreStillToBeRemovedAreKnown() throws {
    try journal.take(1, of: "1.2", id: "s")
    try journal.duplicate(of: 1, route: nil, original: original("IM2"), event: Event("duplicate", "x"))
    try journal.refuseFolder("out-1", ["a", "b"])
    try journal.owe([.gather(study: "s")], subject: "study:s")
    #expect(try Set(journal.owedOriginals().map(\.path)) == ["/export/IM2", "/export/cd/a", "/export/cd/b"])
    try journal.strikeAll()
    #expect(try journal.owedOriginals() == [])
  }

  @Test func whatIsOwedForAThingHoldsItBack() throws {
    try journal.send("1.2", id: "s", as: "p")
    #expect(try journal.shippable(recipient: "ch2", excluding: [], limit: 10).isEmpty)
    try journal.strikeAll()
    #expect(try journal.shippable(recipient: "ch2", excluding: [], limit: 10).map(\.id) == ["p"])
    #expect(try journal.shippable(recipient: "ch2", excluding: ["p"], limit: 10).isEmpty)
    #expect(try journal.shippable(recipient: "ch3", excluding: [], limit: 10).isEmpty)

    try journal.arrive("i")
    #expect(try journal.inboundParcels(in: [.arrived], idle: true, limit: 10).isEmpty)
    #expect(try journal.inboundParcels(in: [.arrived], limit: 10).map(\.id) == ["i"])
    try journal.strikeAll()
    #expect(try journal.inboundParcels(in: [.arrived], idle: true, limit: 10).map(\.id) == ["i"])

    try journal.expect(Arrival(id: "a", partner: "ch1", name: "P"))
    try journal.fetched("a", isHere: true)
    #expect(try journal.arrivals(limit: 10).isEmpty)
    try journal.strikeAll()
    #expect(try journal.arrivals(limit: 10).map(\.id) == ["a"])
  }

  /// Its way out would not wait for its way in.
  @Test func anEntryOnItsWayIntoTheQuarantineIsNotReleased() throws {
    try journal.wait("a")
    try journal.refuseArrival("in-1", "a")
    func release() throws -> QuarantineEntry? {
      try journal.change(
        quarantine: "in-1", by: .released, newArrival: Arrival(id: "b", partner: "ch1", name: "P"),
        event: Event("released", "x"))
    }
    #expect(throws: JournalError.self) { try release() }
    try journal.strikeAll()
    #expect(try release()?.state == .released)
    #expect(try release()?.name == nil)
    #expect(throws: JournalError.self) {
      try journal.change(quarantine: "in-2", by: .discarded, event: Event("discarded", "x"))
    }
  }

  /// It would be let go, and nothing would take it out.
  @Test func anEntryOfAMailboxIsNotReleasedWithoutAPlaceForIt() throws {
    try journal.wait("a")
    try journal.refuseArrival("in-1", "a")
    try journal.strikeAll()
    #expect(throws: JournalError.self) {
      try journal.change(quarantine: "in-1", by: .released, event: Event("released", "x"))
    }
    #expect(try journal.quarantineEntry("in-1")?.state == .quarantined)
  }

  @Test func aVoidedEntryOwesItsRemovalOnly() throws {
    try journal.refuseFile("out-1")
    try journal.change(quarantine: "out-1", by: .voided, event: Event("released", "x"))
    #expect(try scene.owed("entry:out-1") == ["remove"])
    #expect(try journal.instances(quarantine: "out-1").isEmpty)
  }

  /// The later of two answers counts, by its time: a clock that was set back must not turn them round.
  @Test func answersToAParcelAreInOrderWhateverTheClockDoes() throws {
    var answer = try journal.arrive("p").answer()
    let times = ["2031-05-01T10:00:00.999Z", "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"]
    for time in times {
      answer.at = time
      try journal.owe([.answer(answer), .answer(answer)], subject: "inbound:p")
    }
    let owed = try journal.owed(subject: "inbound:p").map { try $0.decoded() }.compactMap { duty -> String? in
      if case .answer(let answer) = duty { answer.at } else { nil }
    }
    // The arrival's own comes first.
    #expect(owed.count == 7)
    for (one, next) in zip(owed, owed.dropFirst()) { #expect(one < next) }
  }

  // MARK: Dropped folders

  @Test func moreOfADroppedFolderJoinsItsEntryWhileThatGrows() throws {
    try journal.refuseFolder("out-1", ["a", "b"])
    func growing(since: String = "", most: Int = 10) throws -> String? {
      try journal.growingEntry(folder: "/export/cd", since: since, most: most)?.name
    }
    #expect(try growing() == "out-1" && growing(since: "9") == nil && growing(most: 2) == nil)
    #expect(try journal.growingEntry(folder: "/export/c", since: "", most: 10)?.name == nil)
    try journal.refuseFolder("out-1", ["c"])
    let entry = try journal.quarantineEntry("out-1")
    #expect(entry?.instances == 3 && entry?.bytes == 15)
    #expect(try journal.ledger().out.quarantined == 3)
    #expect(
      try scene.owed("entry:out-1") == ["quarantineOriginals", "explain", "quarantineOriginals", "explain"])
    try journal.change(quarantine: "out-1", by: .discarded, event: Event("discarded", file: "/export/cd", "x"))
    #expect(try growing() == nil)
    #expect(throws: JournalError.self) { try journal.refuseFolder("out-1", ["d"]) }
    #expect(try journal.ledger().out.discarded == 3)
    // What became of each is found by its own path, too.
    #expect(try journal.trace("/export/cd/b").map(\.what) == ["refused", "discarded"])
  }

  @Test(arguments: [
    ("a", false), ("a/b", false), ("a2", true), ("c", false), ("c/d", false), ("c/e", true), ("c/d/e", false),
    ("d", true),
  ])
  func aFileHasRoomInAnEntryWhereNothingIsInTheWay(_ name: String, _ isFree: Bool) throws {
    try journal.refuseFolder("out-1", ["a", "c/d"])
    let parts = "files/\(name)".split(separator: "/")
    let above = parts.indices.map { parts[...$0].joined(separator: "/") }
    #expect(try journal.isFree(at: above, below: ["files/\(name)"], inEntry: "out-1") == isFree)
    #expect(try journal.isFree(at: above, below: ["files/\(name)"], inEntry: "out-2"))
  }

  @Test func aFileThatChangedLeavesTheOthersAndTheLastOneItsEntry() throws {
    try journal.refuseFolder("out-1", ["a", "b"])
    for _ in 0..<2 {
      try journal.voided(
        RefusedFile(original("cd/a"), as: "files/a"), inEntry: "out-1", event: Event("released", "x"))
      #expect(try journal.quarantineEntry("out-1")?.instances == 1)
      #expect(try journal.ledger().out.quarantined == 1)
    }
    try journal.voided(RefusedFile(original("cd/b"), as: "files/b"), inEntry: "out-1", event: Event("released", "x"))
    #expect(try journal.quarantineEntry("out-1")?.state == .released)
    #expect(try scene.owed("entry:out-1") == ["remove"])
    #expect(try journal.ledger().out.taken == 0)
  }

  /// A person may have decided since it was looked at.
  @Test func whatASenderIsToldAgainIsWhatIsTrueInThatMoment() throws {
    try journal.arrive("p")
    try journal.strikeAll()
    try journal.wait("a")
    var states: [InboundParcelState?] = []
    try journal.arrivedAgain("a", of: "p", event: Event("again", "x")) { parcel in
      states.append(parcel?.state)
      return parcel.map { [$0.answer()] } ?? []
    }
    #expect(states == [.arrived])
    // Nothing is said beside what is owed; afterwards it is.
    let again = { try self.journal.answerAgain("p", event: { _, _ in Event("again", "x") }, answer: { $0.answer() }) }
    #expect(try again() && !again())
    #expect(try scene.owed("inbound:p") == ["answer"])
    #expect(try !journal.answerAgain("q", event: { _, _ in Event("again", "x") }, answer: { $0.answer() }))
  }
}
