import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// What a PACS does with its export folder, seen from outside: when files are taken, where studies go, what is refused.
struct CollectorTests {
  /// Long enough that only a marker or a count can close a study within a test.
  private static let patient = ["source.quiet": "\"5m\"", "source.partial_after": "\"10m\""]

  // MARK: When a file is taken

  @Test func aFileThatIsCopiedSlowlyIsTakenOnlyWhenItIsWhole() throws {
    let sites = try TwoSites(["source.partial_after": "\"30s\""])
    let made = try SyntheticStudy.make(
      [SyntheticStudy(person: Person(1), instances: 3, side: 64)], in: try sites.workFolder())
    let collector = try sites.ch1.start("collect")
    let folder = sites.ch1.folder("export/ch2")
    // One is whole at once, one is written without a pause in its being open, one is opened for each piece.
    try Command.succeed("/bin/cp", [made[0].path.string, folder.appending("whole").string])
    let pieces = try made.map { file in
      let bytes = try #require(FileManager.default.contents(atPath: file.path.string))
      return stride(from: 0, to: bytes.count, by: bytes.count / 8 + 1).map {
        bytes[$0..<min($0 + bytes.count / 8 + 1, bytes.count)]
      }
    }
    let open = try FileDescriptor.open(
      folder.appending("held open"), .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    for index in 0..<8 {
      _ = try open.writeAll(pieces[1][index])
      let again = try FileDescriptor.open(
        folder.appending("opened again"), .writeOnly, options: [.create, .append, .closeOnExec],
        permissions: .ownerReadWrite)
      _ = try again.closeAfter { try again.writeAll(pieces[2][index]) }
      usleep(500_000)
      #expect(names(in: folder).contains("held open"))
    }
    try open.close()
    try sites.eventually("the study is sealed") { try sites.ch1.parcels().count > 0 }
    try stop(collector, sites)
    let parcels = try sites.ch1.parcels()
    #expect(parcels.count == 1 && parcels.first?["instances"].int == 3)
    #expect(try announced(try #require(parcels.first), sites).sorted() == made.map(\.sha256).sorted())
    #expect(try sites.ch1.list("quarantine", "list").items.isEmpty)
    #expect(names(in: folder) == ["urgent"])
  }

  @Test func namesOfCopiesInProgressAndOfMediaAreIgnored() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let made = try SyntheticStudy.make(
      [SyntheticStudy(person: Person(1), recipient: "CH2", instances: 1)], in: try sites.workFolder())
    let ignored = ["IM1.tmp", "IM1.part", "IM1.filepart", ".IM1", "IM1~", "DICOMDIR", "Thumbs.db"]
    for name in ignored {
      try Command.succeed("/bin/cp", [made[0].path.string, sites.ch1.folder("export").appending(name).string])
    }
    try sites.ch1.succeed("collect", "--once")
    #expect(try sites.ch1.ledger()["out"]["taken"].int == 0)
    #expect(Set(files(below: sites.ch1.folder("export")).compactMap { $0.lastComponent?.string }) == Set(ignored))
    // The copy ends with a rename: now it is taken.
    let done = sites.ch1.folder("export/IM1")
    #expect(rename(sites.ch1.folder("export/IM1.tmp").string, done.string) == 0)
    try sites.ch1.succeed("collect", "--once")
    #expect(!exists(done))
    #expect(try sites.ch1.ledger()["out"]["sealed"].int == 1)
  }

