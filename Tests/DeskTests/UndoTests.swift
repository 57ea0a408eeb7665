import Custody
import Desk
import Executor
import Foundation
import Journal
import Parcel
import PatientLists
import SystemPackage
import Testing

/// A study that was given to a patient comes back.
struct UndoTests {
  private let scene: Scene
  private var folder: FilePath { scene.spool[.import].appending("1.2.3") }

  init() throws {
    scene = try Scene()
    try scene.patients.replace(with: patients)
  }

  private func alert(_ parcel: InboundParcel) throws -> StandingAlert? {
    try scene.journal.alerts(limit: 10).first { $0.key == Alert.undone(parcel.id) }
  }

  private func expectInOrder(_ location: SourceLocation = #_sourceLocation) throws {
    #expect(try scene.desk.audit(deep: true).problems == [], sourceLocation: location)
    #expect(try scene.desk.audit().isBalanced, sourceLocation: location)
  }

  @Test func whatThePACSHasNotTakenIsTakenOutAgain() throws {
    let parcel = try scene.imported()
    #expect(scene.exists(folder.appending("1.dcm")))
    expectFailure(.needsReason) { try scene.desk.undo(parcel.id, reason: " ") }
    let undone = try scene.desk.undo(String(parcel.id.dropLast(2)), reason: "the twin's number")
    #expect(undone.map(\.id) == [parcel.id] && undone[0].state == .held && undone[0].undone == 1)
    #expect(undone[0].reasonCode == "undone" && undone[0].patient == nil)
    let ledger = try scene.journal.ledger().in
    #expect(ledger.held == 1 && ledger.imported == 0)
    try expectInOrder()
    // The decision moves nothing: the receiver does.
    #expect(scene.exists(folder))
    try scene.perform(.receive)
    #expect(!scene.exists(folder))
    #expect(!scene.exists(scene.spool[.unpacked(parcel: parcel.id)]))
    #expect(scene.exists(scene.spool[.heldInbound(parcel: parcel.id)].appending("WHY.txt")))
    #expect(scene.exists(scene.spool[.received(parcel: parcel.id)]))
    #expect(try scene.receipts().contains("\(parcel.id).held.json"))
    #expect(try !scene.receipts().contains("\(parcel.id).imported.json"))
    let now = try #require(try scene.journal.inboundParcel(parcel.id))
    #expect(now.recall == Recalled(files: 2, taken: 0, changed: 0))
    #expect(try alert(now) == nil)
    try expectInOrder()

    let event = try #require(try scene.journal.events(parcel: parcel.id).first { $0.what == "undone" })
    #expect(event.actor == "clerk" && event.patient == "L1" && event.detail.contains("the twin's number"))
    #expect(try scene.desk.worklistCard(parcel.id).undone.map(\.what) == ["undone", "recalled"])
    // Whoever gives it away now says why, even to another patient.
    expectFailure(.needsReason) { try scene.desk.accept(parcel.id, patient: "L2", reason: nil) }
    let accepted = try scene.desk.accept(parcel.id, patient: "L2", reason: "she was examined")
    #expect(accepted[0].patient == "L2" && accepted[0].undone == 1)
    try expectInOrder()
  }

  @Test func whatThePACSHasIsSaidUntilSomebodyDecidesAnew() throws {
    let parcel = try scene.imported(["1.dcm", "2.dcm", "3.dcm"])
    try FileManager.default.removeItem(atPath: folder.appending("1.dcm").string)
    try scene.desk.undo(parcel.id, reason: "wrong patient")
    try scene.perform(.receive)
    let now = try #require(try scene.journal.inboundParcel(parcel.id))
    #expect(now.recall == Recalled(files: 3, taken: 1, changed: 0))
    #expect(try alert(now)?.message.contains("The PACS has 1 of 3: delete them there.") == true)
    #expect(try scene.desk.worklistCard(parcel.id).undone.last?.detail.contains("1 of 3") == true)
    let error = expectFailure(.needsReason) { try scene.desk.accept(parcel.id, patient: "L2", reason: nil) }
    #expect(error?.lines.contains { $0.contains("The PACS has 1 of 3") } == true)
    try scene.desk.accept(parcel.id, patient: "L2", reason: "deleted there")
    #expect(try alert(now) == nil)
  }

