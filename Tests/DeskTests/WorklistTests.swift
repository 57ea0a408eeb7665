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
    #expect(try scene.desk.worklistCard(second.id).earlier.map(\.id) == [first.id])
    // For the same patient that is no objection.
    let same = expectFailure(.needsReason) { _ = try scene.desk.accept(second.id, patient: "L1", reason: nil) }
    #expect(same?.lines.contains { $0.contains("came before") } == false)
    #expect(try scene.desk.accept(second.id, patient: "L2", reason: "the order was wrong").map(\.patient) == ["L2"])
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
