import Custody
import DICOM
import Desk
import Foundation
import IntakeRecipes
import Journal
import Patients
import Reconciliation
import Spool
import SystemPackage
import Testing

/// A study whose images are of two patients: a person splits it, and each gets their own.
struct SplitTests {
  private let ward: Ward
  private let jan = Ward.jan
  private let an = Patient(
    localID: "L2", nationalID: "87010200226", family: "Peeters", given: "An", birthDate: "19870102", sex: "F")
  private let piet = Patient(
    localID: "L3", nationalID: nil, family: "Janssens", given: "Piet", birthDate: "19600101", sex: "M")
  private static let study = Ward.subject.study

  init() throws { ward = try Ward(jan, an, piet) }

  private static func an(_ instance: Int) -> IntakeRecipes.Subject {
    Ward.subject(instance: instance) {
      ($0.name, $0.birthDate, $0.sex, $0.patientID, $0.otherID) =
        ("Peeters^An", "19870102", "F", "TEST-0002", "87010200226")
    }
  }

  /// Two images of Jan's, and one of An's between them.
  private func held() throws -> InboundParcel {
    let parcel = try ward.send(Ward.subject(instance: 1), Self.an(2), Ward.subject(instance: 3))
    #expect(parcel.state == .held)
    return parcel
  }

  private func split(_ parcel: InboundParcel, _ fates: String?..., reason: String = "one CD, two patients") throws {
    _ = try ward.desk.split(
      parcel.id, fates.enumerated().map { .init(group: $0 + 1, patient: $1) }, reason: reason)
  }

  private func expectInOrder(_ location: SourceLocation = #_sourceLocation) throws {
    #expect(try ward.desk.audit(deep: true).problems == [], sourceLocation: location)
    #expect(try ward.desk.audit().isBalanced, sourceLocation: location)
    #expect(try ward.ch2.journal.failedDuties(limit: 10).map(\.error) == [], sourceLocation: location)
  }

  /// What lies in the import folder: of each file its folder, patient, study and instance.
  private func files() throws -> [(folder: String, patient: String?, study: String?, instance: String?)] {
    let top = ward.ch2.configuration.importing.path
    return try ward.ch2.spool.disk.files(below: top, depth: 5, skip: { _ in false })
      .filter { $0.path.lastComponent?.string != "README" }.map(\.path).sorted { $0.string < $1.string }
      .map { path in
        let dataSet = try DICOMFile.read(path).dataSet
        return (
          path.removingLastComponent().lastComponent?.string ?? "", try dataSet.string(.patientID),
          try dataSet.string(.studyInstanceUID), try dataSet.string(.sopInstanceUID)
        )
      }
  }

