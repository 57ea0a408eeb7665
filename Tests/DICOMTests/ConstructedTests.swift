import SystemPackage
import Testing

@testable import DICOM

/// Files put together byte by byte, of what no corpus has.
struct ConstructedTests {
  private func file(_ dataSet: [UInt8], _ syntax: TransferSyntax = .explicitLittleEndian) -> [UInt8] {
    let uid = Array(syntax.uid.utf8) + (syntax.uid.utf8.count % 2 == 1 ? [0] : [])
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + element(.transferSyntaxUID, .ui, uid) + dataSet
  }

  private func element(
    _ tag: DICOM.Tag, _ vr: VR, _ value: [UInt8], _ encoding: Encoding = .explicitLittle
  ) -> [UInt8] {
    let header = try? Encoder(encoding: encoding, characterSet: .ascii).header(tag, vr, Int64(value.count))
    return (header ?? []) + value
  }

  private func item(_ elements: [UInt8]) -> [UInt8] {
    [0xFE, 0xFF, 0, 0xE0] + Encoding.explicitLittle.bytes(UInt32(elements.count)) + elements
  }

  private let own = DICOM.Tag(0x0011, 0x1001)

  // MARK: Reading

  @Test("a look ahead in a deflated data set, beyond what is inflated, does not lose the value")
  func lookAhead() throws {
    // Letters that are no VR, and a short value that could be a long length: one that reaches far.
    let odd = [0x11, 0, 1, 0x10] + Array("ZZ".utf8) + [4, 0] + Encoding.explicitLittle.bytes(UInt32(200_000))
    let dataSet = odd + odd + element(.pixelData, .ob, [UInt8](repeating: 0x11, count: 300_000))
    for bytes in [file(dataSet), try file(deflated(dataSet), .deflatedExplicitLittleEndian)] {
      let elements = try DICOMFile.read(bytes).dataSet.elements
      #expect(elements.map(\.length) == [4, 4, 300_000])
    }
  }

  @Test("what is kept of a file is not more than its values, however far they lie from one another")
  func windows() throws {
    let scratch = try Scratch()
    var limits = Limits()
    limits.headerBytes = 8 << 10
    limits.valueBytes = 4 << 10
    let far = element(own, .ob, [UInt8](repeating: 0, count: 9 << 10))
    let near = element(.patientID, .lo, Array("AB".utf8))
    let items = Array([[UInt8]](repeating: item(near + far), count: 20).joined())
    let path = try scratch.write(file(element(.otherPatientIDsSequence, .sq, items)))
    let dataSet = try DICOMFile.read(path, options: ReadingOptions(limits: limits)).dataSet
    // A slice that is a view of its window does not begin at 0.
    let copied = dataSet.items(.otherPatientIDsSequence).count { item in
      if case .bytes(let bytes)? = item[.patientID]?.content { bytes.startIndex == 0 } else { false }
    }
    #expect(copied >= 18)
    #expect(try dataSet.items(.otherPatientIDsSequence).allSatisfy { try $0.string(.patientID) == "AB" })
  }

  @Test("bytes that follow a deflated data set are told, wherever the window ends")
  func trailing() throws {
    // An element without value ends with the first window: its header is read when the next one is not there.
    let first = element(own, .un, [UInt8](repeating: 0x41, count: (64 << 10) - 12 - 8))
    let dataSet = first + element(.patientID, .lo, []) + element(.patientSex, .cs, Array("M ".utf8))
    let stream = try deflated(dataSet)
    let read = { try DICOMFile.read(file($0, .deflatedExplicitLittleEndian)).dataSet.elements.count }
    #expect(try read(stream) == 3)
    let error = #expect(throws: DICOMError.self) { try read(stream + [UInt8](repeating: 7, count: 20)) }
    #expect(error?.code == .malformed)
  }

  @Test("no more terms of character sets are taken apart than the standard has")
  func terms() throws {
    let declared = Array("ISO_IR 100".utf8) + [UInt8](repeating: 0x5C, count: 60_000)
    let set = CharacterSet(declared: declared[...], undeclared: .default)
    #expect(set.terms.count < 30)
    #expect(set.unknownTerm?.isEmpty == false)
    #expect(try set.decode([0xE4], vr: .lo) == "ä")
  }

  @Test("the beginning of a file that lacks the element is read all the same")
  func beginning() throws {
    let scratch = try Scratch()
    let path = try scratch.write(file(element(.patientID, .lo, Array("AB".utf8))))
    #expect(try DICOMFile.readBeginning(of: path, through: .specificCharacterSet).dataSet.elements.isEmpty)
  }

  // MARK: Text

