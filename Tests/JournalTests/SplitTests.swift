import Custody
import Testing

@testable import Journal

/// A parcel whose images a person gave to two patients, and of which some are nobody's.
@Suite struct SplitTests {
  private let journal: Journal
  private let split = Split(
    [
      .init(number: 1, patient: "L1", study: "1.2", keys: ["a"], instances: 6, who: "Essai^Testard"),
      .init(number: 2, patient: nil, study: nil, keys: ["b"], instances: 1, who: "Nobody^Here"),
      .init(number: 3, patient: "L2", study: "2.25.1", keys: ["c", "d"], instances: 3, who: "Proef^Testine"),
    ], reason: "two on one CD")

  init() throws {
    journal = try Journal(inMemory: nil)
    try journal.arrive("p")
    try journal.take("p", .heldBack)
    try accept()
    try journal.strikeAll()
  }

  private func accept() throws {
    let split = split
    try journal.change(inboundParcel: "p", by: .accepted, event: nil) {
      $0.split = split
      $0.study = "1.2"
      $0.isDecidedByPerson = true
    }
  }

  private func handOver(_ number: Int) -> HandOver {
    HandOver(
      parcel: "p", staging: "/s/\(number)", target: "/t", folder: "f\(number)", marker: nil, files: 1, number: number)
  }

  private func stage(_ known: InboundParcel? = nil) throws -> InboundParcel? {
    var rest = ["1.2.1", "1.2.3"][...]
    var staged = split
    for index in [0, 2] { staged.shares[index].folder = "f\(index + 1)" }
    let files = [1, 3].map { HandedFile(number: $0, name: "\($0).dcm", bytes: 5, modified: 1, inode: 1) }
    return try journal.staged(
      #require(try known ?? journal.inboundParcel("p")), as: nil, split: staged, leftOut: 1,
      handOvers: [handOver(1), handOver(3)], duplicates: nil, files: files,
      instances: { rest.popFirst().map { ($0, "digest of \($0)") } })
  }

  private func row() throws -> InboundParcel { try #require(try journal.inboundParcel("p")) }

  @Test func eachShareIsFoundByWhatItsImagesSay() {
    #expect(["a", "b", "c", "d"].map { split.share(of: $0)?.number } == [1, 2, 3, 3])
    #expect(split.share(of: "e") == nil)
    #expect(split.given.map(\.patient) == ["L1", "L2"] && split.leftOutCount == 1)
    let all = Split([.init(number: 1, patient: "L1", study: "1.2", keys: nil, instances: 1, who: "x")], reason: "x")
    #expect(all.share(of: "whatever")?.patient == "L1" && all.note(of: 1) == nil)
    let long = Split(
      [.init(number: 1, patient: nil, study: nil, keys: nil, instances: 1, who: "x")],
      reason: String(repeating: "é", count: 5000))
    #expect((3900...4000).contains(long.note(of: 1)?.utf8.count ?? 0), "a receipt has room for no more")
  }

  @Test func itIsStagedWithAHandOverForEachPatient() throws {
    #expect(try row().patients == ["L1", "L2"] && row().split == split)
    let staged = try #require(try stage())
    #expect(staged.state == .staged && staged.leftOut == 1 && staged.patient == nil)
    #expect(
      try journal.owed(subject: "inbound:p").map { try $0.decoded() }
        == [handOver(1), handOver(3)].map { .handOver($0) })
    #expect(try journal.isPromised(folder: "f3", otherThan: "q") && !journal.isPromised(folder: "f2", otherThan: "q"))
    #expect(try !journal.isPromised(folder: "f3", otherThan: "p"))
    try journal.strikeAll()
    try journal.imports("p")
    let ledger = try journal.ledger().in
    #expect(ledger.imported == 9 && ledger.leftOut == 1 && ledger.sum == ledger.arrived)
    let answer = try row().importAnswer
    #expect(answer.instances == 9 && answer.reason == "left-out")
    #expect(answer.note == "1 of 10 images were not imported: two on one CD They are: 1 of Nobody^Here")
    #expect(try journal.importedInstances(study: "1.2", otherThan: "q").sorted() == ["1.2.1", "1.2.3"])
    for patient in ["L1", "L2"] {
      #expect(try journal.imports(patient: patient, except: nil, limit: 5).map(\.0.id) == ["p"])
    }
    #expect(try journal.imports(patient: "L2", except: "1.2", limit: 5).isEmpty)
  }

