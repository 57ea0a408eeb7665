import Custody
import Desk
import Executor
import Foundation
import Journal
import Parcel
import PatientLists
import Testing

/// What a clerk decides about inbound studies.
struct WorklistTests {
  @Test func acceptingIsOneTransactionWithTheActor() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    let parcel = try scene.onWorklist()
    // Nobody held what the sender says against the index: that is a disagreement.
    expectFailure(.needsReason) { _ = try scene.desk.accept(parcel.id, patient: "L1", reason: nil) }
    expectFailure(.needsReason) { _ = try scene.desk.accept(parcel.id, patient: "L1", reason: "  ") }
    expectFailure(.notFound) { _ = try scene.desk.accept(parcel.id, patient: "L9", reason: "phoned") }
    expectFailure(.wrongState) { _ = try scene.desk.accept(parcel.id, patient: "L3", reason: "phoned") }
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .held)

    let accepted = try scene.desk.accept(String(parcel.id.dropLast(3)), patient: "L1", reason: "phoned the ward")[0]
    #expect(accepted.state == .accepted && accepted.patient == "L1" && accepted.isDecidedByPerson)
    let event = try #require(try scene.journal.events(parcel: parcel.id).last)
    #expect(event.what == "accepted" && event.actor == "clerk" && event.patient == "L1")
    #expect(event.detail.contains("phoned the ward"))
    // Nothing is moved by the decision: the receiver removes the reason.
    let folder = scene.spool[.heldInbound(parcel: parcel.id)]
    #expect(scene.exists(folder))
    try scene.perform(.receive)
    #expect(!scene.exists(folder))
    expectFailure(.notFound) { _ = try scene.desk.accept(parcel.id, patient: "L1", reason: "again") }
  }

  @Test func aStudyOfAnotherPatientIsNamedAndNeedsAReason() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    let first = try scene.onWorklist()
    _ = try scene.desk.accept(first.id, patient: "L1", reason: "first")
    let second = try scene.onWorklist()
    let error = expectFailure(.needsReason) { _ = try scene.desk.accept(second.id, patient: "L2", reason: nil) }
    #expect(error?.lines.contains { $0.contains("for patient L1") && $0.contains(first.id) } == true)
    let card = try scene.desk.worklistCard(second.id)
    #expect(card.earlierInWords == ["parcel \(first.id) of this study went to patient L1."])
    // For the same patient that is no objection.
    let same = expectFailure(.needsReason) { _ = try scene.desk.accept(second.id, patient: "L1", reason: nil) }
    #expect(same?.lines.contains { $0.contains("came before") } == false)
    #expect(try scene.desk.accept(second.id, patient: "L2", reason: "the order was wrong").map(\.patient) == ["L2"])
  }

  @Test func manyEarlierPartsAreOneSentenceForEachPatient() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    for _ in 1...10 {
      _ = try scene.desk.accept(scene.onWorklist().id, patient: "L1", reason: "portion")
    }
    let last = try scene.onWorklist()
    #expect(
      try scene.desk.worklistCard(last.id).earlierInWords == ["10 parcels of this study went to patient L1."])
  }

  @Test func whoLooksAtItAndWhatPeopleWroteIsShown() throws {
    let scene = try Scene()
    let parcel = try scene.onWorklist()
    #expect(try scene.desk.assign(parcel.id, to: "anna").parcel.assignee == "anna")
    try scene.desk.comment(parcel.id, "The ward calls back.")
    try scene.desk.comment(parcel.id, "It did.")
    expectFailure(.usage) { try scene.desk.comment(parcel.id, " ") }
    let card = try scene.desk.worklistCard(parcel.id)
    #expect(card.parcel.assignee == "anna")
    #expect(card.comments.map(\.detail) == ["The ward calls back.", "It did."])
    #expect(card.comments.allSatisfy { $0.actor == "clerk" })
    #expect(try scene.desk.worklist().items.map(\.parcel.assignee) == ["anna"])
    #expect(try scene.desk.assign(parcel.id, to: nil).parcel.assignee == nil)
    let words = try scene.journal.events(parcel: parcel.id).map(\.what).filter { $0 != "disclosed" }
    #expect(words.suffix(4) == ["assigned", "commented", "commented", "assigned"])
    _ = try scene.desk.reject(parcel.id, reason: "not ours")
    expectFailure(.notFound) { try scene.desk.assign(parcel.id, to: "anna") }
  }

  @Test func whatThisSiteImportedForAPatientIsFound() throws {
    let scene = try Scene()
    for number in 1...7 { _ = try scene.imported(["\(number).dcm"], for: "L1", study: "1.2.\(number)") }
    _ = try scene.imported(["8.dcm"], for: "L2", study: "1.2.8")
    _ = try scene.imported(["9.dcm"], for: "L1", study: "1.2.7")
    let priors = try scene.journal.imports(patient: "L1", except: "1.2.6", limit: 5)
    #expect(priors.map(\.0.study) == ["1.2.7", "1.2.5", "1.2.4", "1.2.3", "1.2.2"])
  }

  /// One study, two patients: nobody's guess.
  @Test func aStudyOfTwoPatientsIsNeverGivenToOne() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    let decision = """
      {"outcome":{"person":{}},"reasons":[],"candidates":[],"rules":"2","thresholds":{"family":0.9,"given":0.85},
      "identities":[\(Self.identity("A")),\(Self.identity("B"))]}
      """
    let parcel = try scene.onWorklist(decision: decision)
    let error = expectFailure(.wrongState) {
      try scene.desk.accept(parcel.id, patient: "L1", reason: "the name is hers")
    }
    #expect(error?.lines.count == 2 && error?.message.contains("worklist reject") == true)
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .held)
    // The parts of a study may name different patients, too.
    let parts = try Scene()
    try parts.patients.replace(with: patients)
    for name in ["A", "B"] {
      _ = try parts.onWorklist(
        decision: decision.replacing(
          "[\(Self.identity("A")),\(Self.identity("B"))]", with: "[\(Self.identity(name))]"))
    }
    let entry = try #require(try parts.desk.worklist().items.first)
    #expect(entry.parts.count == 2)
    expectFailure(.wrongState) { try parts.desk.accept(entry.parcel.id, patient: "L1", reason: "hers") }
  }

  private static func identity(_ name: String) -> String {
    """
    {"identifiers":[],"name":"\(name)^Test","otherNames":[],"birthDate":"19850730","sex":"F","isDeidentified":false,\
    "studyInstanceUID":"1.2.3","modalities":[],"undecodable":[]}
    """
  }

  @Test func rejectingPutsTheParcelAwayAndTellsTheSenderWhy() throws {
    let scene = try Scene()
    let parcel = try scene.onWorklist()
    expectFailure(.needsReason) { _ = try scene.desk.reject(parcel.id, reason: "") }
    let rejected = try scene.desk.reject(parcel.id, reason: "not our patient")[0]
    let name = try #require(rejected.entry)
    #expect(rejected.state == .rejected && rejected.reasonCode == "rejected-by-clerk")
    let entry = try #require(try scene.journal.quarantineEntry(name))
    #expect(entry.state == .quarantined && entry.item == parcel.id && entry.reason.contains("not our patient"))
    try scene.perform(.receive)
    let item = scene.spool[.quarantined(entry: name, item: parcel.id, of: .receive)]
    #expect(scene.exists(item.appending("manifest.json")))
    #expect(scene.exists(scene.spool[.quarantine(entry: name, of: .receive)].appending("WHY.txt")))
    #expect(!scene.exists(scene.spool[.received(parcel: parcel.id)]))
    #expect(!scene.exists(scene.spool[.heldInbound(parcel: parcel.id)]))
    #expect(try scene.receipts().contains("\(parcel.id).refused.json"))
    let text = try String(
      contentsOfFile: scene.spool.mailbox("ch2").receipts.appending("\(parcel.id).refused.json").string, encoding: .utf8
    )
    #expect(text.contains("rejected-by-clerk") && text.contains("BEGIN AGE ENCRYPTED FILE"))
    #expect(!text.contains("not our patient"))
    #expect(try scene.desk.audit(deep: true).problems == [])

    // Released, it is on the worklist again, with a reason.
    #expect(try scene.desk.release(name).becomes == .worklist(parcel: parcel.id))
    try scene.perform(.receive)
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .held)
    #expect(scene.exists(scene.spool[.heldInbound(parcel: parcel.id)].appending("WHY.txt")))
    #expect(scene.exists(scene.spool[.received(parcel: parcel.id)]))
    #expect(try scene.receipts().contains("\(parcel.id).held.json"))
    #expect(try !scene.receipts().contains("\(parcel.id).refused.json"))
    #expect(try scene.desk.audit(deep: true).isBalanced)
  }

  @Test func aRejectedParcelThatIsDiscardedIsGone() throws {
    let scene = try Scene()
    let parcel = try scene.onWorklist()
    let name = try #require(try scene.desk.reject(parcel.id, reason: "not ours")[0].entry)
    try scene.perform(.receive)
    _ = try scene.desk.discard(entry: name, reason: "told the sender")
    try scene.perform(.receive)
    #expect(!scene.exists(scene.spool[.quarantine(entry: name, of: .receive)]))
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .discarded)
    #expect(try scene.desk.audit().isBalanced)
    expectFailure(.notFound) { _ = try scene.desk.release(name) }
  }
}
