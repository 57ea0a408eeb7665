import Foundation
import SystemPackage
import Testing

/// A study that names its recipient, of a patient whom the recipient knows: nobody has to do anything.
struct AutomaticTripTests {
  @Test func aStudyGoesFromOneFolderToTheOtherByItself() throws {
    let sites = try TwoSites()
    let person = Person(7)
    try sites.ch2.load([Person(3), person])
    try sites.start()
    let study = SyntheticStudy(
      person: person, recipient: "CH2", instances: 5, elements: ["ScheduledStudyLocation": "REMOTE ROOM"])
    let made = try sites.drop([study], at: sites.ch1)
    try sites.eventually("the sender knows that it is delivered") {
      try sites.ch1.states(of: study.uid) == ["delivered"]
    }
    let parcel = try #require(try sites.ch1.parcels().first)
    let id = try #require(parcel["id"].string)

    try expectImported(made, of: person, at: sites.ch2, as: study.uid)
    try expectReceipts(for: id, sites)
    try expectRecord(of: id, study: study.uid, person, at: sites.ch2)
    try expectStory(of: study.uid, parcel: id, sites)
    try expectDocuments(sites)
    try openByHand(id, made, sites)
    sites.stop()
    try sites.expectInOrder()
    #expect(try sites.ch1.ledger()["out"]["delivered"].int == 5)
    #expect(try sites.ch2.ledger()["in"]["imported"].int == 5)
    // What left is not in the source any more.
    #expect(files(below: sites.ch1.folder("export")) == [])
  }

  /// The identification is the local one, what it replaced is kept, and the pixels are as they were.
  private func expectImported(
    _ made: [MadeFile], of person: Person, at site: Hospital, as folder: String
  ) throws {
    #expect(names(in: site.folder("import")) == [folder])
    let imported = try site.imported()
    #expect(Set(imported.map(\.instance)) == Set(made.map(\.instance)))
    #expect(imported.count == made.count)
    for file in imported {
      #expect(file.pixels == made.first { $0.instance == file.instance }?.pixels)
      let elements = file.elements
      #expect(elements["PatientID"] == person.localID)
      #expect(elements["PatientName"] == "\(person.family)^\(person.given)")
      #expect(elements["PatientBirthDate"] == person.birthDate)
      #expect(elements["PatientSex"] == person.sex)
      #expect(elements["InstanceOriginStatus"] == "IMPORTED")
      #expect((elements["AccessionNumber"] ?? "") == "")
      #expect((elements["NamesOfIntendedRecipientsOfResults"] ?? "") == "")
      #expect(elements["ReferringPhysicianName"] == "Referrer^Synthetic")
      #expect(file.otherIDs.contains("REMOTE-\(person.localID)@SENDER"))
      #expect(file.otherIDs.contains { $0.hasPrefix("\(person.nationalID)@") })
      #expect(file.original["PatientID"] == "REMOTE-\(person.localID)")
      #expect(file.original["IssuerOfPatientID"] == "SENDER")
      #expect(file.original["AccessionNumber"] == "REMOTE-A1")
      #expect(file.original["NamesOfIntendedRecipientsOfResults"] == "CH2")
      #expect(file.original["ReasonForTheAttributeModification"] == "COERCE")
    }
  }

  /// Two receipts, signed by the recipient, that name this very manifest.
  private func expectReceipts(for parcel: String, _ sites: TwoSites) throws {
    let folder = sites.ch2.folder("mailbox/ch1/receipts")
    let wanted = ["imported", "received"].flatMap { ["\(parcel).\($0).json", "\(parcel).\($0).json.sig"] }
    #expect(names(in: folder) == wanted)
    let manifest = sites.ch1.folder("outbound").appending(parcel).appending("manifest.json")
    let digest = try Command.shell("sha256sum < \"$1\" | cut -d' ' -f1", [manifest.string])
    for status in ["received", "imported"] {
      let file = folder.appending("\(parcel).\(status).json")
      try Command.shell(
        "ssh-keygen -Y verify -f <(echo \"ch2 $(cat \"$1\")\") -I ch2 -n receipt@studypost -s \"$2.sig\" < \"$2\"",
        [sites.ch2.root.appending("keys/signing_ed25519.pub").string, file.string])
      let receipt = try #require(Document(parsing: try text(file)))
      #expect(receipt["format"].string == "studypost-receipt/1")
      #expect(receipt["parcel"].string == parcel)
      #expect(receipt["manifest"].string.map { $0 + "\n" } == digest)
      #expect(receipt["status"].string == status)
      #expect(receipt["recipient"].string == "ch2")
      #expect(receipt["instances"].int == 5)
      #expect(receipt.keys.contains("reason"))
    }
  }

