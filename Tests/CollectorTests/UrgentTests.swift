import Custody
import DICOM
import Glibc
import Journal
import Site
import SystemPackage
import Testing

@testable import Collector

struct UrgentTests {
  /// Nothing is complete by time.
  private static let quiet = "9m"

  @Test func whatIsPutIntoAPartnersUrgentFolderLeavesAtOnceAndFirst() throws {
    let sender = try Sender(quiet: Self.quiet)
    try sender.drop("ch2/Urgent/deep/er/1", to: [])
    try sender.drop("ch2/1", study: "1.2.4", to: [])
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    #expect(parcel.study == "1.2.3" && parcel.recipient == "ch2" && parcel.urgent)
    #expect(try sender.parcels().count == 1 && sender.studies(.collecting).map(\.instances).sorted() == [0, 1])
    #expect(try sender.studies(.sealed).map(\.closedRule) == [OutboundStudy.urgentRule])
    #expect(try sender.contents(of: parcel).header.closedBy.rule == "urgent")
    // The folder stays, whoever made it.
    #expect(try sender.names(of: sender.source.appending("ch2")).map { $0.lowercased() }.contains("urgent"))
  }

  @Test(arguments: [
    (DICOM.Tag.requestedProcedurePriority, "STAT", true), (.requestedProcedurePriority, "high ", true),
    (.requestedProcedurePriority, "ROUTINE", false), (.requestedProcedurePriority, "MEDIUM", false),
    (.studyPriorityID, "HIGH", true), (.studyPriorityID, "MED", false), (.studyPriorityID, "STAT", false),
  ])
  func anInstanceSaysThatItsStudyIsUrgent(_ tag: DICOM.Tag, _ word: String, _ isUrgent: Bool) throws {
    let sender = try Sender(quiet: Self.quiet)
    try sender.drop("a/1", study: "1.2.3") { $0.set(tag, .string(word)) }
    try sender.drop("b/1", study: "1.2.4") {
      var request = NewDataSet()
      request.set(tag, .string(word))
      $0.set(.requestAttributesSequence, .items([request]))
    }
    try sender.collect()
    #expect(try sender.parcels().count == (isUrgent ? 2 : 0))
    #expect(try sender.parcels().allSatisfy(\.urgent))
  }

  @Test func aRuleMakesUrgentWhatItRoutes() throws {
    let rules = """
      [[route]]
      tag = "(0040,1010)"
      match = "alias"
      [[route]]
      tag = "(0032,4000)"
      match = "token"
      urgent = true
      """
    let sender = try Sender(quiet: Self.quiet, more: rules)
    try sender.drop("a/1", study: "1.2.3", to: [], comments: "XFER:CH2")
    try sender.drop("b/1", study: "1.2.4", to: ["ch2"])
    try sender.collect()
    #expect(try sender.parcels().map(\.study) == ["1.2.3"])
  }

  @Test func aRuleMakesNothingUrgentThatAnotherOneRoutesByTheSameElement() throws {
    let rules = """
      [[route]]
      tag = "(0032,4000)"
      match = "token"
      [[route]]
      tag = "(0032,4000)"
      match = "regex"
      pattern = "STAT:([A-Z0-9]+)"
      urgent = true
      """
    let sender = try Sender(quiet: Self.quiet, more: rules)
    try sender.drop("a/1", study: "1.2.3", to: [], comments: "XFER:CH2")
    try sender.drop("b/1", study: "1.2.4", to: [], comments: "STAT:CH2")
    try sender.collect()
    #expect(try sender.parcels().map(\.study) == ["1.2.4"])
  }

  @Test func whatWasUrgentStaysUrgentAndWhatWaitedLeavesWithIt() throws {
    let sender = try Sender(quiet: Self.quiet)
    try sender.drop("ch2/1")
    try sender.collect()
    #expect(try sender.parcels().isEmpty)
    try sender.drop("ch2/urgent/2", number: 2)
    try sender.collect()
    #expect(try sender.parcels().map(\.instances) == [2])
    try sender.drop("ch2/3", number: 3)
    try sender.collect()
    let parcels = try sender.parcels()
    #expect(parcels.map(\.instances) == [2, 1] && parcels.allSatisfy(\.urgent) && parcels.map(\.sequence) == [1, 2])
  }

  /// The partner is told that the study is complete when the urgent ones are there.
  @Test func whatIsSealedAndHasNotLeftBecomesUrgentWithTheRest() throws {
    let sender = try Sender(quiet: "0s")
    try sender.drop("ch2/1")
    try sender.collect()
    #expect(try sender.parcels().map(\.urgent) == [false])
    try sender.drop("ch2/urgent/2", number: 2)
    try sender.collect()
    #expect(try sender.parcels().allSatisfy(\.urgent) && sender.parcels().count >= 2)
  }