  /// The PACS may have taken the folder, and another part of the study may lie in its place.
  @Test func whatIsNotOursOrChangedIsLeftAlone() throws {
    let parcel = try scene.imported(["1.dcm", "2.dcm", "3.dcm"])
    try FileManager.default.removeItem(atPath: folder.appending("1.dcm").string)
    try scene.write("coerced file 1.dcm", to: folder.appending("1.dcm"))
    try scene.write("changed", to: folder.appending("2.dcm"))
    try scene.write("the PACS's own", to: folder.appending("index"))
    try scene.desk.undo(parcel.id, reason: "wrong patient")
    try scene.perform(.receive)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
    #expect(left == ["1.dcm", "2.dcm", "index"])
    let now = try #require(try scene.journal.inboundParcel(parcel.id))
    #expect(now.recall == Recalled(files: 3, taken: 0, changed: 2))
    #expect(try alert(now)?.message.contains("left alone") == true)
  }

  @Test func filesThatLieSideBySideAreTakenOutWithTheirMarker() throws {
    let other = try scene.imported(["1.dcm"], study: "1.2.4", flat: true)
    let parcel = try scene.imported(["1.dcm", "2.dcm"], flat: true)
    let target = scene.spool[.import]
    #expect(scene.exists(target.appending("\(parcel.id).ok")))
    try scene.desk.undo(parcel.id, reason: "wrong patient")
    try scene.perform(.receive)
    let left = try FileManager.default.contentsOfDirectory(atPath: target.string).sorted()
    #expect(left == ["\(other.id)-1.dcm", "\(other.id).ok", "README"].sorted())
    #expect(try scene.journal.inboundParcel(parcel.id)?.recall == Recalled(files: 2, taken: 0, changed: 0))
  }

  /// What was not handed over yet does not get to the PACS at all.
  @Test func whatIsOnlyStagedNeverGetsToThePACS() throws {
    let parcel = try scene.arrived()
    try scene.journal.change(inboundParcel: parcel.id, by: .matched, event: nil) {
      $0.patient = "L1"
      $0.study = "1.2.3"
    }
    try scene.desk.undo(parcel.id, reason: "wrong patient")
    try scene.perform(.receive)
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .held)
    try scene.desk.accept(parcel.id, patient: "L1", reason: "right after all")
    try scene.perform(.receive)
    try scene.stage(parcel.id, ["1.dcm"])
    try scene.desk.undo(parcel.id, reason: "wrong after all")
    try scene.perform(.receive)
    #expect(!scene.exists(folder))
    let now = try #require(try scene.journal.inboundParcel(parcel.id))
    #expect(now.undone == 2 && now.recall == Recalled(files: 1, taken: 0, changed: 0))
    try expectInOrder()
  }

  @Test func allPartsOfTheStudyThatThePatientHasComeBackTogether() throws {
    let first = try scene.imported()
    let second = try scene.imported(["1.dcm"])
    // A person gave another part to somebody else, and nobody takes that back here.
    let others = try scene.onWorklist()
    try scene.desk.accept(others.id, patient: "L2", reason: "the sender says so")
    let undone = try scene.desk.undo(second.id, reason: "wrong patient")
    #expect(Set(undone.map(\.id)) == [first.id, second.id])
    #expect(try scene.journal.inboundParcel(others.id)?.state == .accepted)
    try scene.perform(.receive)
    #expect(try scene.desk.worklist().items.map(\.parts.count) == [2])
    let accepted = try scene.desk.accept(first.id, patient: "L2", reason: "hers")
    #expect(accepted.count == 2 && accepted.allSatisfy { $0.patient == "L2" })
    try scene.perform(.receive)
    try expectInOrder()
  }

  @Test func withoutTheOriginalNothingIsTakenBack() throws {
    let parcel = try scene.imported()
    try scene.journal.change(inboundParcel: parcel.id, by: .purged, event: nil)
    try scene.perform(.receive)
    let error = expectFailure(.files) { try scene.desk.undo(parcel.id, reason: "wrong patient") }
    #expect(error?.message.contains("retention.imported") == true && error?.lines.count == 1)
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .imported)
    #expect(scene.exists(folder))
    expectFailure(.notFound) { try scene.desk.undo(scene.onWorklist().id, reason: "waits already") }
  }
}