  /// What was made for one split is not handed over for another one.
  @Test func whatWasSplitOtherwiseMeanwhileIsNotStaged() throws {
    var known = try row()
    known.split?.shares[0].patient = "L9"
    #expect(try stage(known) == nil)
    #expect(try row().state == .accepted && journal.owed(subject: "inbound:p").isEmpty)
  }

  /// One that was not seen leaves all of it in doubt; what was seen once was seen.
  @Test func itWasSeenWhereAllSharesWere() throws {
    _ = try stage()
    try journal.handedOver(handOver(1), isSeen: true)
    #expect(try row().isSeen == nil)
    try journal.handedOver(handOver(1), isSeen: false)
    try journal.handedOver(handOver(3), isSeen: true)
    #expect(try row().isSeen == true)
    try journal.handedOver(handOver(3), isSeen: false)
    #expect(try row().isSeen == true)
  }

  @Test func aShareThatWasNotSeenIsInDoubt() throws {
    _ = try stage()
    try journal.handedOver(handOver(1), isSeen: false)
    try journal.handedOver(handOver(3), isSeen: true)
    #expect(try row().isSeen == false)
  }

  @Test func takenBackEachIsRecalledAndNothingIsLeftOut() throws {
    _ = try stage()
    try journal.strikeAll()
    try journal.imports("p")
    try journal.strikeAll()
    let handOvers = try row().handOvers
    try journal.change(
      inboundParcel: "p", by: .undone, event: Event("undone", parcel: "p", "x"),
      facts: { InboundParcelFacts(id: "p", answer: $0.answer(), reason: reason, handOvers: handOvers) })
    let owed = try journal.owed(subject: "inbound:p").map { try $0.decoded() }
    #expect(owed.prefix(2) == [.recall(handOver(1)), .recall(handOver(3))])
    #expect(try row().split == nil && row().leftOut == 0)
    let ledger = try journal.ledger().in
    #expect(ledger.held == 10 && ledger.leftOut == 0 && ledger.sum == ledger.arrived)
    for number in [1, 3] {
      #expect(try journal.handedFiles(handOver(number)).count == 1)
      try journal.recalled(
        handOver(number), Recalled(files: 1, taken: number == 3 ? 1 : 0, changed: 0),
        event: Event("recalled", parcel: "p", "x"))
    }
    #expect(try row().recall == Recalled(files: 2, taken: 1, changed: 0))
    // Split once more, nothing of the first time is left.
    try accept()
    try journal.strikeAll()
    #expect(try stage()?.recall == nil)
  }

  /// What comes later of the study is given to nobody without a person.
  @Test func noPartOfASplitStudyIsGivenWithoutAPerson() throws {
    try journal.arrive("q", sequence: 2)
    try journal.strikeAll()
    for patient in ["L1", "L2", "L3"] {
      let matched = try journal.change(inboundParcel: "q", by: .matched, event: nil) {
        $0.study = "1.2"
        $0.patient = patient
      }
      #expect(matched == nil)
    }
    #expect(try journal.reconciledParcels(study: "1.2").map(\.id) == ["p"])
  }

  @Test func whatItsImagesSayIsKeptWhereTheyWereSplitAlone() throws {
    try journal.arrive("q", sequence: 2)
    try journal.take("q", .heldBack)
    try journal.change(
      inboundParcel: "q", by: .renewed, event: nil,
      facts: {
        InboundParcelFacts(id: "q", answer: $0.answer(), reason: reason)
      }
    ) { $0.said = "[]" }
    #expect(try journal.inboundParcel("q")?.said == "[]")
    try journal.take("q", .accepted)
    #expect(try journal.inboundParcel("q")?.said == nil)
  }
}