  @Test func eachPatientsImagesBecomeAStudyOfTheirOwn() throws {
    let parcel = try held()
    #expect(parcel.reasonCode == "two-patients")
    #expect(ward.why(parcel)?.contains("worklist split \(parcel.id)") == true)
    let groups = try ward.desk.worklistCard(parcel.id).groups
    #expect(groups.map(\.group.instances) == [2, 1] && groups.map(\.patient) == ["L1", "L2"])
    try split(parcel, "L1", "L2")
    try ward.receive()

    let now = try ward.parcel(parcel.id)
    #expect(now.state == .imported && now.patient == nil && now.isDecidedByPerson && now.leftOut == 0)
    let names = DerivedUIDs(study: Self.study, patient: "L2", site: "ch2")
    let files = try files()
    #expect(files.map(\.patient).sorted { ($0 ?? "") < ($1 ?? "") } == ["L1", "L1", "L2"])
    let hers = try #require(files.first { $0.patient == "L2" })
    #expect(hers.study == names.name(for: Self.study) && hers.instance == names.name(for: Self.an(2).instance))
    #expect(hers.folder == hers.study)
    let his = files.filter { $0.patient == "L1" }
    #expect(Set(his.map(\.study)) == [Self.study] && Set(his.map(\.folder)) == [Self.study])
    #expect(Set(his.map(\.instance)) == [Ward.subject(instance: 1).instance, Ward.subject(instance: 3).instance])

    let ledger = try ward.ch2.journal.ledger().in
    #expect(ledger.imported == 3 && ledger.leftOut == 0)
    // The history has a line of each: who, why, before and after.
    let events = try ward.ch2.journal.events(parcel: parcel.id)
    let decided = events.filter { $0.what == "split" }
    #expect(decided.map(\.patient) == ["L1", "L2"] && decided.allSatisfy { $0.actor == "clerk" })
    #expect(decided.allSatisfy { $0.why == "one CD, two patients" && $0.before == "held: two-patients" })
    #expect(decided.map(\.after) == ["patient L1", "patient L2"])
    #expect(events.filter { $0.what == "imported" }.map(\.patient) == ["L1", "L2"])
    #expect(try ward.desk.trace("L2").contains { $0.what == "imported" })
    #expect(try ward.desk.trace(names.name(for: Self.study)).contains { $0.patient == "L2" })
    // The record of each is told of their own.
    let records = try ward.ch2.journal.recordMessages(parcel: parcel.id)
    #expect(records.map(\.patient) == ["L1", "L2"])
    #expect(records.map(\.study) == [Self.study, names.name(for: Self.study)])
    #expect(records[0].message?.contains("2 instances") == true && records[1].message?.contains("1 instance,") == true)
    // Each has it among their priors.
    for patient in ["L1", "L2"] {
      #expect(try ward.ch2.journal.imports(patient: patient, except: nil, limit: 5).map(\.0.id) == [parcel.id])
    }
    #expect(try ward.ch2.journal.imports(patient: "L3", except: nil, limit: 5).isEmpty)
    #expect(try receipt(parcel)["reason"] is NSNull)
    try expectInOrder()
  }

  private func receipt(_ parcel: InboundParcel) throws -> [String: Any] {
    let path = ward.ch2.spool.mailbox("ch1").receipts.appending("\(parcel.id).imported.json")
    let data = Data(try Disk().readSmall(path, limit: 1 << 20))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func whatIsLeftOutIsCountedAndToldAndNeverImported() throws {
    let parcel = try held()
    try split(parcel, "L1", nil, reason: "An was never here")
    try ward.receive()
    let now = try ward.parcel(parcel.id)
    #expect(now.state == .imported && now.leftOut == 1)
    #expect(try files().map(\.patient) == ["L1", "L1"])
    let ledger = try ward.ch2.journal.ledger().in
    #expect(ledger.imported == 2 && ledger.leftOut == 1 && ledger.sum == ledger.arrived)
    #expect(try ward.ch2.journal.importedDigest(sopInstanceUID: Self.an(2).instance) == nil)
    #expect(try ward.ch2.journal.recordMessages(parcel: parcel.id).map(\.patient) == ["L1"])
    let receipt = try receipt(parcel)
    #expect(receipt["reason"] as? String == "left-out" && receipt["instances"] as? Int == 2)
    #expect((receipt["note"] as? String)?.hasPrefix("-----BEGIN AGE") == true)
    #expect(now.split?.note(of: 3)?.contains("1 of 3 images were not imported: An was never here") == true)
    // As it came it is kept.
    #expect(try Disk().status(of: ward.ch2.spool[.received(parcel: parcel.id)]) != nil)
    // A journal that is rebuilt counts the same.
    let kept = try #require(try JSONSerialization.data(withJSONObject: receipt) as Data?)
    #expect(kept.count < 16 << 10)
    try expectInOrder()
  }

  @Test func whoseTheStudyIsAlreadyKeepsItsNames() throws {
    #expect(try ward.send(Ward.subject(instance: 1)).state == .imported)
    let part = try ward.send(Self.an(2), Self.an(4), Ward.subject(instance: 3), part: .supplement)
    #expect(part.state == .held)
    try split(part, "L2", "L1")
    try ward.receive()
    let files = try files()
    #expect(Set(files.filter { $0.patient == "L1" }.map(\.study)) == [Self.study])
    let name = DerivedUIDs(study: Self.study, patient: "L2", site: "ch2").name(for: Self.study)
    #expect(Set(files.filter { $0.patient == "L2" }.map(\.study)) == [name] && files.count == 4)
    try expectInOrder()
  }

  /// Who is not the patient of a study that is somebody's gets names of their own, too.
  @Test func aPartThatIsAllAnothersIsRenamed() throws {
    #expect(try ward.send(Ward.subject(instance: 1)).state == .imported)
    let part = try ward.send(Self.an(2), part: .supplement)
    #expect(part.reasonCode == "study-of-another-patient")
    #expect(try ward.desk.worklistCard(part.id).groups.count == 1)
    try split(part, "L2")
    try ward.receive()
    #expect(Set(try files().map(\.study)).count == 2)
    try expectInOrder()
  }

  @Test func whatComesLaterFollowsNobodyByItself() throws {
    let parcel = try held()
    try split(parcel, "L1", "L2")
    try ward.receive()
    for later in [Ward.subject(instance: 5), Self.an(6)] {
      let part = try ward.send(later, part: .supplement)
      #expect(part.state == .held && part.reasonCode == "study-split")
      #expect(part.reason?.contains("2 images to patient L1, 1 image to patient L2") == true, "\(part.reason ?? "")")
      let card = try ward.desk.worklistCard(part.id)
      #expect(card.earlier.map(\.id) == [parcel.id] && card.groups.count <= 2 && !card.groups.isEmpty)
      // Not though the index changes.
      try ward.list([jan, an, piet, Patient(localID: "L9", nationalID: nil, family: "New", given: "Patient")])
      try ward.receive()
      #expect(try ward.parcel(part.id).reasonCode == "study-split")
      let error = #expect(throws: DeskError.self) {
        try ward.desk.accept(part.id, patient: "L1", reason: "his")
      }
      #expect(error?.message.contains("worklist split") == true)
    }
    // Both parts are one entry; each image gets the names that its patient's have.
    let waiting = try #require(try ward.desk.worklist().items.first)
    #expect(waiting.parts.count == 2)
    try split(waiting.parcel, "L1", "L2")
    try ward.receive()
    let files = try files()
    #expect(files.count == 5 && Set(files.map(\.study)).count == 2)
    for (patient, count) in [("L1", 3), ("L2", 2)] {
      #expect(files.filter { $0.patient == patient }.count == count)
      #expect(Set(files.filter { $0.patient == patient }.map(\.study)).count == 1)
    }
    try expectInOrder()
  }

