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
      "q", as: "g", handOver: handOver, duplicates: duplicates,
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
      "q", as: "g", handOver: handOver("q"), duplicates: 0, instances: { rest.popFirst().map { ($0, "other") } })
    #expect(staged?.state == .staged)
  }

  /// Its caller would otherwise take it for done by somebody else, and try again for ever.
  @Test func aChangeWithoutItsFactsIsAnError() throws {
    #expect(throws: JournalError.self) {
      try journal.change(inboundParcel: "q", by: .heldBack, event: Event("held", parcel: "q", "Without a reason."))
    }
    #expect(try journal.change(inboundParcel: "q", by: .rejected, event: nil) == nil)
  }
}
