import Foundation
import SystemPackage
import Testing

/// An emergency: its images are at the partner's PACS while the others are still being made.
struct UrgentTests {
  private func portions(_ site: Hospital) throws -> [Document] {
    try site.parcels().sorted { ($0["sequence"].int ?? 0) < ($1["sequence"].int ?? 0) }
  }

  @Test func theFirstImagesAreImportedBeforeTheLastOnesAreWrittenAndTheEndIsToldOnce() throws {
    let sites = try TwoSites(["source.quiet": "\"40s\"", "source.partial_after": "\"2m\""])
    let person = Person(7)
    try sites.ch2.load([Person(3), person])
    try sites.start()
    var study = SyntheticStudy(person: person, instances: 2)
    var made = try sites.drop([study], at: sites.ch1, in: "ch2/urgent")
    try sites.eventually(within: 240, "the first images are imported") { try sites.ch2.imported().count == 2 }
    #expect(files(below: sites.ch2.folder("records")).filter { $0.extension == "hl7" } == [])
    // What is collected says that it is urgent, to whom it goes, and that more is waited for.
    let listed = try sites.ch1.succeed("queue", "list").split(separator: "\n")
    #expect(
      listed.contains {
        $0.contains("collecting, urgent  ch2 ") && $0.hasSuffix("1 portion has left; more is waited for")
      })
    #expect(
      try sites.ch1.list("queue", "list").items.contains { $0["urgent"].bool == true && $0["partner"].string == "ch2" })
    let first = try #require(try sites.ch1.parcels().first?["id"].string)
    let shown = try sites.ch1.succeed("queue", "show", first).split(separator: "\n")
    #expect(shown.contains { $0.split(separator: " ") == ["lane", "urgent"] })
    study.first = 3
    made += try sites.drop([study], at: sites.ch1, in: "ch2/urgent")
    try sites.eventually(within: 240, "the next images are imported") { try sites.ch2.imported().count == 4 }
    try sites.eventually(within: 240, "the sender knows that all is there") {
      try sites.ch1.states(of: study.uid) == ["delivered", "delivered", "delivered"]
    }
    #expect(Set(try sites.ch2.imported().map(\.instance)) == Set(made.map(\.instance)))
    #expect(try portions(sites.ch1).map { $0["instances"].int } == [2, 2, 0])
    // The EHR is told once, of all.
    try sites.eventually(within: 240, "the EHR is told") {
      files(below: sites.ch2.folder("records")).contains { $0.extension == "hl7" }
    }
    let records = files(below: sites.ch2.folder("records")).filter { $0.extension == "hl7" }
    #expect(records.count == 1)
    #expect(try text(try #require(records.first)).contains("4 instances"))
    let trace = try sites.ch2.succeed("trace", study.uid)
    #expect(trace.contains("The urgent study is complete: 4 instances in 2 portions."))
    sites.stop()
    try sites.expectInOrder()
    #expect(try sites.ch1.ledger()["out"]["delivered"].int == 4)
    #expect(try sites.ch2.ledger()["in"]["imported"].int == 4)
  }

  @Test func portionsOfAStudyThatWaitsJoinItAndFollowWhatAPersonDecided() throws {
    let sites = try TwoSites(["source.quiet": "\"40s\"", "source.partial_after": "\"2m\""])
    try sites.ch2.load([Person(3)])
    try sites.start()
    var study = SyntheticStudy(person: Person(9), instances: 2, elements: ["RequestedProcedurePriority": "STAT"])
    try sites.drop([study], at: sites.ch1, in: "ch2")
    try sites.eventually(within: 240, "the first portion waits") {
      try sites.ch2.list("worklist", "list").items.count == 1
    }
    study.first = 3
    try sites.drop([study], at: sites.ch1, in: "ch2")
    try sites.eventually(within: 240, "the second one waits, too, and the end does not") {
      try sites.ch1.states(of: study.uid).sorted() == ["delivered", "held", "held"]
    }
    let waiting = try sites.ch2.list("worklist", "list").items
    #expect(waiting.count == 1)
    let id = try #require(waiting.first?["id"].string)
    try sites.ch2.succeed("worklist", "accept", id, "--patient", Person(3).localID, "--reason", "test")
    try sites.eventually(within: 240, "all is delivered") {
      try sites.ch1.states(of: study.uid) == ["delivered", "delivered", "delivered"]
    }
    try sites.eventually(within: 240, "the EHR is told once") {
      files(below: sites.ch2.folder("records")).filter { $0.extension == "hl7" }.count == 1
    }
    sites.stop()
    #expect(try sites.ch2.imported().count == 4)
    try sites.expectInOrder()
  }
}
