import Foundation
import Glibc
import SystemPackage
import Testing

/// What the recipient's PACS, its record system and its clerks see of what arrives.
struct ImportTests {
  /// Two sites, of which the second knows a patient and one study of that patient has just been imported.
  private func delivered(
    _ person: Person, _ settings: [String: String] = [:]
  ) throws -> (sites: TwoSites, study: SyntheticStudy, made: [MadeFile], parcel: String) {
    let sites = try TwoSites(settings.merging(["source.quiet": "\"0s\""]) { $1 })
    try sites.ch2.load([person])
    let study = SyntheticStudy(person: person, recipient: "CH2")
    let made = try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    return (sites, study, made, try #require(try sites.ch1.parcels().first?["id"].string))
  }

  @Test func flatFilesHaveTheMarkerLast() throws {
    let (sites, study, made, parcel) = try delivered(
      Person(90), ["import.layout": "\"flat\"", "import.marker": "\".ok\""])
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    let wanted = (1...3).map { "\(parcel)-0000000\($0).dcm" } + ["\(parcel).ok"]
    #expect(names(in: sites.ch2.folder("import")) == wanted.sorted())
    try Command.succeed("/bin/rm", [sites.ch2.folder("import/\(parcel).ok").string])
    #expect(Set(try sites.ch2.imported().map(\.pixels)) == Set(made.map(\.pixels)))
    try sites.expectInOrder()
  }

  @Test func aPickedUpStudyIsImportedWhenItIsGone() throws {
    let (sites, study, made, _) = try delivered(Person(91), ["import.pickup": "\"watch\""])
    #expect(try sites.ch1.states(of: study.uid) == ["received"])
    let folder = sites.ch2.folder("import").appending(study.uid)
    #expect(names(in: folder).count == made.count)
    #expect(names(in: sites.ch2.folder("records")).filter { $0.hasSuffix(".hl7") } == [])
    // The PACS takes one file after the other.
    for name in names(in: folder) {
      #expect(try sites.ch2.ledger()["in"]["opening"].int == 3)
      try Command.succeed("/bin/rm", [folder.appending(name).string])
      try sites.ch2.succeed("receive", "--once")
    }
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    #expect(names(in: sites.ch2.folder("import")) == [])
    #expect(names(in: sites.ch2.folder("records")).filter { $0.hasSuffix(".hl7") }.count == 1)
    try sites.expectInOrder()
  }

  @Test func aStrangerIsImportedAsSentWhereTheSiteWantsThat() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\"", "reconcile.unknown_patient": "\"import\""])
    try sites.ch2.load([Person(1)])
    let person = Person(92)
    let study = SyntheticStudy(person: person, recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    for file in try sites.ch2.imported() {
      #expect(file.elements["PatientName"] == "\(person.family)^\(person.given)")
      #expect(file.elements["PatientID"] == "CH1-REMOTE-\(person.localID)")
      #expect(file.elements["IssuerOfPatientID"] == "CH1")
    }
    try sites.expectInOrder()
  }

  @Test func aParcelThatComesAgainIsAnsweredAgainAndImportedOnce() throws {
    let (sites, study, made, parcel) = try delivered(Person(93))
    let receipts = sites.ch2.folder("mailbox/ch1/receipts")
    let before = names(in: receipts)
    try Command.shell("rm \"$1\"/*.json*", [receipts.string])
    // The PACS has taken the study away meanwhile, and the parcel comes several times.
    try Command.shell("rm -r \"$1\"", [sites.ch2.folder("import").appending(study.uid).string])
    for _ in 0..<3 {
      try Command.shell(
        "cp -r \"$1\" \"$2\"",
        [sites.ch1.folder("outbound").appending(parcel).string, sites.ch2.folder("mailbox/ch1/new").string])
      try sites.ch2.succeed("receive", "--once")
    }
    #expect(names(in: receipts) == before)
    #expect(names(in: sites.ch2.folder("import")) == [])
    #expect(names(in: sites.ch2.folder("mailbox/ch1/new")) == [])
    #expect(try sites.ch2.ledger()["in"]["arrived"].int == made.count)
    #expect(names(in: sites.ch2.folder("records")).filter { $0.hasSuffix(".hl7") }.count == 1)
    // Another parcel under the same id is refused, though its signature holds.
    var twin = Forgery("nothing", nil)
    twin.id = parcel
    let work = try sites.workFolder()
    let other = try SyntheticStudy.make([SyntheticStudy(person: Person(93), instances: 2)], in: work)
    try Forgery.make([twin], of: other, in: work, sites)
    #expect(
      rename(
        work.appending(parcel).string, sites.ch2.folder("mailbox/ch1/new").appending(parcel).string) == 0)
    try sites.ch2.succeed("receive", "--once")
    #expect(try sites.ch2.list("quarantine", "list").items.map { $0["code"].string } == ["duplicate-conflict"])
    #expect(names(in: sites.ch2.folder("import")) == [])
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    try sites.expectInOrder()
  }

  /// The sender has only the first receipt: without the last one it would wait for ever.
  @Test(arguments: ["", ".sig"]) func aReceiptThatIsGoneIsWrittenAgain(_ suffix: String) throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.ch2.load([Person(95)])
    let study = SyntheticStudy(person: Person(95), recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    try sites.ch1.succeed("ship", "--once")
    try sites.ch2.succeed("receive", "--once")
    let receipts = sites.ch2.folder("mailbox/ch1/receipts")
    let before = names(in: receipts)
    let parcel = try #require(try sites.ch1.parcels().first?["id"].string)
    try FileManager.default.removeItem(atPath: receipts.appending("\(parcel).imported.json\(suffix)").string)
    try sites.ch2.succeed("receive", "--once")
    #expect(names(in: receipts) == before)
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    try sites.expectInOrder()
  }

  @Test func anImportedInstanceThatComesWithOtherBytesWaitsForAPerson() throws {
    let (sites, study, made, _) = try delivered(Person(94))
    let work = try sites.workFolder()
    let changed = try SyntheticStudy.make([study], in: work)
    let forgery = Forgery("nothing", nil)
    try Forgery.make([forgery], of: Array(changed.prefix(2)), in: work, sites)
    #expect(
      rename(
        work.appending(forgery.id).string, sites.ch2.folder("mailbox/ch1/new").appending(forgery.id).string) == 0)
    try sites.ch2.succeed("receive", "--once")
    let waiting = try sites.ch2.list("worklist", "list")[0]
    #expect(waiting["id"].string == forgery.id)
    #expect(waiting["code"].string == "duplicate-conflict")
    #expect(try sites.ch2.imported().map(\.pixels).sorted() == made.map(\.pixels).sorted())
    // Once a person has looked, both are there, each in its folder.
    try sites.ch2.succeed(
      "worklist", "accept", forgery.id, "--patient", Person(94).localID, "--reason", "a new reconstruction")
    try sites.ch2.succeed("receive", "--once")
    #expect(names(in: sites.ch2.folder("import")).count == 2)
    #expect(
      try sites.ch2.imported().map(\.pixels).sorted()
        == (made.map(\.pixels) + changed.prefix(2).map(\.pixels)).sorted())
    try sites.expectInOrder()
  }

  /// What the sender's limits let through and the recipient's do not.
  @Test(arguments: [
    ("limits.max_instances", "2", "1000"), ("limits.max_expanded", "\"1KiB\"", "\"1GiB\""),
    ("dicom.max_depth", "1", "64"),
  ])
  func whatIsBeyondTheRecipientsLimitsIsToldAtBothEnds(_ key: String, _ low: String, _ high: String) throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.ch2.load([Person(96)])
    try sites.ch2.set([key: low])
    let study = SyntheticStudy(person: Person(96), recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == ["refused"])
    #expect(try sites.ch1.parcels().first?["code"].string == "limit")
    let there = try sites.ch1.list("status")["alerts"].items.filter { $0["code"].string == "refused" }
    #expect(there.contains { $0["message"].string?.contains("exceeds a limit") == true }, "\(there)")
    func alert() throws -> Document? {
      try sites.ch2.list("status")["alerts"].items.first { $0["code"].string == "limit" }
    }
    let name = try #require(key.split(separator: ".").last)
    let message = try alert()?["message"].string
    #expect(message?.contains(name) == true, "\(message ?? "none")")
    let entry = try #require(try sites.ch2.list("quarantine", "list")[0]["id"].string)
    #expect(try text(sites.ch2.folder("quarantine").appending(entry).appending("WHY.txt")).contains("Raise the key"))

    // With the key raised it goes on.
    try sites.ch2.set([key: high])
    try sites.ch2.succeed("quarantine", "release", entry)
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    #expect(try alert() == nil)
    try sites.expectInOrder()
  }

  @Test func aRejectionCanBeTakenBack() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.ch2.load([Person(1)])
    let study = SyntheticStudy(person: Person(95), recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    let id = try #require(try sites.ch2.list("worklist", "list")[0]["id"].string)
    try sites.ch2.succeed("worklist", "reject", id, "--reason", "not ours")
    try sites.ch2.succeed("receive", "--once")
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["refused"])
    try sites.expectInOrder()

    let name = try #require(try sites.ch2.list("quarantine", "list")[0]["id"].string)
    try sites.ch2.succeed("quarantine", "release", name)
    #expect(try sites.ch2.list("worklist", "list")[0]["id"].string == id)
    try sites.ch2.succeed("worklist", "accept", id, "--patient", Person(1).localID, "--reason", "ours after all")
    try sites.ch2.succeed("receive", "--once")
    #expect(try sites.ch2.imported().count == 3)
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    try sites.expectInOrder()
  }

  @Test func patientListsAreReadFromTheirFolderAllOrNothing() throws {
    let sites = try TwoSites()
    let folder = sites.ch2.folder("patients")
    let receiver = try sites.ch2.start("receive")
    func put(_ list: String, as name: String) throws {
      let work = try sites.workFolder().appending(name)
      try list.write(toFile: work.string, atomically: true, encoding: .utf8)
      #expect(rename(work.string, folder.appending(name).string) == 0)
    }
    try put(Person.list((1...10).map { Person($0) }), as: "good.csv")
    try sites.eventually("it is read") { names(in: folder.appending("done")).count == 1 }
    #expect(try sites.ch2.list("patients", "find", "L10").items.count == 10)
    try put(
      Person.list((1...10).map { Person($0) }).replacing(Person(1).nationalID, with: "00000000000"), as: "bad.csv")
    try put(Person.list([Person(1)]), as: "short.csv")
    try sites.eventually("both are refused") { names(in: folder.appending("bad")).count == 5 }
    let said = try names(in: folder.appending("bad")).filter { $0.hasSuffix("WHY.txt") }
      .map { try text(folder.appending("bad").appending($0)) }.joined()
    #expect(said.contains("national_id") && said.contains("20 %"))
    #expect(try sites.ch2.list("patients", "find", "L10").items.count == 10)
    #expect(names(in: folder) == ["bad", "done"])
    #expect(receiver.stop() == 0)
  }
}
