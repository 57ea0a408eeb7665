import Custody
import Desk
import Foundation
import IntakeRecipes
import Journal
import Patients
import Records
import Spool
import SystemPackage
import Testing

/// What the EHR is told of an import, and what its answers do.
struct RecordTests {
  /// A site with one study of one patient, imported or waiting.
  private final class Scene {
    let root: FilePath
    let site: Hospital
    let desk: Desk
    let parcel: String

    init(_ settings: String = "", accepting isAccepted: Bool = true) throws {
      root = FilePath(FileManager.default.temporaryDirectory.path).appending("record-\(UUID().uuidString)")
      let (ch1, ch2) = try Hospital.partners(in: root, "[records]\n\(settings)")
      site = ch2
      desk = Desk(LocalSite(ch2.configuration, journal: ch2.journal), actor: Actor("clerk"))
      let put = try Put(1, "ch2/*", in: ch1.configuration.sources[0].path)
      try put.file("IM1", put.image)
      try ch1.collect()
      try Exchange.carry(from: ch1, to: ch2)
      try ch2.receive()
      parcel = try #require(try ch2.journal.inboundParcels(in: [.held], limit: 1).first?.id)
      guard isAccepted else { return }
      _ = try desk.accept(parcel, patient: "L1", reason: "a test file")
      try ch2.receive()
    }

    deinit { try? Disk().removeTree(root) }