  @Test func whatIsNoInstanceIsQuarantinedAndTheRestGoesOn() throws {
    let sites = try TwoSites()
    let study = SyntheticStudy(person: Person(1), recipient: "CH2")
    let bad = [
      SyntheticStudy(person: Person(1), recipient: "CH2", instances: 1, elements: ["StudyInstanceUID": ""]),
      SyntheticStudy(person: Person(1), recipient: "CH2", instances: 1, elements: ["SOPInstanceUID": ""]),
    ]
    let work = try sites.workFolder()
    let made = try SyntheticStudy.make([study] + bad, in: work)
    let folder = work.appending(study.uid)
    try Command.shell(
      "printf 'A letter.%.0s' {1..50} > \"$2/letter.txt\"; touch \"$2/empty\"; head -c 700 \"$1\" > \"$2/cut\"",
      [made[0].path.string, folder.string])
    for (index, study) in bad.enumerated() {
      #expect(
        rename(work.appending(study.uid).appending("IM000001").string, folder.appending("bad\(index)").string) == 0)
    }
    let collector = try sites.ch1.start("collect")
    #expect(rename(folder.string, sites.ch1.folder("export/study").string) == 0)
    try sites.eventually("the study is sealed and the rest is in quarantine") {
      let quarantined = try sites.ch1.list("quarantine", "list").items.count
      return try sites.ch1.states(of: study.uid) == ["sealed"] && quarantined == 3
        && sites.ch1.list("hold", "files").items.count == 2
    }
    // A copy that was cut may go on, and one that is empty may begin: they stay.
    let held = try sites.ch1.list("hold", "files").items
    #expect(held.allSatisfy { $0["code"].string == "unfinished" })
    for name in ["cut", "empty"] {
      #expect(held.contains { $0["id"].string?.hasSuffix("/study/\(name)") == true })
      #expect(exists(sites.ch1.folder("export/study/\(name)")))
    }
    let entries = try sites.ch1.list("quarantine", "list").items
    #expect(
      entries.compactMap { $0["code"].string }.sorted() == ["no-uid", "no-uid", "not-dicom"])
    #expect(try sites.ch1.parcels().first?["instances"].int == 3)
    for entry in entries {
      let name = try #require(entry["id"].string)
      let isStray = entry["code"].string == "not-dicom"
      #expect(entry["instances"].int == 1)
      let folder = sites.ch1.folder("quarantine").appending(name)
      #expect(names(in: folder) == ["WHY.txt", isStray ? "files" : "file", "why.json"])
      if isStray { #expect(names(in: folder.appending("files")) == ["letter.txt"]) }
      #expect(try sites.ch1.succeed("quarantine", "show", name).contains("came from"))
    }
    // What is released is looked at again; what is discarded is gone.
    let letter = try #require(entries.first { $0["code"].string == "not-dicom" }?["id"].string)
    try sites.ch1.succeed("quarantine", "release", letter)
    try sites.eventually("it is refused again") {
      try sites.ch1.list("quarantine", "list").items.contains {
        $0["code"].string == "not-dicom" && $0["id"].string != letter
      }
    }
    let nameless = try #require(entries.first { $0["code"].string == "no-uid" }?["id"].string)
    try sites.ch1.succeed("quarantine", "discard", nameless, "--reason", "no use")
    try stop(collector, sites)
    try sites.ch1.expectBalanced()
    #expect(try sites.ch1.ledger()["out"]["discarded"].int == 1)
  }

  @Test func aCollectorThatIsKilledKeepsWhatItHas() throws {
    let sites = try TwoSites(["source.quiet": "\"3s\"", "source.partial_after": "\"10s\""])
    let study = SyntheticStudy(person: Person(1), recipient: "CH2", instances: 20)
    var rest = study
    rest.first = 21
    var collector = try sites.ch1.start("collect")
    var made = try sites.drop([study], at: sites.ch1)
    for _ in 0..<4 {
      usleep(300_000)
      collector.stop(SIGKILL)
      collector = try sites.ch1.start("collect")
    }
    made += try sites.drop([rest], at: sites.ch1)
    try sites.eventually("all forty are sealed") { try sites.ch1.ledger()["out"]["sealed"].int == 40 }
    try stop(collector, sites)
    let sealed = try sites.ch1.parcels().flatMap { try announced($0, sites) }
    #expect(sealed.sorted() == made.map(\.sha256).sorted())
    try sites.expectInOrder()
  }

  static let otherDisk = FilePath("/dev/shm")
  static let hasOtherDisk: Bool = {
    var (one, other) = (stat(), stat())
    return stat(otherDisk.string, &one) == 0 && access(otherDisk.string, W_OK) == 0
      && stat(FileManager.default.temporaryDirectory.path, &other) == 0 && one.st_dev != other.st_dev
  }()

  @Test(.enabled(if: hasOtherDisk, "/dev/shm is no other file system here"))
  func aSourceOnAnotherDiskIsCopied() throws {
    let source = try Scratch(in: Self.otherDisk)
    let sites = try TwoSites(["source.path": "\"\(source.path)\""])
    let study = SyntheticStudy(person: Person(1), recipient: "CH2")
    let made = try SyntheticStudy.make([study], in: source.path)
    let collector = try sites.ch1.start("collect")
    try sites.eventually("it is sealed and gone from its source") {
      try sites.ch1.states(of: study.uid) == ["sealed"] && files(below: source.path).isEmpty
    }
    try stop(collector, sites)
    #expect(try announced(try #require(sites.ch1.parcels().first), sites).sorted() == made.map(\.sha256).sorted())
    try sites.expectInOrder()
  }

  // MARK: When a study is complete

  @Test func aMarkerClosesTheStudiesOfItsFolder() throws {
    let sites = try TwoSites(Self.patient)
    let study = SyntheticStudy(person: Person(1), recipient: "CH2")
    let collector = try sites.ch1.start("collect")
    try sites.drop([study], at: sites.ch1)
    let folder = try #require(names(in: sites.ch1.folder("export")).first { $0.hasPrefix(study.uid) })
    try sites.eventually("it is collected") { try sites.ch1.ledger()["out"]["collecting"].int == 3 }
    sleep(2)
    #expect(try sites.ch1.ledger()["out"]["collecting"].int == 3)
    let marker = sites.ch1.folder("export").appending(folder).appending(".done")
    try Command.succeed("/usr/bin/touch", [marker.string])
    try sites.eventually("it is sealed") { try sites.ch1.states(of: study.uid) == ["sealed"] }
    try sites.eventually("the marker is gone") { !exists(marker) }
    try stop(collector, sites)
    #expect(try contents(of: try #require(sites.ch1.parcels().first), sites)["closedBy"]["rule"].string == "marker")
    try sites.expectInOrder()
  }

  @Test func theAnnouncedCountClosesAStudy() throws {
    let sites = try TwoSites(Self.patient)
    var study = SyntheticStudy(
      person: Person(1), recipient: "CH2", instances: 2, elements: ["NumberOfStudyRelatedInstances": "3"])
    let collector = try sites.ch1.start("collect")
    try sites.drop([study], at: sites.ch1)
    try sites.eventually("it is collected") { try sites.ch1.ledger()["out"]["collecting"].int == 2 }
    sleep(1)
    #expect(try sites.ch1.ledger()["out"]["collecting"].int == 2)
    (study.first, study.instances) = (3, 1)
    try sites.drop([study], at: sites.ch1)
    try sites.eventually("it is sealed") { try sites.ch1.states(of: study.uid) == ["sealed"] }
    try stop(collector, sites)
    let closed = try contents(of: try #require(sites.ch1.parcels().first), sites)["closedBy"]
    #expect(closed["rule"].string == "count" && closed["expected"].int == 3)
    try sites.expectInOrder()
  }

  @Test func whatComesAfterSealingTravelsAsASupplementAndIsReconciledAsItsStudyWas() throws {
    let sites = try TwoSites()
    let person = Person(70)
    var misspelt = person
    misspelt.family = "Unlike"
    try sites.ch2.load([person])
    try sites.start()
    var study = SyntheticStudy(person: misspelt, recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    try sites.eventually("it waits for a person") { try sites.ch2.list("worklist", "list").items.count == 1 }
    let id = try #require(try sites.ch2.list("worklist", "list")[0]["id"].string)
    try sites.ch2.succeed("worklist", "accept", id, "--patient", person.localID, "--reason", "a maiden name")
    try sites.eventually("it is delivered") { try sites.ch1.states(of: study.uid) == ["delivered"] }
    (study.first, study.instances) = (4, 2)
    try sites.drop([study], at: sites.ch1)
    try sites.eventually("the supplement is delivered, without a person") {
      try sites.ch1.states(of: study.uid) == ["delivered", "delivered"]
    }
    #expect(try sites.ch1.parcels().compactMap { $0["part"].string } == ["complete", "supplement"])
    let imported = try sites.ch2.imported()
    #expect(imported.count == 5 && Set(imported.map(\.instance)).count == 5)
    #expect(imported.allSatisfy { $0.study == study.uid && $0.elements["PatientID"] == person.localID })
    sites.stop()
    try sites.expectInOrder()
  }

  // MARK: Duplicates

  @Test func theSameBytesCountOnceAndTheSameUIDWithOtherBytesHoldsTheStudy() throws {
    let sites = try TwoSites()
    let twice = SyntheticStudy(person: Person(1), recipient: "CH2")
    let torn = SyntheticStudy(person: Person(2), recipient: "CH2", instances: 1)
    let work = try sites.workFolder()
    _ = try SyntheticStudy.make([twice, torn], in: work)
    try Command.shell("cp -r \"$1/$2\" \"$1/copy\"", [work.string, twice.uid])
    // Other pixels under the same identifiers.
    let other = try sites.workFolder()
    _ = try SyntheticStudy.make([torn], in: other)
    for (folder, name) in [(work, twice.uid), (work, "copy"), (work, torn.uid), (other, torn.uid)] {
      let target = sites.ch1.folder("export").appending(UUID().uuidString)
      #expect(rename(folder.appending(name).string, target.string) == 0)
    }
    let collector = try sites.ch1.start("collect")
    try sites.eventually("one is sealed and one is held") {
      let ledger = try sites.ch1.ledger()["out"]
      return ledger["sealed"].int == 3 && ledger["held"].int == 2 && ledger["taken"].int == 5
    }
    try stop(collector, sites)
    let held = try sites.ch1.list("hold", "list")[0]
    let id = try #require(held["id"].string)
    #expect(held["study"].string == torn.uid)
    #expect(held["code"].string == "conflicting-instances")
    #expect(files(below: sites.ch1.folder("hold/outbound").appending(id)).count == 4)
    let refused = try sites.ch1.run("hold", "route", id, "--to", "ch2")
    #expect(refused.status == 1 && refused.errors.contains("different contents"))
    #expect(try sites.ch1.run("hold", "discard", id, "--reason", " ").status == 64)
    try sites.ch1.succeed("hold", "discard", id, "--reason", "exported wrongly")
    try sites.ch1.succeed("collect", "--once")
    #expect(!exists(sites.ch1.folder("hold/outbound").appending(id)))
    #expect(files(below: sites.ch1.folder("export")) == [])
    #expect(try sites.ch1.ledger()["out"]["discarded"].int == 2)
    try sites.expectInOrder()
  }

  // MARK: Where a study goes

  @Test func onlyWhatNamesOnePartnerGoesAndAllElseWaitsWithItsReason() throws {
    let sites = try TwoSites()
    try addThirdPartner(to: sites)
    let person = Person(1)
    func study(_ recipient: String? = nil, _ elements: [String: String] = [:]) -> SyntheticStudy {
      SyntheticStudy(person: person, recipient: recipient, instances: 1, elements: elements)
    }
    let going = [
      study("CH2"), study("ch2^^"), study("CENTRE HOSPITALIER 2"),
      study(nil, ["StudyComments": "urgent XFER:CH2 please"]),
      study(nil, ["RequestedProcedureComments": "xfer:ch2"]),
    ]
    let waiting: [(SyntheticStudy, String)] = [
      (study(), "no-recipient"), (study("Somewhere Else"), "unknown-recipient"),
      (study("CH2", ["StudyComments": "XFER:CH3"]), "conflicting-recipients"), (study("CH1"), "not-forwarded"),
      (study("CH2", ["InstanceOriginStatus": "IMPORTED"]), "not-forwarded"),
    ]
    let inFolder = study("CH2")
    let astray = study("CH3")
    var first = study("CH2")
    var second = first
    (first.first, second.first, second.recipient) = (1, 2, "CH3")
    try sites.drop(going + waiting.map(\.0) + [first], at: sites.ch1)
    try sites.drop([second], at: sites.ch1)
    try sites.drop([inFolder, astray], at: sites.ch1, in: "ch2")
    let collector = try sites.ch1.start("collect")
    try sites.eventually("all are sealed or held") {
      let ledger = try sites.ch1.ledger()["out"]
      return ledger["sealed"].int == going.count + 1 && ledger["held"].int == waiting.count + 3
    }
    try stop(collector, sites)
    #expect(try sites.ch1.parcels().allSatisfy { $0["partner"].string == "ch2" })
    let held = try sites.ch1.list("hold", "list").items
    for (study, code) in waiting + [(first, "conflicting-recipients"), (astray, "conflicting-recipients")] {
      let entry = held.first { $0["study"].string == study.uid }
      #expect(entry?["code"].string == code, "\(code): \(entry?["reason"].string ?? "")")
      let folder = sites.ch1.folder("hold/outbound").appending(try #require(entry?["id"].string))
      #expect(try text(folder.appending("WHY.txt")).contains("reason code: \(code)"))
    }
    try sites.expectInOrder()
  }

  /// Stops the collector, and lets one run finish what was decided by then.
  private func stop(_ collector: Child, _ sites: TwoSites, _ location: SourceLocation = #_sourceLocation) throws {
    #expect(collector.stop() == 0, sites.ch1.lastWords, sourceLocation: location)
    try sites.ch1.succeed("collect", "--once", location: location)
  }

  private func addThirdPartner(to sites: TwoSites) throws {
    let third = try Hospital("ch3", in: sites.scratch.path.appending("ch3"))
    let hostKey = sites.scratch.path.appending("host.pub")
    try third.set(["sftp.host": "\"127.0.0.1\"", "sftp.host_key": "\"\(hostKey)\""])
    let card = sites.scratch.path.appending("ch3.toml")
    try third.succeed("card").write(toFile: card.string, atomically: true, encoding: .utf8)
    try sites.ch1.succeed("partner", "add", "--yes", card.string)
  }

  // MARK: What was sealed

  private func contents(of parcel: Document, _ sites: TwoSites) throws -> Document {
    let folder = sites.ch1.folder("outbound").appending(try #require(parcel["id"].string))
    let target = try sites.workFolder().appending("opened")
    try sites.ch2.succeed("open", folder.string, "--to", target.string)
    return try #require(Document(parsing: try text(target.appending("contents.json"))))
  }

  private func announced(_ parcel: Document, _ sites: TwoSites) throws -> [String] {
    try contents(of: parcel, sites)["instances"].items.compactMap { $0["sha256"].string }
  }
}
