import Custody
import Testing

@testable import Journal

/// What is on its way into the PACS's folder counts as imported.
@Suite struct StagingTests {
  private let journal: Journal

  init() throws {
    journal = try Journal(inMemory: nil)
    for (number, parcel) in ["p", "q"].enumerated() {
      try journal.arrive(parcel, sequence: number + 1)
      try journal.take(parcel, .matched)
    }
    try journal.strikeAll()
    try journal.stage("p", ["1.2.3"])
  }

  private func stage(_ uid: String, handOver: HandOver?, duplicates: Int?) throws -> InboundParcel? {
    var rest = [uid][...]
    return try journal.staged(
      #require(try journal.inboundParcel("q")), as: "g", handOvers: handOver.map { [$0] } ?? [], duplicates: duplicates,
      instances: { rest.popFirst().map { ($0, "digest of \($0)") } })
  }

  @Test func anInstanceIsNotHandedOverTwice() throws {
    #expect(try stage("1.2.3", handOver: handOver("q"), duplicates: 0) == nil)
    // Nothing of it was written.
    let parcel = try #require(try journal.inboundParcel("q"))
    #expect(parcel.state == .accepted && parcel.folder == nil)
    #expect(try journal.owed(subject: "inbound:q").isEmpty)
  }

  @Test func aParcelOfWhichThePACSHasEverythingIsSettledWithoutAHandOver() throws {
    let staged = try #require(try stage("1.2.3", handOver: nil, duplicates: 1))
    #expect(staged.state == .staged && staged.duplicates == 1)
    #expect(try journal.owed(subject: "inbound:q").isEmpty)
    try journal.imports("q")
    #expect(try journal.inboundParcel("q")?.state == .imported)
  }

  @Test func whatIsWantedThereOnceMoreIsHandedOverAgain() throws {
    let staged = try #require(try stage("1.2.3", handOver: handOver("q"), duplicates: nil))
    #expect(staged.state == .staged && staged.duplicates == 0)
    #expect(try journal.owed(subject: "inbound:q").count == 1)
  }

  @Test func otherBytesOfAnInstanceAreNoDuplicate() throws {
    var rest = ["1.2.3"][...]
    let staged = try journal.staged(
      #require(try journal.inboundParcel("q")), as: "g", handOvers: [handOver("q")], duplicates: 0,
      instances: { rest.popFirst().map { ($0, "other") } })
    #expect(staged?.state == .staged)
  }

  /// The files that were made are those of the patient to whom it was given then.
  @Test func whatWasTakenBackMeanwhileIsNotHandedOver() throws {
    let known = try #require(try journal.inboundParcel("q"))
    try journal.take("q", .undone)
    try journal.take("q", .accepted)
    try journal.strikeAll()
    let staged = try journal.staged(
      known, as: "g", handOvers: [handOver("q")], duplicates: 0, instances: { nil })
    #expect(staged == nil)
    #expect(try journal.inboundParcel("q")?.state == .accepted)
    #expect(try journal.imported(known, event: Event("imported", "x")) == nil)
    #expect(
      try journal.change(
        inboundParcel: "q", by: .heldBack, event: nil, known: known,
        facts: {
          InboundParcelFacts(id: "q", answer: $0.answer(), reason: reason)
        }) == nil)
  }

  /// What is owed may remove the files that were just made.
  @Test func nothingIsStagedWhileSomethingIsOwed() throws {
    try journal.owe([.remove(.unpacked(parcel: "q"))], subject: "inbound:q")
    #expect(try stage("1.2.4", handOver: handOver("q"), duplicates: 0) == nil)
    try journal.strikeAll()
    // To tell its sender once more removes nothing.
    let answer = try #require(try journal.inboundParcel("q")).answer()
    try journal.owe([.answer(answer)], subject: "inbound:q")
    #expect(try stage("1.2.4", handOver: handOver("q"), duplicates: 0) != nil)
  }

  @Test func whatIsTakenBackDoesNotCountAsImported() throws {
    try journal.strikeAll()
    try journal.imports("p")
    try journal.strikeAll()
    try journal.take("p", .undone)
    let parcel = try #require(try journal.inboundParcel("p"))
    #expect(parcel.state == .held && parcel.undone == 1 && parcel.patient == nil && parcel.handOver == nil)
    #expect(try journal.importedDigest(sopInstanceUID: "1.2.3") == nil)
    let ledger = try journal.ledger().in
    #expect(ledger.held == parcel.instances && ledger.imported == 0 && ledger.sum == ledger.arrived)
    // What became of its files is written down once, and stays known until it is staged again.
    #expect(try journal.handedFiles(handOver("p")) == [handedFile])
    let found = Recalled(files: 2, taken: 1, changed: 0)
    for _ in 0..<2 { try journal.recalled(handOver("p"), found, event: Event("recalled", parcel: "p", "x")) }
    #expect(try journal.inboundParcel("p")?.recall == found)
    #expect(try journal.events(parcel: "p").filter { $0.what == "recalled" }.count == 1)
    #expect(try journal.handedFiles(handOver("p")) == [])
    try journal.take("p", .accepted)
    try journal.strikeAll()
    try journal.stage("p", ["1.2.3"])
    #expect(try journal.inboundParcel("p")?.recall == nil)
  }

  /// What was not handed over yet never is.
  @Test func aHandOverThatIsOwedIsNotOwedAnyMore() throws {
    #expect(try journal.owed(subject: "inbound:p").map { try $0.decoded() } == [.handOver(handOver("p"))])
    try journal.take("p", .undone)
    let owed = try journal.owed(subject: "inbound:p").map { try $0.decoded() }
    #expect(owed.first == .recall(handOver("p")))
    #expect(!owed.contains(.handOver(handOver("p"))))
  }

  @Test func severalChangesAreMadeTogetherOrNotAtAll() throws {
    try journal.take("q", .undone)
    let decisions = { (parcels: [String]) in
      parcels.map { InboundDecision($0, .accepted, event: Event("accepted", parcel: $0, "x")) }
    }
    #expect(try journal.decide(decisions(["q", "p"])) == nil)
    #expect(try journal.inboundParcel("q")?.state == .held)
    #expect(try journal.decide(decisions(["q"]))?.map(\.id) == ["q"])
  }

  /// Its caller would otherwise take it for done by somebody else, and try again for ever.
  @Test func aChangeWithoutItsFactsIsAnError() throws {
    #expect(throws: JournalError.self) {
      try journal.change(inboundParcel: "q", by: .heldBack, event: Event("held", parcel: "q", "Without a reason."))
    }
    #expect(try journal.change(inboundParcel: "q", by: .rejected, event: nil) == nil)
  }
}