  /// One HL7 message with the local patient and the study.
  private func expectRecord(of parcel: String, study: String, _ person: Person, at site: Hospital) throws {
    let record = try text(site.folder("records").appending("\(parcel).hl7"))
    let segments = record.split(separator: "\r").map(String.init)
    #expect(segments.first?.hasPrefix("MSH|^~\\&|") == true)
    #expect(segments.first?.contains("|ORU^R01^ORU_R01|") == true || segments.first?.contains("|ORU^R01|") == true)
    let patient = try #require(segments.first { $0.hasPrefix("PID|") })
    #expect(patient.contains(person.localID) && patient.contains(person.nationalID))
    #expect(patient.contains("\(person.family)^\(person.given)"))
    #expect(segments.contains { $0.hasPrefix("OBX|") && $0.contains(study) })
  }

  /// Both journals tell the trip in its order.
  private func expectStory(of study: String, parcel: String, _ sites: TwoSites) throws {
    let sent = try sites.ch1.list("trace", study).items.compactMap { $0["what"].string }
    #expect(sent == ["opened", "complete", "sealed", "shipped", "received", "delivered"])
    let received = try sites.ch2.list("trace", parcel).items
    #expect(received.compactMap { $0["what"].string } == ["arrived", "reconciled", "imported"])
    let times = received.compactMap { $0["at"].string }
    #expect(times == times.sorted())
    #expect(try sites.ch2.succeed("trace", study).contains("imported"))
    #expect(try sites.ch2.run("trace", "no-such-thing").status == 1)
  }

  /// Every list is one JSON document with what is promised of it.
  private func expectDocuments(_ sites: TwoSites) throws {
    let out: Set = [
      "taken", "collecting", "held", "sealed", "shipped", "received", "delivered", "refused", "expired", "quarantined",
      "discarded",
    ]
    let side: Set = ["arrived", "held", "imported", "quarantined", "discarded", "duplicate"]
    for site in [sites.ch1, sites.ch2] {
      let ledger = try site.ledger()
      #expect(ledger["balanced"].bool == true)
      #expect(ledger["out"].keys.isSuperset(of: out))
      #expect(ledger["in"].keys.isSuperset(of: side))
      for list in [["hold"], ["worklist"], ["quarantine"], ["queue"]] {
        #expect(try site.list(list[0], "list").items.isEmpty)
      }
      let status = try site.list("status")
      #expect(status.keys.isSuperset(of: ["site", "out", "in", "partners", "disk", "alerts"]))
      #expect(status["alerts"].isArray && status["alerts"].items.isEmpty)
    }
    let promised: Set = ["id", "state", "study", "partner", "instances", "bytes", "since", "reason"]
    #expect(try sites.ch1.list("queue", "list", "--all")[0].keys.isSuperset(of: promised))
    #expect(try sites.ch1.list("partner", "list")[0]["site"].string == "ch2")
    #expect(try sites.ch2.list("patients", "find", Person(7).localID)[0]["family"].string == Person(7).family)
    #expect(try sites.ch1.list("check")["fit"].bool == true)
    #expect(try sites.ch1.run("partner", "test", "ch2").status == 0)
  }

  /// The parcel needs nothing but published tools.
  private func openByHand(_ parcel: String, _ made: [MadeFile], _ sites: TwoSites) throws {
    let target = try sites.workFolder()
    let folder = sites.ch1.folder("outbound").appending(parcel)
    try Command.shell(
      """
      cd "$1"
      ssh-keygen -Y verify -f <(echo "ch1 $(cat "$2")") -I ch1 -n parcel@studypost -s manifest.json.sig < manifest.json
      grep -o '"sha256": *"[0-9a-f]*"' manifest.json | grep -o '[0-9a-f]\\{64\\}' | sed 's/$/  payload.tar.zst.age/' \
        | sha256sum -c
      age -d -i "$3" payload.tar.zst.age | zstd -d | tar -x -C "$4"
      python3 "$5" "$4"
      """,
      [
        folder.string, sites.ch1.root.appending("keys/signing_ed25519.pub").string,
        sites.ch2.root.appending("keys/age.key").string, target.string,
        URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "../../Packaging/debian/installed/unfilter.py").standardized.path,
      ])
    let contents = try #require(Document(parsing: try text(target.appending("contents.json"))))
    #expect(contents["instances"].items.count == made.count)
    for instance in contents["instances"].items {
      let original = try #require(made.first { $0.instance == instance["sopInstanceUID"].string })
      #expect(instance["sha256"].string == original.sha256)
      let file = target.pushing(FilePath(try #require(instance["file"].string)))
      #expect(try Command.shell("sha256sum < \"$1\"", [file.string]).hasPrefix(original.sha256))
    }
    // The command does the same.
    let unpacked = try sites.workFolder().appending("opened")
    try sites.ch2.succeed("open", folder.string, "--to", unpacked.string)
    #expect(names(in: unpacked) == ["contents.json", "dicom"])
    #expect(names(in: unpacked.appending("dicom")).count == made.count)
  }
}
