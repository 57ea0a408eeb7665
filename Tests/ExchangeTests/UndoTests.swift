import Foundation
import Glibc
import SystemPackage
import Testing

/// A study went to the wrong patient: it is taken back, and imported for the right one, at both ends.
struct UndoTests {
  private let wrong = Person(90)
  private let right = Person(91)

  /// A study was imported for a patient who was not the one examined.
  private func delivered(
    _ settings: [String: String] = [:], as state: String = "delivered"
  ) throws -> (
    sites: TwoSites, study: SyntheticStudy, made: [MadeFile], parcel: String
  ) {
    let sites = try TwoSites(settings.merging(["source.quiet": "\"0s\""]) { $1 })
    try sites.ch2.load([wrong, right])
    let study = SyntheticStudy(person: wrong, recipient: "CH2")
    let made = try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == [state])
    return (sites, study, made, try #require(try sites.ch1.parcels().first?["id"].string))
  }

  private func patients(at site: Hospital) throws -> Set<String> {
    try Command.shell("find \"$1\" -name '*.ok' -delete", [site.folder("import").string])
    return Set(try site.imported().compactMap { $0.elements["PatientID"] })
  }

  @Test(arguments: ["study", "flat"]) func theRightPatientGetsItInTheEnd(_ layout: String) throws {
    let (sites, study, made, parcel) = try delivered([
      "import.layout": "\"\(layout)\"", "import.marker": "\".ok\"",
    ])
    let before = names(in: sites.ch2.folder("import"))
    try sites.ch2.succeed("worklist", "undo", parcel, "--reason", "the twin's number")
    try sites.ch2.expectBalanced()
    #expect(try sites.ch2.ledger()["in"]["held"].int == 3)
    #expect(names(in: sites.ch2.folder("import")) == before)
    try sites.ch2.succeed("receive", "--once")
    #expect(names(in: sites.ch2.folder("import")) == [])
    try sites.expectInOrder()
    let card = try sites.ch2.list("worklist", "show", parcel)
    #expect(card["code"].string == "undone" && card["undone"].items.count == 2)
    #expect(card["reason"].string?.contains("the twin's number") == true)
    #expect(try sites.ch2.succeed("worklist", "show", parcel).contains("3 of 3 files were taken out"))

    // The sender hears of it, though it had closed the study.
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["held"])
    try sites.expectInOrder()

    // A part that comes meanwhile waits, too.
    try sites.drop(
      [SyntheticStudy(uid: study.uid, person: wrong, recipient: "CH2", instances: 1, first: 4)], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch2.list("worklist", "list").items.map { $0["parts"].items.count } == [2])
    try sites.expectInOrder()

    let accept = ["worklist", "accept", parcel, "--patient", right.localID]
    #expect(try Command.run(Command.studypost, accept + ["--config", sites.ch2.configuration.string]).status != 0)
    try sites.ch2.succeed(
      "worklist", "accept", parcel, "--patient", right.localID, "--reason", "the sender confirmed it by phone")
    try sites.expectInOrder()
    try sites.exchangeOnce()
    #expect(try patients(at: sites.ch2) == [right.localID])
    #expect(Set(made.map(\.pixels)).isSubset(of: Set(try sites.ch2.imported().map(\.pixels))))
    #expect(try sites.ch2.imported().count == 4)
    #expect(try sites.ch1.states(of: study.uid) == ["delivered", "delivered"])
    // The patient record: what was told, what takes it back, and what is true; each under an id of its own.
    let messages = try names(in: sites.ch2.folder("records")).filter { $0.hasPrefix(parcel) }.map {
      try text(sites.ch2.folder("records").appending($0))
    }
    #expect(messages.filter { $0.contains("\(wrong.localID)^") }.count == 1)
    #expect(messages.filter { $0.contains("\(right.localID)^") }.count == 1)
    #expect(messages.contains { $0.contains("taken back") && $0.contains("\(wrong.localID)^") })
    #expect(try sites.ch2.list("status")["alerts"].items.map { $0["code"].string } == [])
    try sites.expectInOrder()
  }

  @Test func whatThePACSTookIsToldUntilAPersonDecides() throws {
    let (sites, study, _, parcel) = try delivered()
    let folder = sites.ch2.folder("import").appending(study.uid)
    try Command.succeed("/bin/rm", [folder.appending(try #require(names(in: folder).first)).string])
    try sites.ch2.succeed("worklist", "undo", parcel, "--reason", "wrong patient")
    try sites.ch2.succeed("receive", "--once")
    let alert = try #require(
      try sites.ch2.list("status")["alerts"].items.first { $0["code"].string == "undone" })
    #expect(alert["message"].string?.contains("The PACS has 1 of 3: delete them there.") == true)
    try sites.ch2.succeed("worklist", "accept", parcel, "--patient", right.localID, "--reason", "deleted in the PACS")
    try sites.ch2.succeed("receive", "--once")
    #expect(try sites.ch2.imported().count == 3)
    #expect(try patients(at: sites.ch2) == [right.localID])
    #expect(try !sites.ch2.list("status")["alerts"].items.contains { $0["code"].string == "undone" })
    try sites.expectInOrder()
  }

  /// Undone and rejected, it is refused at the sender; and what it sends again waits for a person, who decided before.
  @Test func whatIsRejectedAfterwardsIsToldTheSenderAndNeverDecidedAutomatically() throws {
    let (sites, study, _, parcel) = try delivered(["import.pickup": "\"watch\""], as: "received")
    try sites.ch2.succeed("worklist", "undo", parcel, "--reason", "wrong patient")
    try sites.ch2.succeed("receive", "--once")
    try sites.ch2.succeed("worklist", "reject", parcel, "--reason", "send it with the right number")
    try sites.ch2.succeed("receive", "--once")
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["refused"])
    #expect(names(in: sites.ch2.folder("import")) == [])
    try sites.expectInOrder()
    try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(names(in: sites.ch2.folder("import")) == [])
    #expect(try sites.ch2.list("worklist", "list").items.map { $0["code"].string } == ["undone"])
    try sites.expectInOrder()
  }
}