  @Test func aSplitIsTakenBackAsAWhole() throws {
    let parcel = try held()
    try split(parcel, "L1", nil)
    try ward.receive()
    let undone = try ward.desk.undo(parcel.id, reason: "An was here, too")
    #expect(undone.map(\.state) == [.held] && undone[0].split == nil && undone[0].leftOut == 0)
    try expectInOrder()
    try ward.receive()
    #expect(try files().isEmpty)
    #expect(try ward.parcel(parcel.id).recall == Recalled(files: 2, taken: 0, changed: 0))
    try split(parcel, "L1", "L2")
    try ward.receive()
    #expect(try files().count == 3)
    _ = try ward.desk.undo(parcel.id, reason: "all wrong")
    try ward.receive()
    #expect(try files().isEmpty)
    #expect(try ward.parcel(parcel.id).recall == Recalled(files: 3, taken: 0, changed: 0))
    let undoings = try ward.ch2.journal.events(parcel: parcel.id).filter { $0.what == "undone" }
    #expect(undoings.map(\.patient) == ["L1", "L1", "L2"])
    // Each record that was told is told that it was wrong.
    let records = try ward.ch2.journal.recordMessages(parcel: parcel.id)
    #expect(records.filter { $0.kind == .correction }.map(\.patient) == ["L1", "L1", "L2"])
    try expectInOrder()
  }