  @Test("a mark behind a delimiter does not hide it")
  func marks() throws {
    let name = PersonName("Doe^\u{301}John=\u{200D}X^Y")
    #expect(name.alphabetic.family == "Doe" && name.alphabetic.given == "\u{301}John")
    #expect(name.ideographic.family == "\u{200D}X" && name.ideographic.given == "Y")
    #expect(name.formatted == "Doe^\u{301}John=\u{200D}X^Y")
    let json = try DICOMFile.read(
      file(
        element(.specificCharacterSet, .cs, Array("ISO_IR 192".utf8))
          + element(.patientName, .pn, Array("A=\u{301}B".utf8)))
    ).dataSet.json()
    #expect(json.contains("{\"Alphabetic\":\"A\",\"Ideographic\":\"\u{301}B\"}"))
    let long = String(repeating: "A", count: 40)
    #expect(VR.pn.problem(in: "\(long)=\u{301}\(long)") == nil)
  }

  @Test("what an error quotes has no character that a terminal or a log takes for more than text, and is short")
  func quotes() throws {
    let quoted = "1\u{9B}2J\u{202E}\u{2028}\n\u{1B}\"\\é".quoted
    #expect(quoted == "\"1\\u{9B}2J\\u{202E}\\u{2028}\\n\\u{1B}\\\"\\\\é\"")
    #expect(("e" + String(repeating: "\u{301}", count: 10_000)).quoted.utf8.count < 300)
    for scalar in ["e", "\u{1}", "\u{202E}", "\u{10FFFF}"] {
      let long = String(repeating: scalar, count: 10_000).quoted
      #expect(long.unicodeScalars.count < 80 && long.hasSuffix("…\""))
    }
    #expect(String(repeating: "x", count: 64).quoted == "\"\(String(repeating: "x", count: 64))\"")
    let bytes = file(
      element(.specificCharacterSet, .cs, Array("ISO_IR 192".utf8)) + element(own, .lo, Array("\u{9B}2J ".utf8)))
    let dataSet = try DICOMFile.read(bytes).dataSet
    let error = #expect(throws: DICOMError.self) { try dataSet.numbers(own) }
    #expect(error?.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } == true)
  }

  @Test("the description of an element is short, whatever it is that cannot be read")
  func descriptions() throws {
    let term = [UInt8](repeating: 1, count: 400)
    let text = element(own, .lt, [UInt8](repeating: 0xE4, count: 1400))
    for set in [term, Array("ISO_IR 192".utf8), Array("ISO 2022 IR 87\\ISO 2022 IR 6 ".utf8)] {
      let options = ReadingOptions(undeclaredText: .refused)
      let dataSet = try DICOMFile.read(file(element(.specificCharacterSet, .cs, set) + text), options: options).dataSet
      let description = dataSet.describe(try #require(dataSet[own]))
      #expect(description.unicodeScalars.count < 400 && description.contains("E4 E4"))
    }
  }

  @Test("unknown values with escape sequences, and long ones, are listed when all text is rewritten")
  func untranscoded() throws {
    let japanese: [UInt8] = [0x1B, 0x24, 0x42, 0x3B, 0x33, 0x45, 0x44, 0x1B, 0x28, 0x42]
    let broken = DICOM.Tag(0x0008, 0x1140)
    let dataSet =
      element(.specificCharacterSet, .cs, Array("\\ISO 2022 IR 87".utf8)) + element(broken, .un, [0xE4, 0x20])
      + element(own, .un, japanese) + element(DICOM.Tag(0x0011, 0x1002), .un, [UInt8](repeating: 0xE4, count: 70_000))
      + element(DICOM.Tag(0x0011, 0x1003), .un, Array("AB".utf8))
    var edit = Edit()
    edit.transcodesText = true
    let report = try DICOMFile.read(file(dataSet)).bytes(applying: edit).report
    #expect(report.untranscoded == [broken, own, DICOM.Tag(0x0011, 0x1002)])
  }

  // MARK: Meaning

  @Test("UN that the dictionary has as a sequence, but that is none, is UN with its bytes in JSON (PS3.18 F.2.2)")
  func noSequence() throws {
    let bytes = file(element(DICOM.Tag(0x0008, 0x1140), .un, [1, 2, 3, 4]))
    #expect(try DICOMFile.read(bytes).dataSet.json() == #"{"00081140":{"vr":"UN","InlineBinary":"AQIDBA=="}}"#)
  }

  @Test("a value of UN is little endian in a big-endian file, and compares so (PS3.5 6.2.2)")
  func unknownInBigEndian() throws {
    let rows = DICOM.Tag(0x0028, 0x0010)
    let big = try DICOMFile.read(file(element(rows, .un, [0, 2], .explicitBig), .explicitBigEndian))
    let little = try DICOMFile.read(file(element(rows, .us, [0, 2])))
    #expect(big.dataSet.integer(rows) == 512 && little.dataSet.integer(rows) == 512)
    var comparison = Comparison()
    comparison.includesMeta = false
    try comparison.differences(big, little) { Issue.record("\($0)") }
    try comparison.differences(little, big) { Issue.record("\($0)") }
  }

  @Test("a value of UN that may be US or SS is what Pixel Representation says", arguments: [false, true])
  func unknownSign(isSigned: Bool) throws {
    let smallest = DICOM.Tag(0x0028, 0x0106)
    let representation = element(.pixelRepresentation, .us, [isSigned ? 1 : 0, 0])
    for value in [element(smallest, .un, [0xFE, 0xFF]), element(smallest, .us, [0xFE, 0xFF], .implicitLittle)] {
      let dataSet = try DICOMFile.read(file(representation + value)).dataSet
      #expect(dataSet.integer(smallest) == (isSigned ? -2 : 65534))
      #expect(dataSet[smallest]?.effectiveVR == (isSigned ? .ss : .us))
    }
    // What says its VR is what it says.
    #expect(
      try DICOMFile.read(file(representation + element(smallest, .us, [0xFE, 0xFF]))).dataSet.integer(smallest) == 65534
    )
  }

