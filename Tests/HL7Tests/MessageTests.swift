import FoundationEssentials
import HL7
import Testing

@Suite struct MessageTests {
  /// Everything that could end a value early, or make a terminal or a record do something.
  static let hostile = [
    "|", "^", "~", "\\", "&", "a|b^c~d\\e&f", "\r", "\n", "\r\nOBX|9|ST", "\\F\\", "\\X0D\\", "\\.br\\",
    "\u{0}\u{B}\u{1C}\u{7F}",
    "|\u{301}^\u{301}\\\u{200D}", "\u{1B}[31m", "é ß 山田 \u{202E}", "MSH|^~\\&|", "a\\", "\\a", "\"\"",
  ]

  static func study(_ text: String) -> ImportedStudy {
    ImportedStudy(
      sendingSite: text, controlID: text, created: Date(timeIntervalSince1970: 1_795_473_000), localID: text,
      localAuthority: text, nationalID: text, nationalAuthority: text, family: text, given: text, birthDate: text,
      sex: text, fillerNumber: text, studyUID: text, studyDate: text, studyTime: text, modality: text, sentence: text)
  }

  static var plain: ImportedStudy {
    ImportedStudy(
      sendingSite: "ch2", controlID: "0193", created: Date(timeIntervalSince1970: 1_795_473_000), localID: "4711",
      localAuthority: "CH2", nationalID: "85073003328", nationalAuthority: "2.16.840.1.113883.3.6777.5.1",
      family: "Test", given: "Anna", birthDate: "19850730", sex: "F", fillerNumber: "EXT-1", studyUID: "1.2.3",
      studyDate: "20261123", studyTime: "223000.25", modality: "CT", sentence: "CT of 540 images from ch1.")
  }

  @Test func `the result of an imported study is this text`() {
    #expect(
      Message.result(for: Self.plain).encoded.split(separator: "\r", omittingEmptySubsequences: false) == [
        #"MSH|^~\&|STUDYPOST|ch2|||20261123223000+0000||ORU^R01^ORU_R01|0193|P|2.5.1||||||UNICODE UTF-8"#,
        "PID|1||4711^^^CH2^PI~85073003328^^^&2.16.840.1.113883.3.6777.5.1&ISO^NI||Test^Anna^^^^^L||19850730|F",
        "PV1|1|O",
        "ORC|RE||EXT-1",
        "OBR|1||EXT-1|EXTIMG^Outside images available^L|||20261123223000|||||||||||||||||CT|R",
        "OBX|1|ST|113014^DICOM Study^DCM||1.2.3||||||O",
        "OBX|2|TX|18748-4^Diagnostic imaging study^LN||CT of 540 images from ch1.||||||F",
        "",
      ])
  }

  @Test func `without a national identifier PID-3 has one repetition`() {
    var study = Self.plain
    study.nationalID = nil
    #expect(Message.result(for: study)["PID"]?[3].repetitions.count == 1)
  }

  @Test(arguments: hostile)
  func `a hostile value in every field stays a value`(text: String) throws {
    let message = Message.result(for: Self.study(text))
    let encoded = message.encoded
    let lines = encoded.utf8.split(separator: UInt8(ascii: "\r"), omittingEmptySubsequences: false)
    #expect(lines.map { String($0.prefix(3)) } == ["MSH", "PID", "PV1", "ORC", "OBR", "OBX", "OBX", ""])
    #expect(encoded.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0D })

    let parsed = try Message(parsing: encoded)
    #expect(parsed["MSH"]?[4].text == text)
    #expect(parsed["MSH"]?[10].text == text)
    #expect(parsed["MSH"]?[18].text == "UNICODE UTF-8")
    let patient = try #require(parsed["PID"])
    #expect(patient[3].repetitions.count == 2)
    #expect(patient[3].text == text)
    #expect(patient[5].repetitions == [[[text], [text], [""], [""], [""], [""], ["L"]]])
    #expect(patient[7].text == "")
    #expect(patient[8].text == "U")
    #expect(parsed["OBR"]?[3].text == text)
    #expect(parsed["OBR"]?[7].text == "")
    #expect(parsed.segments.last?[5].text == text)
    #expect(parsed.segments.last?[11].text == "F")
  }

  @Test func `delimiters are those that MSH names`() throws {
    let message = try Message(parsing: "MSH#*+/@#APP#\rPID###1*2@3+4#a/F/b/S/c#\n\n\r\nNTE#x|y^z")
    #expect(message.segments.map(\.name) == ["MSH", "PID", "NTE"])
    #expect(message["MSH"]?[3].text == "APP")
    #expect(message["PID"]?[3].repetitions == [[["1"], ["2", "3"]], [["4"]]])
    #expect(message["PID"]?[4].text == "a#b*c")
    #expect(message["NTE"]?[1].text == "x|y^z")
    #expect(message.encoded.hasPrefix("MSH|^~\\&|APP"))
    #expect(try Message(parsing: message.encoded)["NTE"]?[1].text == "x|y^z")
  }

  @Test func `an acknowledgement names the message that it is for`() throws {
    let message = try Message(parsing: "MSH|^~\\&|EHR||||||ACK^R01|77|P|2.5.1\rMSA|AA|0193\r")
    #expect(message["MSH"]?[9].component(2) == "R01")
    #expect(message["MSA"]?[1].text == "AA")
    #expect(message["MSA"]?[2].text == "0193")
    #expect(message["MSA"]?[99].text == "")
    #expect(message["MSA"]?[-1].text == "")
    #expect(message["ERR"] == nil)
  }

  @Test func `escape sequences without a known meaning stay as they are`() throws {
    let message = try Message(
      parsing: "MSH|^~\\&|\rNTE|a\\Zx\\b|a\\b|\\X4\\|\\XGG\\|\\X41C3A9\\|\\H\\bold\\N\\|1\\.br\\2|\\")
    #expect(
      message["NTE"]?.fields.map(\.text) == ["a\\Zx\\b", "a\\b", "\\X4\\", "\\XGG\\", "Aé", "bold", "1\n2", "\\"])
  }

  @Test(arguments: [
    ("", HL7Error.Code.notHL7), ("PID|1", .notHL7), ("MSH", .notHL7), ("MSH|^~\\", .notHL7),
    ("MSH||~\\&|", .delimiters),
    ("MSHa^~\\&|", .delimiters), ("MSH|^^\\&|", .delimiters), ("MSH|^~\\\r|", .delimiters),
    ("MSH|^~\\&|\rpid|", .segment),
    ("MSH|^~\\&|\rPIDX|", .segment), ("MSH|^~\\&|\rMSH|^~\\&|", .segment), ("MSH|^~\\&|\r|", .segment),
    (String(repeating: "x", count: Message.longest + 1), .tooLong),
  ])
  func `what is no message is refused with its reason`(text: String, code: HL7Error.Code) {
    let error = #expect(throws: HL7Error.self) { try Message(parsing: text) }
    #expect(error?.code == code)
  }
}