  @Test(arguments: ["study", "flat"]) func bothLayoutsHaveAMarkerForEach(_ layout: String) throws {
    try ward.configure("\n[import]\nlayout = \"\(layout)\"\nmarker = \".ok\"\npickup = \"watch\"\n")
    let parcel = try held()
    try split(parcel, "L1", "L2")
    try ward.receive()
    #expect(try ward.parcel(parcel.id).state == .offered)
    let top = ward.ch2.configuration.importing.path
    func all() throws -> [FilePath] {
      try Disk().files(below: top, depth: 5, skip: { _ in false }).map(\.path).filter {
        $0.lastComponent?.string != "README"
      }
    }
    #expect(try all().filter { $0.string.hasSuffix(".ok") }.count == 2 && all().count == 5)
    // The PACS takes one patient's, and later the other's.
    let his = try #require(
      try ward.parcel(parcel.id).split?.given.first { $0.patient == "L1" }?.folder ?? "\(parcel.id).p1")
    for path in try all() where path.string.contains(layout == "flat" ? "\(parcel.id).p1" : "/\(his)/") {
      try Disk().removeFile(path)
    }
    try ward.receive()
    #expect(try ward.parcel(parcel.id).state == .offered)
    for path in try all() where !path.string.hasSuffix("/.ok") { try Disk().removeFile(path) }
    try ward.receive()
    #expect(try ward.parcel(parcel.id).state == .imported)
    try expectInOrder()
  }

  @Test func aPatientWhoIsGoneStopsItAndItCanBeSplitOnceMore() throws {
    let parcel = try held()
    try split(parcel, "L1", "L2")
    try ward.list([jan, piet])
    try ward.receive()
    let now = try ward.parcel(parcel.id)
    #expect(now.state == .held && now.reasonCode == "patient-gone" && now.split == nil)
    #expect(try files().isEmpty)
    try ward.list([jan, an, piet])
    try split(parcel, "L1", "L2")
    try ward.receive()
    #expect(try ward.parcel(parcel.id).state == .imported)
    try expectInOrder()
  }

  // MARK: What a clerk is told

  private func refusal(_ parcel: InboundParcel, _ fates: [Desk.Fate], reason: String = "x") -> DeskError? {
    #expect(throws: DeskError.self) { try ward.desk.split(parcel.id, fates, reason: reason) }
  }

  @Test func aClerkIsToldWhatIsWrong() throws {
    let parcel = try held()
    let (one, two) = (Desk.Fate(group: 1, patient: "L1"), Desk.Fate(group: 2, patient: "L2"))
    #expect(refusal(parcel, [one])?.message.contains("Nothing is said of group 2.") == true)
    #expect(refusal(parcel, [one])?.lines.count == 2)
    #expect(refusal(parcel, [one, one])?.message.contains("Group 1 is named twice.") == true)
    #expect(refusal(parcel, [one, two, .init(group: 3, patient: nil)])?.message.contains("no group 3") == true)
    #expect(refusal(parcel, [one, .init(group: 2, patient: "L77")])?.code == .notFound)
    #expect(refusal(parcel, [one, two], reason: " ")?.code == .needsReason)
    let same = refusal(parcel, [one, .init(group: 2, patient: "L1")])
    #expect(same?.message.contains("which is no split") == true && same?.lines.count == 2)
    let none = refusal(parcel, [.init(group: 1, patient: nil), .init(group: 2, patient: nil)])
    #expect(none?.message.contains("worklist reject") == true)
    // The other way round: numbers, names, birth dates and sexes tell.
    let swapped = refusal(parcel, [.init(group: 1, patient: "L2"), .init(group: 2, patient: "L1")])
    #expect(swapped?.code == .needsReason)
    #expect(swapped?.lines.contains { $0.contains("is that of patient L1") } == true, "\(swapped?.lines ?? [])")
    #expect(swapped?.lines.contains { $0.hasPrefix("group 2, patient L1: birth-date") } == true)
    #expect(try ward.parcel(parcel.id).state == .held)
    _ = try ward.desk.split(
      parcel.id, [one, .init(group: 2, patient: "L3")], reason: "asked", despiteDifferences: true)
    #expect(refusal(parcel, [one, two])?.code == .notFound, "somebody decided meanwhile")
  }

  @Test func oneStudyOfOnePatientIsNotSplit() throws {
    try ward.list([an, piet])
    let parcel = try ward.send(Ward.subject)
    #expect(parcel.state == .held)
    let error = refusal(parcel, [.init(group: 1, patient: "L2")])
    #expect(error?.message.contains("worklist accept") == true)
  }
}