  enum Taking: CaseIterable { case calledBack, letGo }

  @Test(arguments: Taking.allCases)
  func whatAPersonTakesOutIsMissingFromTheStudy(_ taking: Taking) throws {
    let sender = try Sender(quiet: "1s")
    try sender.drop("ch2/urgent/1")
    try sender.collect()
    let first = try #require(try sender.parcels().first)
    switch taking {
    case .calledBack:
      try sender.journal.change(outboundParcel: first.id, by: .cancelled, event: nil)
    case .letGo:
      // It says something else of its recipient: a person decides.
      try sender.drop("ch3/urgent/2", number: 2, to: ["ch3"])
      try sender.drop("ch3/urgent/3", number: 3, to: ["ch3"])
      try sender.collect()
      usleep(1_200_000)
      try sender.collect()
      let held = try #require(try sender.studies(.held).first)
      try sender.journal.change(outboundStudy: held.id, by: .discarded, event: Event("discarded", "x"))
    }
    if taking == .calledBack {
      try sender.drop("ch2/urgent/2", number: 2)
      try sender.collect()
    }
    usleep(1_200_000)
    try sender.collect()
    let parcels = try sender.parcels()
    let end = try sender.contents(of: try #require(parcels.last))
    #expect(end.header.portion?.last?.parcels.count == 1)
    #expect(end.header.part == .incomplete, "\(parcels.map(\.part))")
    #expect(end.header.missing?.map(\.count) == [taking == .calledBack ? 1 : 2])
  }

  @Test func aCopyInTheUrgentFolderHastensWhatWaits() throws {
    let sender = try Sender(quiet: Self.quiet)
    try sender.drop("ch2/1")
    try sender.drop("ch2/2", number: 2)
    try sender.collect()
    try sender.drop("ch2/urgent/1")
    try sender.collect()
    #expect(try sender.parcels().map(\.instances) == [2])
    #expect(try sender.sourceFiles().isEmpty)
  }

  @Test func anUrgentStudyWithoutARecipientIsHeldWhenItIsCompleteAndNotBefore() throws {
    let sender = try Sender(quiet: Self.quiet)
    let stat: (inout NewDataSet) -> Void = { $0.set(.requestedProcedurePriority, "STAT") }
    try sender.drop("a/1", to: [], more: stat)
    try sender.collect()
    #expect(try sender.studies(.collecting).count == 1 && sender.studies(.held).isEmpty)
    // Another image names one: it goes for all of them.
    try sender.drop("a/2", number: 2, more: stat)
    try sender.collect()
    #expect(try sender.parcels().map(\.instances) == [2])
    // One that names nobody follows; one that names somebody else waits for a person.
    try sender.drop("a/3", number: 3, to: [], more: stat)
    try sender.collect()
    #expect(try sender.parcels().map(\.recipient) == ["ch2", "ch2"])
    try sender.drop("a/4", number: 4, to: ["ch3"], more: stat)
    try sender.collect()
    #expect(try sender.parcels().count == 2 && sender.studies(.collecting).count == 1)
  }

  @Test func imagesLeaveWhileOthersAreWrittenAndTheServiceMayEndAnywhere() throws {
    let sender = try Sender(quiet: Self.quiet)
    for round in 0..<2 {
      let running = try RunningCollector(sender)
      for number in 1...3 {
        try sender.drop("ch2/urgent/\(round)-\(number)", number: round * 10 + number)
        try eventually("image \(number) left alone") {
          try sender.parcels().reduce(0) { $0 + $1.instances } == round * 3 + number
        }
      }
      // One that is claimed when the service ends leaves when it runs again.
      running.end()
    }
    #expect(try sender.parcels().count == 6 && sender.parcels().map(\.sequence) == Array(1...6))
    #expect(try sender.studies(.collecting).map(\.instances) == [0])
    try sender.expectInOrder()
  }

  @Test func anUrgentStudyDoesNotWaitForALargeOneThatIsBeingSealed() throws {
    let sender = try Sender(quiet: "0s")
    let large = [UInt8](unsafeUninitializedCapacity: 48 << 20) { buffer, count in
      for index in buffer.indices { buffer[index] = UInt8.random(in: 0...255) }
      count = buffer.count
    }
    for number in 1...4 { try sender.drop("ch2/\(number)", study: "1.2.9", number: number, pixels: large) }
    try sender.disk.write([], to: sender.source.appending("ch2/x.done"))
    let running = try RunningCollector(sender)
    try eventually("sealing began") {
      try sender.disk.names(of: sender.spool[.outbound]).contains { $0.hasSuffix(".sealing") }
    }
    try sender.drop("ch2/urgent/1")
    try eventually("both are sealed") { try sender.parcels().count == 2 }
    running.end()
    let parcels = try sender.journal.outboundParcels(in: [.sealed], limit: 10)
    #expect(parcels.first?.study == "1.2.3")
    // Whoever got a number first, they are two.
    #expect(Set(parcels.map(\.sequence)).count == 2)
  }

  @Test func theLastParcelSaysThatTheStudyIsCompleteEvenAfterAStop() throws {
    let sender = try Sender(quiet: "4s")
    try sender.drop("ch2/urgent/1", expected: 9)
    try sender.collect()
    let first = try #require(try sender.parcels().first)
    let opened = try sender.contents(of: first).header
    #expect(opened.part == .portion && opened.portion == .init(number: 1) && opened.missing == nil)
    // What is delivered meanwhile does not make what is sent a copy of it; the same file is still on its way.
    try sender.deliver(first)
    try sender.drop("ch2/urgent/again", expected: 9)
    try sender.drop("ch2/urgent/2", number: 2)
    try sender.collect()
    #expect(try sender.parcels().map(\.instances) == [1, 1])
    #expect(try sender.studies(.collecting).map(\.continues) == [true])
    try eventually("it ends") {
      try sender.collect()
      return try sender.parcels().count == 3
    }
    let parcels = try sender.parcels()
    let end = try sender.contents(of: parcels[2])
    #expect(end.instances.isEmpty && end.header.part == .incomplete && end.header.closedBy.rule == "quiet")
    #expect(
      end.header.portion == .init(number: 3, last: .init(instances: 2, parcels: [parcels[0].id, parcels[1].id])))
    #expect(end.header.missingCount == 7)
    #expect(try sender.studies(.collecting).isEmpty)
    try sender.expectInOrder()
    // What comes after that begins anew, with an end of its own.
    try sender.drop("ch2/3", number: 3)
    try sender.collect()
    try eventually("it ends again") {
      try sender.collect()
      return try sender.parcels().count == 5
    }
    let later = try sender.parcels()
    #expect(try sender.contents(of: later[3]).header.portion == .init(number: 1))
    #expect(
      try sender.contents(of: later[4]).header.portion
        == .init(number: 2, last: .init(instances: 1, parcels: [later[3].id])))
  }

  @Test func nobodyIsToldOfAnEndWhosePortionsWereAllTakenBack() throws {
    let sender = try Sender(quiet: Self.quiet)
    try sender.drop("ch2/urgent/1")
    try sender.collect()
    let portion = try #require(try sender.parcels().first)
    let end = try #require(try sender.studies(.collecting).first)
    try sender.journal.change(
      outboundStudy: end.id, by: .closed,
      recipients: [Recipient(outboundStudy: end.id, partner: "ch2", rule: "folder", value: "ch2")],
      event: Event("closed", study: end.study, "")
    ) { $0.closedRule = "quiet" }
    try sender.journal.change(
      outboundParcel: portion.id, by: .cancelled, event: Event("cancelled", parcel: portion.id, ""))
    try sender.collect()
    #expect(try sender.studies(.ready).isEmpty && sender.studies(.discarded).map(\.id) == [end.id])
    #expect(try sender.journal.alerts(limit: 9).map(\.message) == [])
  }

  @Test func theLastImagesCarryTheEndWhereItIsKnownThatTheyAre() throws {
    let sender = try Sender(quiet: Self.quiet)
    try sender.drop("ch2/urgent/1", expected: 3)
    try sender.collect()
    try sender.drop("ch2/urgent/2", number: 2)
    try sender.drop("ch2/urgent/3", number: 3)
    try sender.collect()
    let parcels = try sender.parcels()
    #expect(parcels.map(\.instances) == [1, 2] && parcels.map(\.part) == ["portion", "complete"])
    #expect(
      try sender.contents(of: parcels[1]).header.portion
        == .init(number: 2, last: .init(instances: 3, parcels: [parcels[0].id])))
    // A marker ends it where all has left; a study that came at once is a study like any other.
    try sender.drop("ch2/urgent/x/1", study: "1.2.4")
    try sender.collect()
    try sender.disk.write([], to: sender.source.appending("ch2/urgent/x/.done"))
    try sender.drop("ch2/urgent/y/1", study: "1.2.5")
    try sender.disk.write([], to: sender.source.appending("ch2/urgent/y/.done"))
    try sender.collect()
    let others = try sender.parcels().dropFirst(2)
    #expect(others.filter { $0.study == "1.2.4" }.map(\.instances) == [1, 0])
    let whole = try #require(others.first { $0.study == "1.2.5" })
    #expect(try sender.contents(of: whole).header.portion == nil && whole.part == "complete" && whole.urgent)
    #expect(try sender.studies(.collecting).isEmpty)
    try sender.expectInOrder()
  }
}