    var row: RecordMessage { get throws { try #require(try site.journal.recordMessages(parcel: parcel).last) } }
    func file(_ name: String) -> FilePath { site.spool[.records].appending(name) }

    /// The EHR takes every message, and answers some way.
    func answer(_ code: String, _ more: String = "", to id: String? = nil, as name: String = "a.hl7") throws {
      let id = try id ?? row.id
      let text = "MSH|^~\\&|EHR||STUDYPOST||20261128||ACK|9|P|2.5.1\rMSA|\(code)|\(id)\(more)\r"
      try Disk().write(Array(text.utf8), to: site.spool[.recordAcks].appending(name))
      try site.receive()
    }

    func names(_ folder: Folder) throws -> [String] {
      try Disk().names(of: site.spool[folder]).filter { $0 != "README" && $0 != "acks" && $0 != "bad" }.sorted()
    }
  }

  @Test func anAnswerEndsAMessageAndGoes() throws {
    let scene = try Scene()
    let row = try scene.row
    #expect(row.state == .written && row.due != nil && row.patient == "L1")
    #expect(try scene.names(.records) == ["\(scene.parcel).hl7"])
    #expect(try scene.desk.records(all: false).items.map(\.id) == [row.id])
    try scene.answer("AA")
    #expect(try scene.row.state == .accepted && scene.row.due == nil)
    #expect(try scene.names(.recordAcks) == [] && scene.desk.records(all: false).total == 0)
    // Once more, as after a kill between the journal and the file: nothing new.
    let lines = try scene.site.journal.lastEvent()
    try scene.answer("CA")
    #expect(try scene.names(.recordAcks) == [] && scene.site.journal.lastEvent() == lines)
  }

  @Test func anErrorWaitsForAPersonInTheEHRsWordsWithoutThePatient() throws {
    let scene = try Scene()
    try scene.answer("AE", "|No patient L1, LOCAL Patient")
    #expect(try scene.row.state == .failed && scene.row.words == "No patient L1, LOCAL Patient")
    let alert = try #require(try scene.site.journal.alert("records-failed"))
    #expect(alert.message.contains("AE No … …, … …") && !alert.message.contains("LOCAL"), "\(alert.message)")
    let id = try scene.row.id
    try Disk().removeFile(scene.file("\(scene.parcel).hl7"))
    _ = try scene.desk.retry(record: id)
    try scene.site.receive()
    #expect(try scene.row.state == .written && scene.site.journal.alert("records-failed")?.key == nil)
    let text = try Disk().readSmall(scene.file("\(scene.parcel).hl7"), limit: 10_000)
    #expect(String(decoding: text, as: UTF8.self).contains("|\(id)|P|2.5.1"), "the same control id")
    _ = try scene.desk.discard(record: id, reason: "no use")
    try scene.site.receive()
    #expect(try scene.names(.records) == [] && scene.row.state == .discarded)
    #expect(throws: DeskError.self) { try scene.desk.discard(record: id, reason: "again") }
  }

  @Test func whatTheEHRCannotTakeNowIsWrittenAgain() throws {
    let scene = try Scene()
    try Disk().removeFile(scene.file("\(scene.parcel).hl7"))
    try scene.answer("AR")
    #expect(try scene.row.state == .deferred && scene.names(.records) == [])
    try scene.site.journal.postpone(recordMessages: [scene.row.id], to: "2026")
    try scene.site.receive()
    #expect(try scene.row.state == .written && scene.row.attempts == 2 && scene.names(.records).count == 1)
  }

  @Test func anEHRThatNeverAnswersIsToldOfAndNotFlooded() throws {
    let scene = try Scene()
    let id = try scene.row.id
    func pass() throws {
      try scene.site.journal.postpone(recordMessages: [id], to: "2026")
      try scene.site.receive()
    }
    // It lies there unread: nothing to repeat.
    try pass()
    #expect(try scene.row.attempts == 1)
    for attempts in [2, 3, 3, 3] {
      try Disk().removeFile(scene.file("\(scene.parcel).hl7"))
      try pass()
      #expect(try scene.row.attempts == attempts)
    }
    let alert = try #require(try scene.site.journal.alert("records-unanswered"))
    #expect(alert.remedy.contains("records.ack = \"none\""))
    try scene.answer("AA")
    try scene.site.receive()
    #expect(try scene.row.state == .accepted && scene.site.journal.alert("records-unanswered")?.key == nil)
  }

  @Test func withoutAnswersNothingIsAwaited() throws {
    let scene = try Scene("ack = \"none\"")
    #expect(try scene.row.due == nil && scene.desk.records(all: false).total == 0)
    try scene.answer("AA")
    #expect(try scene.names(.recordAcks) == ["a.hl7"], "the folder is the EHR's own")
  }

  @Test func whatAnswersNothingIsPutAsideWithItsReason() throws {
    let scene = try Scene()
    let folder = scene.site.spool[.recordAcks]
    try Disk().write("PID|1\r".utf8, to: folder.appending("b.hl7"))
    try Disk().write([UInt8](repeating: 0x41, count: 5 << 20), to: folder.appending("c.hl7"))
    try Disk().write(".".utf8, to: folder.appending("d.tmp"))
    try scene.answer("AA", to: "of another system")
    #expect(try scene.row.state == .written && scene.names(.recordAcks) == ["d.tmp"])
    let bad = try Disk().names(of: scene.site.spool[.recordAcksBad]).filter { $0 != "README" }
    #expect(bad.count == 6)
    let reasons = try bad.filter { $0.hasSuffix(".WHY.txt") }.sorted { $0.suffix(14) < $1.suffix(14) }.map {
      String(decoding: try Disk().readSmall(scene.site.spool[.recordAcksBad].appending($0), limit: 4096), as: UTF8.self)
    }
    #expect(reasons[0].contains("of another system") && reasons[1].contains("MSH") && reasons[2].contains("bytes"))
    #expect(try scene.desk.status().concerns.contains { $0.code == "answers" && $0.count == 3 })
  }

  /// What undoing an import owes the EHR.
  @Test func aCorrectionTakesBackWhatWasToldAndTheNextResultIsANewOne() throws {
    let scene = try Scene()
    let journal = scene.site.journal
    let writer = RecordWriter(scene.site.configuration, patients: scene.site.patients)
    let parcel = try #require(try journal.inboundParcel(scene.parcel))
    let first = try scene.row
    let corrections = try writer.corrections(of: parcel, knowing: journal.recordMessages(parcel: parcel.id))
    #expect(corrections.count == 1 && corrections[0].id != first.id && corrections[0].reference == first.id)
    try journal.add(corrections[0], event: Event("undone", "x"))
    try scene.site.receive()
    // The wrong one was not read yet: only the correction lies there.
    #expect(try scene.names(.records) == ["\(scene.parcel)_2.hl7"])
    #expect(try journal.recordMessage(first.id)?.state == .discarded)
    let known = try journal.recordMessages(parcel: parcel.id)
    #expect(try writer.corrections(of: parcel, knowing: known).isEmpty)
    let next = try #require(try writer.result(for: parcel, patient: "L1", study: parcel.study, knowing: known))
    #expect(!known.map(\.id).contains(next.id) && next.reference == next.id)
    try journal.add(next, event: Event("imported", "x"))
    try scene.site.receive()
    #expect(try scene.names(.records) == ["\(scene.parcel)_2.hl7", "\(scene.parcel)_3.hl7"], "a correction stays owed")
  }

  @Test func aPatientWhomTheEHRRegistersOnRequestIsProposed() throws {
    let scene = try Scene(accepting: false)
    let (_, message) = try scene.desk.requestPatient(scene.parcel, reason: nil)
    try scene.site.receive()
    let text = try String(
      decoding: Disk().readSmall(scene.file("\(scene.parcel).hl7"), limit: 10_000), as: UTF8.self)
    #expect(text.contains("ADT^A28^ADT_A05") && text.contains("\(message.reference)^^^STUDYPOST^PT"))
    #expect(try scene.desk.worklistCard(scene.parcel).request?.patient == nil)
    let error = #expect(throws: DeskError.self) { try scene.desk.requestPatient(scene.parcel, reason: nil) }
    #expect(error?.message.contains("asked the EHR on") == true)
    let adt =
      "MSH|^~\\&|EHR||||20261128120000||ADT^A28|1|P|2.5.1\rEVN||20261128120000\r"
      + "PID|1||\(message.reference)^^^STUDYPOST^PT~L77^^^EHR^PI||Registered^Person||19700101|F\r"
    try Disk().write(Array(adt.utf8), to: scene.site.spool[.patients].appending("adt.hl7"))
    try scene.site.receive()
    let request = try #require(try scene.desk.worklistCard(scene.parcel).request)
    #expect(request.patient?.localID == "L77" && request.words.contains("it did, as L77"))
  }

  @Test func withoutMessagesTheClerkIsToldWhatToDoInstead() throws {
    let scene = try Scene("format = \"none\"", accepting: false)
    let error = #expect(throws: DeskError.self) { try scene.desk.requestPatient(scene.parcel, reason: nil) }
    #expect(error?.message.contains("by hand") == true)
    _ = try scene.desk.accept(scene.parcel, patient: "L1", reason: "a test file")
    try scene.site.receive()
    #expect(try scene.site.journal.recordMessages(parcel: scene.parcel).isEmpty && scene.names(.records) == [])
  }
}
