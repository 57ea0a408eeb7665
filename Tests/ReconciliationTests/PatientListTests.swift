import Journal
import NationalID
import Reconciliation
import Testing

@Suite struct PatientListTests {
  private let header = "local_id,national_id,family,given,birth_name,birth_date,sex,active"

  private func read(_ rows: String...) throws -> [Patient] {
    try read(bytes: ([header] + rows).joined(separator: "\n"))
  }

  private func read(bytes text: String) throws -> [Patient] {
    try PatientList.read(csv: Array(text.utf8), schemes: [.belgium])
  }

  private func lines(_ text: String) -> [Int]? {
    do {
      _ = try read(bytes: text)
      return nil
    } catch {
      return (error as? ReconciliationError)?.lines.map(\.line)
    }
  }

  @Test func aRowBecomesAPatient() throws {
    #expect(
      try read("L1,85.07.30-033.28,Peeters,Jan,,1985-07-30,M,true", "L2,,Maes,Anna,Claes,19900102,,0\n") == [
        People.local(),
        Patient(
          localID: "L2", nationalID: nil, family: "Maes", given: "Anna", birthName: "Claes", birthDate: "19900102",
          sex: nil, active: false),
      ])
  }

  @Test func aByteOrderMarkAndCRLFAreAccepted() throws {
    #expect(try read(bytes: "\u{FEFF}\(header)\r\nL1,,Peeters,Jan,,,,1\r\n").map(\.localID) == ["L1"])
    #expect(try read(bytes: header) == [])
  }

  @Test func quotedFieldsKeepCommasQuotesAndUmlauts() throws {
    let patients = try read("\"L1\",,\"Peeters, \"\"Jr\"\"\",\"Jörg\",,,O,1")
    #expect(patients.map(\.family) == ["Peeters, \"Jr\""])
    #expect(patients.map(\.given) == ["Jörg"])
    #expect(patients.map(\.sex) == ["O"])
  }

  @Test(arguments: [
    "", "local_id,national_id,family,given,birth_name,birth_date,sex\n", "L1,,Peeters,Jan,,,,1\n",
    "Local_ID,national_id,family,given,birth_name,birth_date,sex,active\n",
    "local_id;national_id;family;given;birth_name;birth_date;sex;active\n",
  ])
  func onlyTheExactHeaderIsAccepted(_ text: String) {
    #expect(throws: ReconciliationError.self) { try read(bytes: text) }
  }

  @Test(arguments: [
    "L1,85073003329,Peeters,Jan,,,,1", "L1,00000000000,Peeters,Jan,,,,1", ",,Peeters,Jan,,,,1", "L1,,,Jan,,,,1",
    "L1,,Peeters,Jan,,19850230,,1", "L1,,Peeters,Jan,,30/07/1985,,1", "L1,,Peeters,Jan,,,m,1",
    "L1,,Peeters,Jan,,,X,1", "L1,,Peeters,Jan,,,,yes", "L1,,Peeters,Jan,,,,", "L1,,Peeters,Jan,,,", "L1",
    "L1,,Peeters,Jan,,,,1,", "L1,,Pee\"ters,Jan,,,,1", "L1,,\"Peeters\"x,Jan,,,,1", "L1,,\"Peeters,Jan,,,,1",
    "L\\1,,Peeters,Jan,,,,1", "L1,,Peeters^,Jan,,,,1", "L1,,Peeters,\"Jan\nPiet\",,,,1", "L1,,Peeters,J\u{0}n,,,,1",
    "L1,,Peeterspeeterspeeterspeeterspeeters,Janjanjanjanjanjanjanjanjanjanjan,,,,1",
    "0123456789012345678901234567890123456789012345678901234567890123456789,,Peeters,Jan,,,,1",
  ])
  func aWrongRowIsAnErrorOfItsLine(_ row: String) {
    #expect(lines(header + "\nL0,,Maes,Anna,,,,1\n" + row)?.first == 3)
  }

  @Test func lineNumbersCountQuotedLineEnds() {
    #expect(lines(header + "\nL1,,\"Pee\nters\",Jan,,,,1\nL2,,Maes,Anna,,,Q,1\n") == [2, 4])
  }

  @Test func aLocalIDMayStandOnlyOnce() {
    #expect(lines(header + "\nL1,,Peeters,Jan,,,,1\nL2,,Maes,An,,,,1\nL1,,Claes,An,,,,1\n") == [4])
  }

  @Test func twoPatientsMayHaveOneNationalID() throws {
    let patients = try read("L1,85073003328,Peeters,Jan,,,,1", "L2,85073003328,Peeters,Jan,,,,1")
    #expect(patients.count == 2)
  }

  @Test func theFirstTwentyErrorsAreReportedAndAllCounted() {
    let text = header + String(repeating: "\n,,,,,,,", count: 40)
    #expect(lines(text)?.count == 20)
    #expect { try read(bytes: text) } throws: { "\($0)".contains("120 errors") && "\($0)".contains("line 2: ") }
  }

  @Test func whatIsNotUTF8IsAnErrorOfItsLine() {
    let bytes = Array("\(header)\nL1,,Peeters,J".utf8) + [0xE9] + Array("r,,,,1\n".utf8)
    #expect {
      try PatientList.read(csv: bytes, schemes: [.belgium])
    } throws: { ($0 as? ReconciliationError)?.lines.first?.line == 2 }
  }
}
