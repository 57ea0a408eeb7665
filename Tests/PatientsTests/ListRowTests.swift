import Foundation
import NationalID
import PatientLists
import Testing

@testable import Patients

/// What the rows of a list are read as.
@Suite struct ListRowTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  private let header = "local_id,national_id,family,given,birth_name,birth_date,sex,active"

  private func read(_ rows: String...) throws -> [Patient] {
    try read(bytes: ([header] + rows).joined(separator: "\n"))
  }

  private func read(bytes text: String) throws -> [Patient] {
    scene.settings.mostBad = 0
    try scene.load(Array(text.utf8), mayShrink: true)
    return try scene.all()
  }

  private func lines(_ text: String) -> [Int]? {
    do {
      _ = try read(bytes: text)
      return nil
    } catch {
      return (error as? PatientsError)?.entries.map(\.line)
    }
  }

  @Test func aRowBecomesAPatient() throws {
    #expect(
      try read("L1,85.07.30-033.28,Peeters,Jan,,1985-07-30,M,true", "L2,,Maes,Anna,Claes,19900102,,0\n") == [
        Patient(
          LocalIdentifier("L1"), nationalNumbers: [NationalNumber("85073003328", scheme: "BE")],
          names: [PatientName(.legal, family: "Peeters", given: "Jan")], birthDate: "19850730", sex: "M"),
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
    "", "\n", "L1,,Peeters,Jan,,,,1\n", "local_id,family,given,birth_date,sex\n",
    "local_id|national_id|family|given|birth_date|sex",
    "local_id,national_id,family,given,birth_date,sex,local_id\n", "\"local_id", "\u{0}\u{0}\u{0}\u{0}",
  ])
  func aListThatDoesNotNameItsColumnsIsRefused(_ text: String) {
    #expect { try read(bytes: text) } throws: { ($0 as? PatientsError)?.code == .list }
  }

  @Test(arguments: [
    "L1,85073003329,Peeters,Jan,,,,1", "L1,00000000000,Peeters,Jan,,,,1", ",,Peeters,Jan,,,,1", "L1,,,Jan,,,,1",
    "L1,,Peeters,Jan,,19850230,,1", "L1,,Peeters,Jan,,03/04/1985,,1", "L1,,Peeters,Jan,,31/02/1985,,1",
    "L1,,Peeters,Jan,,,m,1",
    "L1,,Peeters,Jan,,,X,1", "L1,,Peeters,Jan,,,,yes", "L1,,Peeters,Jan,,,,", "L1,,Peeters,Jan,,,", "L1",
    "L1,,Peeters,Jan,,,,1,", "L1,,Pee\"ters,Jan,,,,1", "L1,,\"Peeters\"x,Jan,,,,1", "L1,,\"Peeters,Jan,,,,1",
    "L\\1,,Peeters,Jan,,,,1", "L1,,Peeters^,Jan,,,,1", "L1,,Peeters,\"Jan\nPiet\",,,,1", "L1,,Peeters,J\u{0}n,,,,1",
    "L1,,Peeterspeeterspeeterspeeterspeeters,Janjanjanjanjanjanjanjanjanjanjan,,,,1",
    "0123456789012345678901234567890123456789012345678901234567890123456789,,Peeters,Jan,,,,1",
  ])
  func aWrongRowIsAnErrorOfItsLine(_ row: String) {
    #expect(lines(header + "\nL0,,Maes,Anna,,,,1\n" + row) == [3])
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

  @Test func theFirstTwentyBadRowsAreToldAndAllCounted() {
    let text = header + String(repeating: "\n,,,,,,,", count: 40)
    #expect(lines(text)?.count == 20)
    #expect { try read(bytes: text) } throws: { "\($0)".contains("40 bad rows") && "\($0)".contains("line 2: ") }
  }

  @Test func columnsStandInAnyOrderUnderAnyNameWithAnySeparator() throws {
    scene.settings.columns = ["local_id": "PATNR", "family": "Nachname"]
    for separator in [",", ";", "\t"] {
      let rows = ["Sex;given;Nachname;PATNR;Zimmer;birth_date;national_id", "M;Jan;Peeters;L1;12;19850730;85073003328"]
      let list = rows.joined(separator: "\n").replacing(";", with: separator)
      let outcome = try scene.load(Array(list.utf8), mayShrink: true)
      #expect(outcome.unknownColumns == ["zimmer"] && scene.bad.isEmpty)
      let patient = try #require(try scene.all().first)
      #expect(patient.localID == "L1" && patient.family == "Peeters" && patient.nationalID == "85073003328")
      #expect(patient.active && patient.sex == "M")
    }
  }

  @Test(
    arguments: [
      ("19850730", nil, "19850730"), ("1985-07-30", nil, "19850730"), ("1985/07/30", nil, "19850730"),
      ("30/07/1985", nil, "19850730"), ("07/30/1985", nil, "19850730"), ("04.04.1985", nil, "19850404"),
      ("03/04/1985", nil, nil), ("03/04/1985", .dayFirst, "19850403"), ("3.4.1985", .dayFirst, "19850403"),
      ("03/04/1985", .monthFirst, "19850304"), ("30/07/1985", .monthFirst, nil), ("07/30/1985", .dayFirst, nil),
      ("30/07-1985", nil, nil), ("30/07/85", nil, nil), ("1985-7-30", nil, nil), ("1985", nil, nil),
      ("0000-00-00", nil, nil),
    ] as [(String, PatientSettings.DateOrder?, String?)])
  func aDateIsReadInTheOrderThatIsConfigured(_ text: String, _ order: PatientSettings.DateOrder?, _ day: String?) {
    #expect((try? ListDate.read(text, order).get().text) == day)
  }

  @Test func furtherColumnsAreRead() throws {
    scene.settings.ownAuthorities = ["CH1"]
    let header = "local_id,national_id,family,given,birth_date,sex,deceased,other_national_ids,aliases,authority"
    let patients = try read(
      bytes: header + """

        L1,85073003328,Peeters,Jan,19850730,M,20260101,85.07.30-001-60,Pieters^Jan Piet|Peeters-Maes,CH1
        L2,,Maes,Anna,,F,1,,,CH9
        L3,,Claes,Anna,,F,0,,,
        """)
    #expect(patients.map(\.isDeceased) == [true, true, false] && patients.map(\.deceased) == ["20260101", nil, nil])
    #expect(patients.map(\.authority) == ["", "CH9", ""])
    #expect(
      patients[0].nationalNumbers == [
        NationalNumber("85073003328", scheme: "BE"), NationalNumber("85073000160", scheme: "BE", isCurrent: false),
      ])
    #expect(
      patients[0].names.dropFirst() == [
        PatientName(.alias, family: "Pieters", given: "Jan Piet"),
        PatientName(.alias, family: "Peeters-Maes", given: ""),
      ])
    // A superseded number and another name lead to the patient, too.
    #expect(try scene.index.patients(nationalID: "85073000160").map(\.localID) == ["L1"])
    #expect(try scene.index.find("pieters").map(\.localID) == ["L1"])
  }

  private static let umlauts =
    "local_id,national_id,family,given,birth_date,sex\r\nL1,,Müller-Łęcki,Zoë 𝄞,19850730,M\r\n"

  private static func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
    ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return bigEndian ? [high, low] : [low, high]
    }
  }

  @Test(arguments: [
    Array(umlauts.utf8), [0xEF, 0xBB, 0xBF] + Array(umlauts.utf8), utf16(umlauts, bigEndian: true, mark: true),
    utf16(umlauts, bigEndian: false, mark: true), utf16(umlauts, bigEndian: true, mark: false),
    utf16(umlauts, bigEndian: false, mark: false),
  ])
  func everyUnicodeEncodingIsRead(_ bytes: [UInt8]) throws {
    try scene.load(bytes)
    let patient = try #require(try scene.all().first)
    #expect(patient.family == "Müller-Łęcki" && patient.given == "Zoë 𝄞")
  }

  @Test func textThatIsNowhereUTF8IsWindows1252() throws {
    let head = Array("local_id,national_id,family,given,birth_date,sex\nL1,,M".utf8)
    try scene.load(head + [0xFC] + Array("ller,Fran".utf8) + [0xE7] + Array("ois ".utf8) + [0x8A] + Array(",,\n".utf8))
    let patient = try #require(try scene.all().first)
    #expect(patient.family == "Müller" && patient.given == "François Š")
  }

  @Test func aRowThatIsNotInTheListsCharacterSetIsBadAndTheOthersAreRead() throws {
    scene.settings.mostBad = 0.5
    let head = "local_id,national_id,family,given,birth_date,sex\nL1,,Müller,Zoë,,\nL2,,Maes,J"
    try scene.load(Array(head.utf8) + [0xE9] + Array("r,,\n".utf8))
    #expect(try scene.all().map(\.family) == ["Müller"])
    #expect(scene.bad.map(\.line) == [3])
  }

  @Test func badRowsAreLeftOutUpToALimitWithLineReasonAndValue() throws {
    var rows = (0..<100).map { "L\($0),,Testsson,Test,19850730,M" }
    rows[7] = "L7,12345678901,Testsson,Test,19850730,M"
    let list = Array((["local_id,national_id,family,given,birth_date,sex"] + rows).joined(separator: "\n").utf8)
    #expect(try scene.load(list).bad == 1)
    #expect(try scene.index.count() == 99)
    #expect(scene.bad.map(\.line) == [9] && scene.bad[0].value == "12345678901")
    #expect(scene.bad[0].csv.hasPrefix("9,\"national_id: ") && scene.bad[0].csv.hasSuffix(",\"12345678901\"\n"))
    scene.settings.mostBad = 0.001
    #expect { try scene.load(list) } throws: { ($0 as? PatientsError)?.code == .list }
    // Told again, and what is known of the patient stays.
    scene.settings.mostBad = 0.01
    try scene.load(Array(String(decoding: list, as: UTF8.self).replacing("12345678901", with: "").utf8))
    #expect(try scene.load(list).bad == 1)
    #expect(try scene.index.count() == 100)
    #expect(try scene.load(list).bad == 1)
    #expect(try scene.index.patient(localID: "L7")?.family == "Testsson")
  }

  @Test func rowsLongerThanTheBufferAreToldAndPassedOver() throws {
    scene.settings.mostBad = 0.5
    let long = String(repeating: "x", count: 3 * CSVRows.longestRow)
    let text =
      "local_id,national_id,family,given,birth_date,sex\nL1,,\(long),T,,\nL2,,Maes,An,,\nL3,,\"\(long),T,,\nL4,,Maes,An,,\n"
    try scene.load(Array(text.utf8), mayShrink: true)
    #expect(try scene.all().map(\.localID) == ["L2", "L4"])
    #expect(scene.bad.map(\.line).contains(2) && scene.bad.map(\.line).contains(4))
  }

  @Test func aRowIsReadWhereverTheBufferEnds() throws {
    let patients = (0..<6000).map { person($0, "Tests \"on\", \(String(repeating: "é", count: $0 % 20))x", "T") }
    let list = patientList(patients)
    let columns = try ListColumns(FeedSource(name: "", bytes: list), from: 0, scene.settings)
    let rows = CSVRows(
      FeedSource(name: "", bytes: list), separator: columns.separator, offset: columns.start, line: 2, bufferSize: 0)
    var read: [String] = []
    var places: [(Int64, Int)] = []
    while true {
      places.append((rows.offset, rows.lineOfNext))
      guard try rows.next() else { break }
      read.append(String(decoding: rows[2], as: UTF8.self))
    }
    #expect(list.count > 2 * CSVRows.longestRow)
    let isTheSame = read == patients.map(\.family)
    #expect(isTheSame)
    for number in [5999, 0, 17, 3000, 18] {
      rows.seek(to: places[number].0, line: places[number].1)
      #expect(try rows.next())
      #expect(String(decoding: rows[0], as: UTF8.self) == patients[number].localID && rows.line == number + 2)
    }
  }
}
