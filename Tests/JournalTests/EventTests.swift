import Custody
import Testing

@testable import Journal

@Suite struct EventTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws {
    scene = try Scene()
    for number in 1...5 {
      try journal.record(
        Event("claimed", by: "ann", site: "ch2", study: "1.\(number)", patient: "TEST-\(number)", "Line \(number)."))
    }
  }

  @Test func aHistoryThatNobodyTouchedHolds() throws { #expect(try journal.firstBrokenEvent() == nil) }

  @Test(arguments: [
    ("UPDATE event SET detail = 'other' WHERE id = 3", 3), ("UPDATE event SET actor = NULL WHERE id = 2", 2),
    ("UPDATE event SET actor = '' WHERE id = 1", 1),
    ("UPDATE event SET study = patient, patient = study WHERE id = 4", 4),
    ("UPDATE event SET at = '2020-01-01T00:00:00.000Z' WHERE id = 5", 5),
    ("UPDATE event SET chain = 'ab' WHERE id = 5", 5), ("DELETE FROM event WHERE id = 1", 2),
    ("DELETE FROM event WHERE id = 3", 4), ("DELETE FROM event WHERE id = 5", 5), ("DELETE FROM event", 1),
    ("UPDATE event SET id = 9 WHERE id = 2", 3),
    ("INSERT INTO event (id, at, what, detail, chain) SELECT 0, at, what, detail, chain FROM event WHERE id = 1", 0),
    ("INSERT INTO event (at, what, detail, chain) SELECT at, what, detail, chain FROM event WHERE id = 5", 6),
  ]) func aLineThatWasChangedRemovedOrInsertedIsFound(_ statement: String, _ line: Int64) throws {
    try scene.execute(statement)
    #expect(try journal.firstBrokenEvent() == line)
  }

  @Test func theHistoryGoesOnAfterAFailedCommit() throws {
    scene.commits.fail(1)
    #expect(throws: JournalError.self) { try journal.record(Event("x", "x")) }
    try journal.record(Event("y", "x"))
    #expect(try journal.firstBrokenEvent() == nil)
  }

  @Test func fieldsThatRunTogetherAreToldApart() {
    var (one, two) = (Event("a", study: "1", parcel: "2", "x"), Event("a", study: "1\u{1F}+2", "x"))
    two.at = one.at
    #expect(one.link(after: "") != two.link(after: ""))
    one.detail = "x"
    two.study = "1"
    two.parcel = "2"
    #expect(one.link(after: "") == two.link(after: ""))
    #expect(one.link(after: "") != one.link(after: "a"))
  }

  @Test func aTraceFindsWhateverIsKnownOfAStudy() throws {
    try journal.take(2, of: "1.2.3", id: "study-7")
    try journal.close("study-7")
    try journal.seal("study-7", as: "parcel-7", instances: 2)
    try journal.go("parcel-7", .shipped)
    let all = try journal.trace("1.2.3").map(\.what)
    #expect(all == ["opened", "sealed", "shipped"])
    for text in ["parcel-7", "study-7", "1.2.3.1.2", "IM2"] {
      #expect(try journal.trace(text).map(\.what) == all, "\(text)")
    }
    #expect(try journal.trace("1.2.3", limit: 2).count == 2)
    #expect(try journal.trace("TEST-3").map(\.detail) == ["Line 3."])
    #expect(try journal.trace("100%").isEmpty && journal.trace("1_2").isEmpty)
    #expect(try journal.events(parcel: "parcel-7").map(\.what) == ["sealed", "shipped"])
  }

  @Test func aTraceFindsAStudyByItsPatient() throws {
    _ = try journal.intend(
      toClaim: [instance(1, of: "1.9")], study: "1.9", newID: "s", expected: nil,
      subject: Subject(
        owner: "", study: "1.9", patientID: "TEST-PID", patientName: "Tëster^Ann", accessionNumber: "ACC1"))
    for text in ["TEST-PID", "ACC1", "tëster ann", "TËSTER"] {
      #expect(try journal.trace(text).map(\.what) == ["opened"], "\(text)")
    }
    #expect(try journal.subject(of: "s")?.patientID == "TEST-PID")
  }
}
