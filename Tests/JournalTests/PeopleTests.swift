import Foundation
import Journal
import Testing

/// What people look for: patients, and the trace of a study.
@Suite struct PeopleTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func patient(_ number: Int, _ family: String = "Testsson", _ given: String = "Test") -> Patient {
    Patient(
      localID: "L\(number)", nationalID: "\(90_000_000_000 + number)", family: family, given: given,
      birthName: number == 1 ? "Birthname" : nil, birthDate: "19900101", sex: "O")
  }

  // MARK: Patients

  @Test func theIndexIsReplacedAsAWhole() throws {
    #expect(try journal.replacePatients((1...10).map { patient($0) }, mayShrink: false) == (0, 10))
    #expect(try journal.patient(localID: "L3") == patient(3))
    #expect(try journal.replacePatients((5...14).map { patient($0) }, mayShrink: false) == (10, 10))
    #expect(try journal.patient(localID: "L3") == nil)
    #expect(try journal.patients(nationalID: "90000000014").map(\.localID) == ["L14"])
    #expect(try journal.patients(nationalID: "1").isEmpty)
  }

  @Test func aListThatIsCutOffIsRefusedAndChangesNothing() throws {
    _ = try journal.replacePatients((1...10).map { patient($0) }, mayShrink: false)
    let error = #expect(throws: JournalError.self) {
      try journal.replacePatients((1...7).map { patient($0) }, mayShrink: false)
    }
    #expect(error?.code == .shrinks)
    #expect(error?.message.contains("7") == true && error?.message.contains("--confirm-shrink") == true)
    #expect(throws: JournalError.self) { try journal.replacePatients([], mayShrink: false) }
    #expect(try journal.findPatients("Test").count == 10)
    #expect(try journal.replacePatients((1...8).map { patient($0) }, mayShrink: false) == (10, 8))
    #expect(try journal.replacePatients([patient(1)], mayShrink: true) == (8, 1))
  }

  @Test func aListThatCannotBeTakenAsAWholeChangesNothing() throws {
    _ = try journal.replacePatients((1...10).map { patient($0) }, mayShrink: false)
    #expect(throws: (any Error).self) {
      try journal.replacePatients((20...30).map { patient($0) } + [patient(25)], mayShrink: false)
    }
    #expect(try journal.findPatients("Test").map(\.localID).contains("L10"))
    #expect(try journal.findPatients("Test").count == 10)
  }

  @Test func twoPatientsOfOneNationalIdentifierAreBothFound() throws {
    var second = patient(2)
    second.nationalID = patient(1).nationalID
    second.active = false
    _ = try journal.replacePatients([patient(1), second], mayShrink: false)
    #expect(try journal.patients(nationalID: "90000000001").map(\.localID) == ["L1", "L2"])
  }

  @Test(arguments: [
    ("testsson", 4), ("TESTSSON", 4), ("MÜLLER", 1), ("müller", 1), ("jürgen müller", 1), ("Müller Jürgen", 1),
    ("birthname", 1), ("L3", 1), ("l3", 1), ("90000000002", 1), ("100%", 1), ("%", 1), ("_", 1), ("a_b", 1),
    ("O'Test", 1), ("'", 1), ("\"", 1), ("\\", 1), ("' OR 1=1 --", 0), ("'; DROP TABLE patient; --", 0), ("axb", 0),
    ("100x", 0), ("nobody", 0), ("", 9),
  ])
  func patientsAreFoundByWhatStandsThere(text: String, count: Int) throws {
    _ = try journal.replacePatients(
      [
        patient(1), patient(2), patient(3), patient(4), patient(5, "Müller", "Jürgen"), patient(6, "100%", "Sure"),
        patient(7, "a_b", "Under"), patient(8, "O'Test", "Quote"), patient(9, "Back\\slash", "\"Nick\""),
      ], mayShrink: false)
    #expect(try journal.findPatients(text).count == count)
    #expect(try journal.findPatients("", limit: 3).count == 3)
    #expect(try journal.patient(localID: text) == nil || text == "L3")
  }

  // MARK: Trace

  /// A study that was sent, and one that was received, with others beside them.
  private func history() throws {
    let study = try scene.take(2, of: "1.2.33", id: "hold-a")
    try journal.record(Event("claimed", study: "1.2.33", file: "/export/IM1", "two instances"))
    try scene.seal(study, as: "parcel-a", instances: 2)
    try journal.record(Event("shipped", site: "ch2", parcel: "parcel-a", "on its way"))
    try scene.seal(scene.take(1, of: "1.2.44", id: "hold-b"), as: "parcel-b", instances: 1)
    try scene.arrive("parcel-c", instances: 1)
    try scene.set("parcel-c", to: .accepted, study: "1.2.55")
    try journal.imported(
      "parcel-c", instances: [("1.2.55.1.1", "aa")],
      event: Event(
        "imported", site: "ch1", study: "1.2.55", parcel: "parcel-c", patient: "L17", file: "/import/1.2.55", "done")
    ) { $0.state = .imported }
    try journal.record(Event("patients", file: "list_100%.csv", "read"))
  }

  @Test(arguments: [
    ("1.2.33", ["claimed", "sealed", "shipped"]), ("parcel-a", ["claimed", "sealed", "shipped"]),
    ("1.2.33.1.2", ["claimed", "sealed", "shipped"]), ("IM1", ["claimed", "sealed", "shipped", "sealed"]),
    ("/export/1.2.33", ["claimed", "sealed", "shipped"]), ("hold-a", ["claimed", "sealed", "shipped"]),
    ("parcel-b", ["sealed"]), ("L17", ["arrived", "imported"]), ("1.2.55.1.1", ["arrived", "imported"]),
    ("parcel-c", ["arrived", "imported"]), ("/import/1.2.55", ["arrived", "imported"]), ("100%", ["patients"]),
    ("_100", ["patients"]), ("nothing", []), ("' OR 1=1 --", []), ("%x%", []),
  ])
  func aTraceFindsAllThatIsKnown(text: String, what: [String]) throws {
    try history()
    #expect(try journal.trace(text).map(\.what) == what)
  }

  @Test func aTraceIsInTimeOrderAndBounded() throws {
    for number in 1...50 { try journal.record(Event("e\(number)", study: "1.2", "x")) }
    #expect(try journal.trace("1.2").map(\.what) == (1...50).map { "e\($0)" })
    #expect(try journal.trace("1.2", limit: 3).map(\.what) == ["e1", "e2", "e3"])
    let times = try journal.trace("1.2").map(\.at)
    #expect(times == times.sorted())
  }
}