extension MessageTests {
  @Test func `what was told of the wrong patient is taken back in the same order`() throws {
    var wrong = Self.plain
    wrong.controlID = "0194"
    wrong.isWrong = true
    let (before, after) = (Message.result(for: Self.plain), Message.result(for: wrong))
    #expect(after["MSH"]?[10].text == "0194" && after["PID"] == before["PID"])
    #expect(after["OBR"]?[3] == before["OBR"]?[3] && after["OBR"]?[25].text == "C" && after["ORC"] == before["ORC"])
    #expect(after.segments.filter { $0.name == "OBX" }.map { $0[11].text } == ["W", "W"])
    #expect(after.segments.filter { $0.name == "OBX" }.map { $0[3] } == before.segments.suffix(2).map { $0[3] })
  }

  static func request(_ text: String, nationalID: String?) -> PatientRequest {
    PatientRequest(
      sendingSite: text, controlID: text, created: Date(timeIntervalSince1970: 1_795_473_000), reference: text,
      referenceAuthority: "STUDYPOST", nationalID: nationalID, nationalAuthority: "2.16.840.1.113883.3.6777.5.1",
      family: text, given: text, birthDate: "19850730", sex: "F")
  }

  @Test func `the wish to register a patient is this text`() {
    #expect(
      Message.request(for: Self.request("x", nationalID: "85073003328")).encoded.split(separator: "\r") == [
        #"MSH|^~\&|STUDYPOST|x|||20261123223000+0000||ADT^A28^ADT_A05|x|P|2.5.1||||||UNICODE UTF-8"#,
        "EVN||20261123223000+0000",
        "PID|1||x^^^STUDYPOST^PT~85073003328^^^&2.16.840.1.113883.3.6777.5.1&ISO^NI||x^x^^^^^L||19850730|F",
        "PV1|1|N",
      ])
  }

  @Test(arguments: hostile)
  func `a hostile name in a request stays a name`(text: String) throws {
    let parsed = try Message(parsing: Message.request(for: Self.request(text, nationalID: nil)).encoded)
    #expect(parsed.segments.map(\.name) == ["MSH", "EVN", "PID", "PV1"])
    #expect(parsed["PID"]?[3].repetitions.count == 1 && parsed["PID"]?[3].text == text)
    #expect(parsed["PID"]?[5].component(2) == text)
  }
}
