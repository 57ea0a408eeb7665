import Testing

@testable import Patients

/// Patients are found as people ask for them.
@Suite struct FindTests {
  let scene: Scene

  init() throws {
    scene = try Scene()
    var vandenberghe = person(20, "Vandenberghe", "Jean-Pierre")
    vandenberghe.birthDate = "19700203"
    try scene.load([
      person(1), person(2), person(3), person(4), person(5, "Müller", "Jürgen"), person(6, "Uelker", "Ayşe"),
      person(7, "Van den Berghe", "Marie"), person(8, "O'Test", "Quote"), person(9, "Đorđević", "Łukasz"),
      person(10, "El Amrani", "Samia"), person(11, "Иванов", "Пётр"), person(12, "Groß", "Søren"),
      person(13, "García Márquez", "José"), vandenberghe,
    ])
  }

  /// However many words begin so, and not by FTS5's own way, which sorts the rows of all of them first.
  @Test func howANameBeginsIsFoundAmongTheWords() throws {
    let scene = try Scene()
    try scene.load((0..<40).map { person($0, "Testa\(Character(UnicodeScalar(UInt8(97 + $0 % 26))))x") })
    let found = try scene.index.read { try PatientIndex.ids(beginning: ["testa"], 100, $0) }
    #expect(found.count == 40)
    #expect(try scene.index.read { try PatientIndex.ids(beginning: ["testa"], 7, $0) }.count == 7)
    #expect(try scene.index.read { try PatientIndex.ids(beginning: ["testb"], 7, $0) }.isEmpty)
    #expect(PatientQuery("Testa").words.count == 1)
    #expect(try scene.index.find("TESTA").count == 40)
  }

  @Test(arguments: [
    ("testsson", 4), ("TESTSSON", 4), ("MÜLLER", 1), ("mueller", 1), ("muller jurgen", 1), ("Jürgen Müller", 1),
    ("Müller, Jürgen", 1), ("Müller^Jürgen", 1), ("ülker", 1), ("ulker ayse", 1), ("AYŞE UELKER", 1),
    ("berghe", 1), ("van den berghe", 2), ("vandenberghe", 2), ("Berghe Marie van den", 1), ("den", 0),
    ("o'test", 1), ("test", 5), ("quote", 1), ("djordjevic", 0), ("dordevic", 1), ("lukasz", 1), ("amrani", 1),
    ("el amrani samia", 1), ("иванов", 1), ("ИВАНОВ пётр", 1), ("gross soren", 1), ("groß", 1), ("garcia", 1),
    ("marquez jose garcia", 1), ("jean pierre", 1), ("Jeanpierre", 1), ("tests", 4), ("testsson müller", 0),
    ("nobody", 0),
    ("l103", 1), ("L103", 1), ("L10", 9), ("L999", 0), ("", 14), ("%", 0), ("_", 0), ("\"", 0), ("'", 0), ("*", 0),
    ("NOT", 0), ("test OR quote", 0), ("' OR 1=1 --", 0), ("\\", 0),
  ])
  func byNameInAnySpellingAndOrder(text: String, count: Int) throws {
    #expect(try scene.index.find(text).count == count)
  }

  @Test func byNumberInAnySpelling() throws {
    let number = try #require(person(3).nationalID)
    let dotted =
      "\(number.prefix(2)).\(number.dropFirst(2).prefix(2)).\(number.dropFirst(4).prefix(2))"
      + "-\(number.dropFirst(6).prefix(3))-\(number.suffix(2))"
    for text in [
      number, dotted, dotted.replacing(".", with: " "), "NISS: \(dotted)", "BE \(number)", "BE\(number)",
      "\(number)^^^NISS&2.16.840.1.113883.3.6777.5.1&ISO", "urn:oid:2.16.840.1.113883.3.6777.5.1|\(number)",
    ] {
      #expect(try scene.index.find(text).map(\.localID) == ["L103"], "\(text)")
    }
    #expect(try scene.index.find(String(number.prefix(6))).count == 14)
  }

  @Test(arguments: [
    ("19850730", 13), ("1985-07-30", 13), ("30/07/1985", 13), ("30.7.1985", 13), ("02/03/1970", 1), ("03/02/1970", 1),
    ("müller 30/07/1985", 1), ("1985-07-30 test", 5), ("jean 1970-02-03", 1), ("jean 1985-07-30", 0), ("30/30/1985", 0),
  ])
  func byDateAndByNameAndDate(text: String, count: Int) throws {
    #expect(try scene.index.find(text).count == count)
  }

  @Test func noMoreThanAskedForAndByName() throws {
    #expect(try scene.index.find("", limit: 3).count == 3)
    #expect(try scene.index.find("1985-07-30").map(\.family) == scene.index.find("1985-07-30").map(\.family).sorted())
  }

  @Test func neighboursAreThoseOfTheDay() throws {
    let found = try scene.index.neighbours(birthDate: "19850730") { family, given, _ in
      family == "Testsson" && given == "Test"
    }
    #expect(found.map(\.localID).sorted() == ["L101", "L102", "L103", "L104"])
    #expect(try scene.index.neighbours(birthDate: "19700203") { _, _, _ in true }.map(\.localID) == ["L120"])
    #expect(try scene.index.neighbours(birthDate: "") { _, _, _ in true }.isEmpty)
  }

  @Test func whatChangedIsFoundByItsNewNameAlone() throws {
    try scene.load((1...13).map { person($0, "Nouveau") }, mayShrink: true)
    #expect(try scene.index.find("nouveau").count == 13)
    #expect(try scene.index.find("müller").isEmpty && scene.index.find("vandenberghe").isEmpty)
  }
}
