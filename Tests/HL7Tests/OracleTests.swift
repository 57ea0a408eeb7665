import Foundation
import HL7
import Testing

/// Messages at random, read by this module and by the Python packages hl7 and hl7apy, as `Packaging/oracles` brings them.
@Suite struct OracleTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let packages = root.appending(path: ".build/oracles")
  static let areThere = FileManager.default.fileExists(atPath: packages.appending(path: "hl7apy").path)

  @Test("hl7 and hl7apy are here (Packaging/oracles)") func areHere() { #expect(Self.areThere) }

  private struct Reading: Decodable {
    var hl7: [Line]
    var hl7apy: [Person]

    struct Line: Decodable {
      var name: String
      var fields: [[[[String]]]]

      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        name = try container.decode(String.self)
        fields = try container.decode([[[[String]]]].self)
      }
    }

    struct Person: Decodable {
      var identifiers: [[String]]
      var names: [[String]]
      var birthDate: String
      var sex: String
    }
  }

  private func readings(_ messages: [String]) throws -> [Reading] { try ask("ask_hl7", messages) }

  /// What a script says of each message.
  private func ask<Answer: Decodable>(_ script: String, _ messages: [String]) throws -> [Answer] {
    let file = FileManager.default.temporaryDirectory.appending(path: "hl7-\(UUID().uuidString)")
    try Data(messages.map { Data($0.utf8).base64EncodedString() + "\n" }.joined().utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/python3")
    python.arguments = [Self.root.appending(path: "Tests/Support/oracles/\(script).py").path]
    python.environment = [
      "PYTHONPATH": Self.packages.path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8",
    ]
    python.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    python.standardOutput = output
    try python.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    python.waitUntilExit()
    return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Answer.self, from: Data($0)) }
  }

  /// Every message that this program writes: what an import, an undo and a request tell.
  @Test(.enabled(if: areThere)) func bothHaveNothingAgainstWhatIsWritten() throws {
    var wrong = MessageTests.plain
    wrong.isWrong = true
    var bare = MessageTests.plain
    (bare.nationalID, bare.studyDate, bare.modality) = (nil, "", "")
    let written = [
      Message.result(for: MessageTests.plain), .result(for: wrong), .result(for: bare),
      .request(for: MessageTests.request("Test", nationalID: "85073003328")),
      .request(for: MessageTests.request("Tést & Söhne", nationalID: nil)),
    ].map(\.encoded)
    let broken = written[0].replacing("OBR|1|", with: "OBX|1|").replacing("PV1|1|O", with: "PV1|1")
    let problems: [[String]] = try ask("check_hl7", written + [broken])
    #expect(problems.dropLast() == written.map { _ in [] })
    #expect(problems.last?.isEmpty == false, "the oracle finds what is wrong")
  }

  @Test(.enabled(if: areThere)) func agreesWithBothOnMessagesAtRandom() throws {
    var generator = Generator(state: 20_261_128)
    let messages = (0..<400).map { _ in generator.message() }
    let readings = try readings(messages)
    try #require(readings.count == messages.count)
    for (text, theirs) in zip(messages, readings) {
      let message = try Message(parsing: text)
      for (ours, line) in zip(message.segments.dropFirst(), theirs.hl7) {
        #expect(ours.name == line.name)
        // What is empty is written in several ways.
        #expect(ours.fields.map { filled($0.repetitions) } == line.fields.map { filled($0) }, "\(text)")
      }
      #expect(message.segments.count == theirs.hl7.count + 1)
      let patients = try #require(try PatientMessage(message)).patients.map(\.patient)
      for (patient, person) in zip(patients, theirs.hl7apy) {
        #expect(
          patient.identifiers.map { [$0.value, $0.authority, $0.authorityID, $0.type] }
            == person.identifiers.filter { $0[0] != "" }, "\(text)")
        #expect(
          (patient.names.value ?? []).map { [$0.family, $0.given] } == person.names.filter { $0 != ["", ""] }, "\(text)"
        )
        #expect(patient.birthDate.value ?? "" == person.birthDate && patient.sex.value ?? "" == person.sex)
      }
      #expect(patients.count == theirs.hl7apy.count)
    }
  }

  /// Without the empty parts at the end of each level.
  private func filled(_ repetitions: [[[String]]]) -> [[[String]]] {
    func trimmed<Part>(_ parts: [Part], _ isEmpty: (Part) -> Bool) -> [Part] {
      Array(parts.prefix(through: parts.lastIndex { !isEmpty($0) } ?? -1))
    }
    let inner = repetitions.map { trimmed($0.map { trimmed($0, \.isEmpty) }, \.isEmpty) }
    return trimmed(inner, \.isEmpty)
  }
}

/// ADT messages with everything that a value may hold, escaped as the standard has it.
private struct Generator {
  var state: UInt64

  mutating func int(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }

  private mutating func text() -> String {
    let pieces = ["Test", "van", " ", "é", "山田", "\\T\\", "\\S\\", "\\F\\", "\\R\\", "\\E\\", "-", "O'", "7", "ß"]
    return (0...int(3)).map { _ in pieces[int(pieces.count)] }.joined().trimmingCharacters(in: .whitespaces) + "x"
  }

  private mutating func identifier() -> String {
    let authority = ["", "CH\(int(9))", "CH1&1.2.\(int(9))&ISO", "&1.2.3&ISO"][int(4)]
    return "\(int(100_000))\(text())^^^\(authority)" + ["", "^PI", "^NI"][int(3)]
  }

  private mutating func name() -> String { text() + "^" + text() + ["", "^^JR", "^^^Dr.^^L"][int(3)] }

  mutating func message() -> String {
    let event = ["A01", "A04", "A08", "A28", "A31", "A40"][int(6)]
    var lines = [#"MSH|^~\&|EHR|CH1|||20261128100000||ADT^\#(event)|\#(int(1000))|P|2.5"#, "EVN|\(event)|20261128"]
    for _ in 0..<(event == "A40" ? 1 + int(2) : 1) {
      let identifiers = (0...int(3)).map { _ in identifier() }.joined(separator: "~")
      let names = (0...int(2)).map { _ in name() }.joined(separator: "~")
      let birth = ["", "1985", "198507", "19850730"][int(4)]
      lines.append("PID|1||\(identifiers)||\(names)||\(birth)|\(["", "F", "M"][int(3)])")
      if event == "A40" { lines.append("MRG|\(identifier())") }
    }
    return lines.joined(separator: "\r") + "\r"
  }
}