  @Test("a universal Mach-O of 64 bits in the preamble is a program")
  func universal() throws {
    let bytes = [0xCA, 0xFE, 0xBA, 0xBF] + file(element(.patientID, .lo, [])).dropFirst(4)
    #expect(try DICOMFile.read(bytes).hasExecutablePreamble)
  }

  // MARK: Editing

  @Test("a new item may not declare a character set, in which its text would not be")
  func itemsOwnCharacterSet() throws {
    let dataSet = element(.specificCharacterSet, .cs, Array("ISO_IR 192".utf8)) + element(.patientID, .lo, [])
    var item = NewDataSet()
    item.set(.specificCharacterSet, "ISO_IR 100")
    item.set(.patientID, "é")
    var edit = Edit()
    edit.append(item: item, to: .otherPatientIDsSequence)
    let error = #expect(throws: DICOMError.self) { try DICOMFile.read(file(dataSet)).bytes(applying: edit) }
    #expect(error?.code == .unsupported && error?.tag == .specificCharacterSet)
  }

  @Test("old text keeps its meaning in an item of another character set", arguments: [false, true])
  func originalInOtherCharacterSet(isNested: Bool) throws {
    let name = element(.patientName, .pn, [0xC4, 0x6E])
    let other = element(.specificCharacterSet, .cs, Array("ISO_IR 144".utf8)) + element(.patientID, .lo, [0xB6, 0x20])
    let dataSet =
      element(.specificCharacterSet, .cs, Array("ISO_IR 100".utf8))
      + element(.referencedPatientSequence, .sq, item(name)) + name
      + element(.otherPatientIDsSequence, .sq, item(other))
    let read = try DICOMFile.read(file(dataSet))
    let original: DICOM.Tag = isNested ? .referencedPatientSequence : .patientName
    var record = NewDataSet()
    record.setOriginal(original)
    var edit = Edit()
    edit.append(item: record, to: try TagPath("(0010,1002)[0].(0400,0550)"))
    let (bytes, report) = try read.bytes(applying: edit)
    let new = try DICOMFile.read(bytes).dataSet
    #expect(report.isTranscoded)
    let prefix = isNested ? ".(0008,1120)[0]" : ""
    #expect(try new.strings(at: TagPath("(0010,1002)[0].(0400,0550)[0]\(prefix).(0010,0010)")) == ["Än"])
    #expect(try new.strings(at: TagPath("(0010,1002)[0].(0010,0020)")) == ["Ж"])
    #expect(try new.string(.patientName) == "Än")
  }

  @Test("a block for a private creator is none that another change of the edit takes")
  func blocks() throws {
    let read = try DICOMFile.read(file(element(.patientID, .lo, [])))
    for creatorFirst in [true, false] {
      var edit = Edit()
      func mine() { edit.set(DICOM.Tag(0x0011, 0x0010), "MINE", vr: .lo) }
      if creatorFirst { mine() }
      edit.set(try TagPath("(0011,\"OTHER\",01)"), "x", vr: .lo)
      if !creatorFirst { mine() }
      let new = try DICOMFile.read(read.bytes(applying: edit).bytes).dataSet
      #expect(try new.string(DICOM.Tag(0x0011, 0x0010)) == "MINE")
      #expect(try new.strings(at: TagPath("(0011,\"OTHER\",01)")) == ["x"])
    }
  }

  @Test("a file without meta information is written though its UIDs break their form: they follow the data set's")
  func illegalUIDs() throws {
    let uid = Array("1.02.3".utf8)
    let bytes = element(.sopClassUID, .ui, uid) + element(.sopInstanceUID, .ui, uid) + element(.patientID, .lo, [])
    let new = try DICOMFile.read(DICOMFile.read(bytes).bytes(applying: Edit()).bytes)
    #expect(try new.meta.string(.mediaStorageSOPInstanceUID) == "1.02.3")
  }

  @Test("what becomes of text is not kept beyond the limit of a header")
  func rewrittenText() throws {
    var limits = Limits()
    limits.headerBytes = 100_000
    let text = element(own, .ut, [UInt8](repeating: 0xE4, count: 70_000))
    let dataSet = element(.specificCharacterSet, .cs, Array("ISO_IR 100".utf8)) + text + text
    var edit = Edit()
    edit.transcodesText = true
    let read = try DICOMFile.read(file(dataSet), options: ReadingOptions(limits: limits))
    let error = #expect(throws: DICOMError.self) { try read.bytes(applying: edit) }
    #expect(error?.code == .headerTooLong && error?.tag == own)
  }
}
