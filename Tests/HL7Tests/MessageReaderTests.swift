import HL7
import Testing

@Suite struct MessageReaderTests {
  private static let one = #"MSH|^~\&|EHR|CH1|||20261128||ADT^A08|1|P|2.5"#

  /// The control IDs of the messages, or the codes of what is none, with their lines.
  private func read(_ bytes: [UInt8], portion: Int = 1 << 16) throws -> [String] {
    var rest = bytes[...]
    var reader = MessageReader { count in
      defer { rest = rest.dropFirst(min(count, portion)) }
      return Array(rest.prefix(min(count, portion)))
    }
    var found: [String] = []
    while let entry = try reader.next() {
      switch entry.message {
      case .success(let message):
        found.append("\(entry.line) \(message["MSH"]?[10].text ?? "") \(message.segments.count)")
      case .failure(let error): found.append("\(entry.line) \(error.code.rawValue)")
      }
    }
    return found
  }

  @Test(arguments: ["\r", "\n", "\r\n"], [1, 3, 1 << 16])
  func messagesAreFoundWhateverEndsTheirLines(_ end: String, _ portion: Int) throws {
    let two = Self.one.replacing("|1|", with: "|2|")
    let plain = [Self.one, "EVN|A08", "PID|1", two, "PID|1", ""].joined(separator: end)
    #expect(try read(Array(plain.utf8), portion: portion) == ["1 1 3", "4 2 2"])
    let open = [Self.one, "PID|1"].joined(separator: end)
    #expect(try read(Array(open.utf8), portion: portion) == ["1 1 2"])
    let batch = [#"FHS|^~\&|"#, #"BHS|^~\&|"#, Self.one, "PID|1", two, "PID|1", "BTS|2", "FTS|1", ""].joined(
      separator: end)
    #expect(try read(Array(batch.utf8), portion: portion) == ["3 1 2", "5 2 2"])
    let line = "\u{0B}\(Self.one)\(end)PID|1\(end)\u{1C}\(end)\u{0B}\(two)\(end)\u{1C}\(end)"
    #expect(try read(Array(line.utf8), portion: portion) == ["1 1 2", "4 2 1"])
    #expect(try read([0xEF, 0xBB, 0xBF] + Array(plain.utf8), portion: portion) == ["1 1 3", "4 2 2"])
    #expect(try read(Array((end + end + plain).utf8), portion: portion) == ["3 1 3", "6 2 2"])
  }

  @Test func aBadMessageIsToldAndTheNextIsRead() throws {
    let text = "PID|1\r\(Self.one)\rpid|x\r\(Self.one)\r"
    #expect(try read(Array(text.utf8)) == ["1 notHL7", "2 segment", "4 1 1"])
    let long = "\(Self.one)\rNTE|" + String(repeating: "x", count: Message.longest) + "\rPID|1\r\(Self.one)\r"
    #expect(try read(Array(long.utf8)) == ["1 tooLong", "4 1 1"])
    let parts = "\(Self.one)\rNTE|" + String(repeating: "~", count: Message.mostParts) + "\r\(Self.one)\r"
    #expect(try read(Array(parts.utf8)) == ["1 tooLong", "3 1 1"])
    #expect(try read([]) == [] && read(Array("\r\n\r".utf8)) == [])
  }

  private static let utf8 = Array("Müller".utf8)
  private static let latin: [UInt8] = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]
  private static let chinese: [UInt8] = [0x4D, 0xA8, 0xB9, 0x6C, 0x6C, 0x65, 0x72]
  private static let sets: [(String, [UInt8])] = [
    ("UNICODE UTF-8", utf8), ("8859/1", latin), ("8859/15", latin), ("", utf8), ("", latin), ("ASCII~8859/1", latin),
    ("GB 18030-2000", chinese), ("\"\"", utf8),
  ]

  @Test(arguments: sets)
  func theCharacterSetIsTheDeclaredOne(_ set: String, _ name: [UInt8]) throws {
    let bytes = Array("\(Self.one)||||||\(set)\rPID|||||".utf8) + name + Array("^A\r".utf8)
    var reader = MessageReader(bytes)
    let message = try #require(try reader.next()?.message.get())
    #expect(message["PID"]?[5].text == "Müller" && message["PID"]?[5].component(2) == "A")
  }

  @Test func japaneseOfISO2022AndWhatIsNotTextInItsSet() throws {
    func read(_ set: String, _ name: [UInt8]) throws -> String? {
      let bytes = Array("\(Self.one)||||||\(set)\rPID|||||".utf8) + name + Array("\r".utf8)
      return try Message(parsing: bytes)["PID"]?[5].text
    }
    // 山田, whose second byte of the first character is a delimiter's.
    #expect(try read("~ISO IR87", [0x1B, 0x24, 0x42, 0x3B, 0x33, 0x45, 0x44, 0x1B, 0x28, 0x42]) == "山田")
    let bad: [(String, [UInt8])] = [("UNICODE UTF-8", [0x4D, 0xFC]), ("ASCII", [0xFC]), ("EBCDIC", [0x41, 0xFC])]
    for (set, name) in bad {
      let error = #expect(throws: HL7Error.self) { try read(set, name) }
      #expect(error?.code == .characterSet, "\(set)")
    }
  }

  @Test func anyBytesAreReadOrRefused() throws {
    var state: UInt64 = 5
    let pieces = [
      "MSH|^~\\&", "\r", "\n", "|", "^", "\\", "\u{0B}", "\u{1C}", "FHS", "PID", "\"\"", "&", "~", "ADT^A40",
    ]
    for _ in 0..<3000 {
      var bytes: [UInt8] = []
      for _ in 0..<14 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let choice = Int(state >> 33)
        bytes += choice.isMultiple(of: 17) ? [UInt8(choice / 17 % 256)] : Array(pieces[choice % pieces.count].utf8)
      }
      var reader = MessageReader(bytes)
      while let entry = try reader.next() {
        if case .success(let message) = entry.message { _ = try? PatientMessage(message) }
      }
    }
  }
}
