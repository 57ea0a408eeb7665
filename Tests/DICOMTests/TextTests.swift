import SystemPackage
import Testing

@testable import DICOM

struct TextTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(
    "pydicom reads what is written in each character set",
    .enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"),
    arguments: [
      (["ISO_IR 100"], "Müller^Jérôme"), (["ISO_IR 101"], "Łukasz^Čapek"), (["ISO_IR 109"], "Ĉu^Ĝis"),
      (["ISO_IR 110"], "Ģirts^Ķemers"), (["ISO_IR 144"], "Люкceмбypг^Иван"), (["ISO_IR 127"], "قباني^لنزار"),
      (["ISO_IR 126"], "Διονυσιος"), (["ISO_IR 138"], "שרון^דבורה"), (["ISO_IR 148"], "Çavuşoğlu^İnci"),
      (["ISO_IR 166"], "สมชาย^ใจดี"), (["ISO_IR 192"], "Дом^字^😀"), (["GB18030"], "王^小东=𠀀"), (["GBK"], "王^小东"),
      (["ISO_IR 13"], "ﾔﾏﾀﾞ^TARO"), (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
      (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"), (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
      (["", "ISO 2022 IR 87", "ISO 2022 IR 159"], "Yamada=山丂田^鷗"), (["", "ISO 2022 IR 58"], "Zhang^XiaoDong=张^小东"),
      (["ISO 2022 IR 100", "ISO 2022 IR 144", "ISO 2022 IR 126"], "Müller^Иван^Διονυσιος"),
    ])
  func sets(_ terms: [String], _ name: String) throws {
    let path = scratch.new()
    var new = NewDataSet()
    new.set(.specificCharacterSet, .strings(terms))
    new.set(.patientName, .string(name))
    new.set(.otherPatientNames, .strings([name, "Second^One", name]))
    new.set(.patientComments, .string("A line\r\nof \(name.replacing("^", with: " ").replacing("=", with: " "))"))
    try DICOMFile.create(at: path, sopClassUID: "1.2.3", sopInstanceUID: "1.2.3.4", dataSet: new)
    let read = try DICOMFile.read(path).dataSet
    #expect(try read.string(.patientName) == name)
    #expect(try read.strings(.otherPatientNames) == [name, "Second^One", name])
    var theirs = try Oracle.elements([path])[0] ?? []
    // pydicom decodes GB 2312, but leaves its escape sequences standing.
    for index in theirs.indices {
      theirs[index].text = theirs[index].text?.map { $0.replacing("\u{1B}$)A", with: "") }
    }
    #expect(theirs.first { $0.path == "(0010,0010)" }?.text == [name])
    #expect(theirs.first { $0.path == "(0010,1001)" }?.text == [name, "Second^One", name])
    #expect(try theirs.first { $0.path == "(0010,4000)" }?.text?.first == read.text(.patientComments))
  }

  @Test("undeclared text is ASCII, else UTF-8 if valid, else Latin-1; a site may have another rule")
  func undeclared() throws {
    func decode(_ bytes: [UInt8], _ rule: UndeclaredText = .default) throws -> String {
      try CharacterSet.undeclared(rule).decode(bytes[...], vr: .pn)
    }
    #expect(try decode(Array("Doe".utf8)) == "Doe")
    #expect(try decode(Array("Müller".utf8)) == "Müller")
    #expect(try decode([0x4D, 0xFC, 0x6C]) == "Mül")
    #expect(try decode([0xB5, 0xE7], try UndeclaredText(terms: ["ISO_IR 192", "GB18030"])) == "电")
    #expect(try decode([0x4D, 0x6C], .refused) == "Ml")
    #expect(throws: DICOMError.self) { try decode([0x4D, 0xFC], .refused) }
    #expect(throws: DICOMError.self) { try UndeclaredText(terms: ["ISO_IR 192", "LATIN1"]) }

    // The rule holds wherever nothing is declared, in an item that declares nothing, too.
    let name: [UInt8] = [0x10, 0, 0x10, 0] + Array("PN".utf8) + [2, 0, 0xB5, 0xE7]
    let empty: [UInt8] = [8, 0, 5, 0] + Array("CS".utf8) + [0, 0]
    let item = [0xFE, 0xFF, 0, 0xE0, 18, 0, 0, 0] + empty + name
    let sequence = [0x10, 0, 0x02, 0x10] + Array("SQ".utf8) + [0, 0, 26, 0, 0, 0] + item
    let declared: [UInt8] = [8, 0, 5, 0] + Array("CS".utf8) + [10, 0] + Array("ISO_IR 100".utf8)
    let options = ReadingOptions(undeclaredText: try UndeclaredText(terms: ["GB18030"]))
    #expect(try DICOMFile.read(empty + name, options: options).dataSet.string(.patientName) == "电")
    let file = try DICOMFile.read(declared + name + sequence, options: options).dataSet
    #expect(try file.string(.patientName) == "µç")
    #expect(try file.items(.otherPatientIDsSequence).first?.string(.patientName) == "电")
  }

  @Test("text that is none in its declared set is an error that gives the bytes")
  func undecodable() throws {
    for (terms, bytes): ([String], [UInt8]) in [
      (["ISO_IR 192"], [0x41, 0xFF, 0xFE]), (["", "ISO 2022 IR 87"], [0x1B, 0x24, 0x42, 0x21]),
      (["ISO 2022 IR 6", "ISO 2022 IR 149"], [0xB1, 0xE8]), (["GB18030"], [0x81]),
      (["ISO 2022 IR 100", "ISO 2022 IR 101"], [0x1B, 0x5A, 0x41]),
    ] {
      let error = #expect(throws: DICOMError.self) {
        try CharacterSet(terms: terms, undeclared: .default).decode(bytes[...], vr: .pn)
      }
      #expect(error?.code == .characterSet)
      #expect(error?.message.contains(bytes.quoted) == true)
    }
  }

  @Test("what a made-up character set holds is read by the rule for text whose set is not declared")
  func madeUp() throws {
    let chinese = try UndeclaredText(terms: ["GB18030"])
    for terms in [["ISO_IR 999"], ["FOO", "BAR"], ["FOO", "ISO 2022 IR 87"], ["ISO_IR 999", "\u{FFFD}"]] {
      let set = CharacterSet(terms: terms, undeclared: .default)
      #expect(set.unknownTerm == terms[0])
      #expect(try set.decode([0xE4], vr: .pn) == "ä")
      #expect(try set.decode([0xC3, 0xA4], vr: .pn) == "ä")
      #expect(try CharacterSet(terms: terms, undeclared: chinese).decode([0xB5, 0xE7], vr: .pn) == "电")
      #expect(throws: DICOMError.self) {
        try CharacterSet(terms: terms, undeclared: .refused).decode([0xE4], vr: .pn)
      }
      // Nobody else knows it: what is not ASCII needs another set.
      #expect(set.encode("A", vr: .pn) == [0x41] && set.encode("ä", vr: .pn) == nil)
    }
    // What stands beside it is read first.
    let beside = CharacterSet(terms: ["ISO_IR 144", "FOO"], undeclared: .default)
    #expect(try beside.decode([0xB6], vr: .pn) == "Ж" && beside.encode("Ж", vr: .pn) == nil)
  }

  @Test("a byte 5C that is half of a character separates no values")
  func trailBytes() throws {
    // 誠 ends with 5C in GBK.
    let bytes: [UInt8] = [0xD5, 0x5C, 0x5C, 0x41]
    #expect(try CharacterSet(terms: ["GBK"], undeclared: .default).decode(bytes[...], vr: .lo) == "誠\\A")
  }

  @Test("names are read and written by group and component")
  func names() {
    let name = PersonName("Yamada^Tarou^^Dr^=山田^太郎=やまだ^たろう")
    #expect(name.alphabetic == .init(family: "Yamada", given: "Tarou", prefix: "Dr"))
    #expect(name.ideographic.family == "山田" && name.phonetic.given == "たろう")
    #expect(name.formatted == "Yamada^Tarou^^Dr=山田^太郎=やまだ^たろう")
    #expect(PersonName("==x").phonetic.family == "x" && PersonName("==x").formatted == "==x")
    #expect(PersonName("").alphabetic.isEmpty && PersonName("").formatted == "")
  }

  @Test("paths lead through sequences and to private elements by their creator")
  func paths() throws {
    let path = scratch.new()
    var first = NewDataSet()
    first.set(.requestedProcedureID, "P1")
    var second = NewDataSet()
    second.set(.requestedProcedureID, .strings(["P2", "P3"]))
    var new = NewDataSet()
    new.set(.requestAttributesSequence, .items([first, second]))
    new.set(Tag(0x0029, 0x0010), "OTHER", vr: .lo)
    new.set(Tag(0x0029, 0x0011), "ACME 1.0", vr: .lo)
    new.set(Tag(0x0029, 0x1110), "route", vr: .lo)
    try DICOMFile.create(at: path, sopClassUID: "1.2.3", sopInstanceUID: "1.2.3.4", dataSet: new)
    let dataSet = try DICOMFile.read(path).dataSet
    func values(_ path: String) throws -> [String] { try dataSet.strings(at: TagPath(path)) }
    #expect(try values("(0040,0275)[*].(0040,1001)") == ["P1", "P2", "P3"])
    #expect(try values("RequestAttributesSequence.RequestedProcedureID") == ["P1", "P2", "P3"])
    #expect(try values("(0040,0275)[1].(0040,1001)") == ["P2", "P3"])
    #expect(try values("(0040,0275)[2].(0040,1001)") == [])
    #expect(try values("(0029,\"ACME 1.0\",10)") == ["route"])
    #expect(try values("(0029,\"NOBODY\",10)") == [])
    #expect(try values("SOPInstanceUID") == ["1.2.3.4"])
    for wrong in [
      "", "Nonsense", "(0010,0010", "(0040,0275)[-1].(0040,1001)", "(0028,\"X\",10)", "(0029,\"X\",100)", "a..b",
    ] {
      #expect(throws: DICOMError.self) { try TagPath(wrong) }
    }
  }

  @Test("tags are read as numbers and by keyword")
  func tags() {
    #expect(Tag("(0010,0020)") == .patientID && Tag("00100020") == .patientID && Tag("PatientID") == .patientID)
    #expect(Tag("(0010,002)") == nil && Tag("+0100020") == nil && Tag("patientid") == nil)
    #expect(Tag.pixelData.description == "(7FE0,0010)" && Tag.xRayTubeCurrent.keyword == "XRayTubeCurrent")
  }
}
