import Foundation
import SystemPackage
import Testing

/// What an administrator sees of a file, and of how two differ.
struct DumpAndDiffTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  // MARK: Files

  private func element(_ tag: [UInt8], _ vr: String, _ value: some Collection<UInt8>) -> [UInt8] {
    let count = value.count + value.count % 2
    let isLong = ["OB", "OW", "UN", "UT", "SQ"].contains(vr)
    let length = (0..<(isLong ? 4 : 2)).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    return tag + Array(vr.utf8) + (isLong ? [0, 0] : []) + length + Array(value) + (value.count % 2 == 1 ? [0x20] : [])
  }

  /// An instance in explicit little endian, with an item of (0010,1002).
  private func instance(
    name: String = "Doe^Jane", characterSet: String = "ISO_IR 192", nameBytes: [UInt8]? = nil, id: String = "4711",
    pixel: UInt8 = 7, comment: String? = nil
  ) -> [UInt8] {
    let item = element([0x10, 0, 0x20, 0], "LO", id.utf8)
    let length = (0..<4).map { UInt8(truncatingIfNeeded: item.count >> (8 * $0)) }
    let dataSet =
      element([8, 0, 5, 0], "CS", characterSet.utf8) + element([8, 0, 0x18, 0], "UI", "1.2.3.40".utf8)
      + element([0x10, 0, 0x10, 0], "PN", nameBytes ?? Array(name.utf8))
      + element([0x10, 0, 2, 0x10], "SQ", [0xFE, 0xFF, 0, 0xE0] + length + item)
      + (comment.map { element([0x10, 0, 0, 0x40], "LT", $0.utf8) } ?? [])
      + element([0xE0, 0x7F, 0x10, 0], "OW", [UInt8](repeating: 0, count: 4095) + [pixel])
    let syntax = element([2, 0, 0x10, 0], "UI", "1.2.840.10008.1.2.1\0".utf8)
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + syntax + dataSet
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = scratch.path.appending(name).string
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  private func run(_ arguments: String...) throws -> Printed { try Command.run(Command.studypost, arguments) }

  private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

  // MARK: dump

  @Test func aDumpShowsEveryElementOnALineOfItsOwn() throws {
    let path = try write(instance(), "a")
    let printed = try run("dump", path)
    #expect(printed.status == 0 && printed.errors == "")
    let found = lines(printed.output)
    #expect(found.count == 9 && found[0].hasPrefix(path) && found[0].hasSuffix("sound"), "\(printed.output)")
    #expect(found[1].hasPrefix("(0002,0010) UI       20 TransferSyntaxUID "))
    #expect(found[1].hasSuffix("1.2.840.10008.1.2.1 Explicit VR Little Endian"))
    #expect(found[4].contains("(0010,0010) PN        8 PatientName") && found[4].hasSuffix(" Doe^Jane"))
    #expect(found[5].hasSuffix("1 item") && found[6] == "  [0]")
    #expect(found[7].hasPrefix("    (0010,0020) LO        4 PatientID") && found[7].hasSuffix(" 4711"))
    #expect(
      found[8].contains("OW     4096 PixelData") && found[8].hasSuffix("4096 bytes at \(instance().count - 4096)"))
  }

  @Test func nothingInAFileReachesTheTerminalAsACommand() throws {
    let hostile = "\u{1B}[2J\u{9B}31mred\u{202E}cod\u{7}\r\u{2028}\u{0}"
    let path = try write(instance(name: hostile, comment: hostile + "\n(0010,0020) forged"), "evil\u{1B}[2J")
    for arguments in [["dump", path], ["dump", "--json", path], ["diff", path, try write(instance(), "b")]] {
      let printed = try Command.run(Command.studypost, arguments)
      let controls = printed.output.unicodeScalars.filter {
        [.control, .format, .lineSeparator].contains($0.properties.generalCategory) && $0 != "\n"
      }
      #expect(controls.isEmpty && printed.output.contains("red"), "\(arguments)")
      #expect(!lines(printed.output).contains { $0.hasPrefix("(0010,0020) forged") })
    }
  }

  @Test func JSONGivesLongValuesAsTheirPlaceInTheFile() throws {
    let (one, other) = (try write(instance(), "a"), try write(instance(name: "Roe^Rick", pixel: 9), "b"))
    let printed = try run("dump", "--json", "--meta", one, other)
    #expect(printed.status == 0)
    let documents = lines(printed.output).compactMap { Document(parsing: $0) }
    #expect(documents.map { $0["00100010"]["Value"][0]["Alphabetic"].string } == ["Doe^Jane", "Roe^Rick"])
    #expect(documents[0]["00020010"]["Value"][0].string == "1.2.840.10008.1.2.1")
    #expect(documents[0]["00101002"]["Value"][0]["00100020"]["Value"][0].string == "4711")
    let place = try #require(documents[1]["7FE00010"]["BulkDataURI"].string)
    #expect(place == "?offset=\(instance().count - 4096)&length=4096")
    #expect(try run("dump", "--json", one).output.contains("00020010") == false)
  }

  @Test func aDamagedFileIsShownAsFarAsItGoesAndWhatIsNoneIsToldWithoutHidingTheOthers() throws {
    let cut = try write(instance().dropLast(100), "cut")
    let good = try write(instance(), "good")
    let none = try write(Array("%PDF-1.4".utf8) + [UInt8](repeating: 65, count: 500), "none.pdf")
    let damaged = try run("dump", cut)
    #expect(damaged.status == 1 && damaged.output.contains("Doe^Jane") && damaged.output.contains("cut off"))
    #expect(
      damaged.errors.contains(cut) && damaged.errors.contains("(7FE0,0010)") && damaged.errors.contains("at byte"))
    let all = try run("dump", none, scratch.path.appending("absent").string, cut, good)
    #expect(all.status == 65 && lines(all.errors).count == 3)
    #expect(all.errors.contains("none.pdf: this is no DICOM file") && all.errors.contains("absent"))
    #expect(all.output.components(separatedBy: "Doe^Jane").count == 3)
    #expect(try run("dump").status == 64 && run("dump", "--undeclared-text", "LATIN1", "--", good).status == 65)
  }

  @Test func textWithoutADeclaredCharacterSetFollowsTheRuleThatIsAskedFor() throws {
    let path = try write(instance(characterSet: "", nameBytes: [0xD0, 0xC2]), "a")
    #expect(try run("dump", path).output.contains("ÐÂ"))
    #expect(try run("dump", "--undeclared-text", "GB18030", "--", path).output.contains("新"))
  }

  // MARK: diff

  @Test func filesThatMeanTheSameDoNotDiffer() throws {
    let one = try write(instance(name: "Müller^Jörg"), "a")
    let other = try write(
      instance(
        characterSet: "ISO_IR 100",
        nameBytes: Array("M".utf8) + [0xFC] + Array("ller^J".utf8) + [0xF6] + Array("rg".utf8)),
      "b")
    let same = try run("diff", one, one)
    #expect(same.status == 0 && same.output == "No differences.\n")
    let encoded = try run("diff", "--ignore", "SpecificCharacterSet", one, other)
    #expect(encoded.status == 0, "\(encoded.output)")
    let exact = try run("diff", "--exact", "--ignore", "(0008,0005)", one, other)
    #expect(exact.status == 1 && exact.output.contains("(0010,0010) PatientName"))
  }

  @Test func differencesAreToldElementByElementAtEveryDepth() throws {
    let one = try write(instance(), "a")
    let other = try write(instance(name: "Roe^Jane", id: "4712", pixel: 9, comment: "new"), "b")
    let printed = try run("diff", one, other)
    #expect(printed.status == 1 && printed.errors == "")
    #expect(
      lines(printed.output) == [
        "(0010,0010) PatientName", "  - PN Doe^Jane", "  + PN Roe^Jane",
        "(0010,1002)[0].(0010,0020) PatientID", "  - LO 4711", "  + LO 4712",
        "(0010,4000) PatientComments", "  + LT new",
        "(7FE0,0010) PixelData", "  - OW 4096 bytes at \(instance().count - 4096)",
        "  + OW 4096 bytes at \(instance().count - 4096 + 12) (from byte 4095 of the value)",
      ])
    let json = try run("diff", "--json", "--ignore", "PixelData", "--ignore", "PatientComments", one, other)
    #expect(json.status == 1)
    let found = try json.json().items
    #expect(found.map { $0["path"].string } == ["(0010,0010)", "(0010,1002)[0].(0010,0020)"])
    #expect(found[0]["left"].string == "PN Doe^Jane" && found[0]["keyword"].string == "PatientName")
    #expect(try run("diff", one).status == 64 && run("diff", "--ignore", "Nonsense", one, other).status == 64)
    #expect(try run("diff", one, scratch.path.appending("absent").string).status == 65)
  }

  @Test func aCutFileDiffersEvenWhereWhatIsLeftIsTheSame() throws {
    let one = try write(instance(), "a")
    let cut = try write(instance().dropLast(4096 + 12), "b")
    let printed = try run("diff", "--ignore", "PixelData", one, cut)
    #expect(printed.status == 0)
    let inside = try write(instance().dropLast(8), "c")
    let damaged = try run("diff", "--ignore", "PixelData", one, inside)
    #expect(damaged.status == 1 && damaged.errors.contains("cut off"))
  }
}
