import Foundation
import Testing

@testable import Journal

/// The patient index.
@Suite struct PatientTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func patient(_ number: Int, _ family: String = "Testsson", _ given: String = "Test") -> Patient {
    Patient(
      localID: "L\(number)", nationalID: "\(90_000_000_000 + number)", family: family, given: given,
      birthName: number == 1 ? "Birthname" : nil, birthDate: "19900101", sex: "O")
  }

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
}
