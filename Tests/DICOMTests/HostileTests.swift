import SystemPackage
import Randomness
import Testing

@testable import DICOM

/// Whatever the bytes are: an answer or an error, soon, and never a trap.
struct HostileTests {
  private let scratch: Scratch
  private let preamble = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)

  init() throws { scratch = try Scratch() }

  private func explicitLittle(_ dataSet: [UInt8], syntax: String = "1.2.840.10008.1.2.1") throws -> FilePath {
    let uid = Array(syntax.utf8) + (syntax.utf8.count % 2 == 1 ? [0] : [])
    return try scratch.write(
      preamble + [2, 0, 0x10, 0] + Array("UI".utf8) + [UInt8(uid.count), 0] + uid + dataSet)
  }

  private func code(_ path: FilePath, limits: Limits = .default) -> DICOMError.Code? {
    do {
      _ = try DICOMFile.read(path, options: ReadingOptions(limits: limits))
      return nil
    } catch {
      return (error as? DICOMError)?.code
    }
  }

  private let patientID: [UInt8] = [0x10, 0, 0x20, 0] + Array("LO".utf8) + [2, 0] + Array("AB".utf8)

  @Test("ten thousand sequences in one another are refused by the limit")
  func deep() throws {
    let open: [UInt8] =
      [0x40, 0, 0x30, 0xA7] + Array("SQ".utf8) + [0, 0, 255, 255, 255, 255, 0xFE, 0xFF, 0, 0xE0, 255, 255, 255, 255]
    let path = try explicitLittle(Array([[UInt8]](repeating: open, count: 10_000).joined()))
    #expect(code(path) == .tooDeep)
  }

  @Test("lengths that lie are truncated or malformed, and allocate nothing")
  func lies() throws {
    let name: [UInt8] = [0x10, 0, 0x10, 0]
    for length: [UInt8] in [[0xFE, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0x7F]] {
      #expect(code(try explicitLittle(name + Array("UT".utf8) + [0, 0] + length + [0x41, 0x42])) == .truncated)
      #expect(code(try explicitLittle(name + Array("SQ".utf8) + [0, 0] + length + [0x41, 0x42])) == .truncated)
      let item: [UInt8] = [0xFE, 0xFF, 0, 0xE0]
      let sequence = name + Array("SQ".utf8) + [0, 0, 16, 0, 0, 0] + item + length + [UInt8](repeating: 1, count: 8)
      #expect(code(try explicitLittle(sequence + patientID)) == .malformed)
    }
    #expect(code(try explicitLittle(name + Array("PN".utf8) + [4, 0, 0x41])) == .truncated)
    #expect(code(try explicitLittle([])) == .truncated)
    #expect(code(try scratch.write([])) == .truncated)
    #expect(code(try scratch.write([UInt8](repeating: 0, count: 5000))) == .truncated)
    #expect(code(try scratch.write(Array("%PDF-1.4".utf8) + [UInt8](repeating: 7, count: 500))) == .notDICOM)
    #expect(code("/dev/null") == .notDICOM)
    #expect(code(scratch.path) == .notDICOM)
    #expect(code(scratch.path.appending("absent")) == .unreadable)
  }

  @Test("zeros where elements should be are space that a copy has not filled yet")
  func reserved() throws {
    #expect(code(try explicitLittle(patientID + [UInt8](repeating: 0, count: 4096))) == .truncated)
  }

  @Test("an element that occurs twice is told, and of two values the first is read; a private one is nobody's business")
  func twice() throws {
    let other: [UInt8] = [0x10, 0, 0x20, 0] + Array("LO".utf8) + [2, 0] + Array("XY".utf8)
    let own: [UInt8] = [0x11, 0, 0x20, 0] + Array("LO".utf8) + [2, 0] + Array("AB".utf8)
    for (dataSet, kinds): ([UInt8], [Irregularity.Kind]) in [
      (patientID + patientID, [.repeated]), (patientID + other, [.contradictory]), (patientID + own + own, []),
      (patientID + own + patientID + other, [.repeated, .contradictory]),
    ] {
      let file = try DICOMFile.read(explicitLittle(dataSet))
      #expect(file.irregularities.map(\.kind) == kinds)
      #expect(try file.dataSet.strings(.patientID) == ["AB"])
    }
  }

  @Test("elements out of order are found, and edited where they stand")
  func disorder() throws {
    let name: [UInt8] = [0x10, 0, 0x10, 0] + Array("PN".utf8) + [2, 0] + Array("XY".utf8)
    let file = try DICOMFile.read(try explicitLittle(patientID + name))
    #expect(try file.dataSet.string(.patientName) == "XY" && file.dataSet.string(.patientID) == "AB")
    var edit = Edit()
    edit.set(.patientName, "NEW")
    let new = scratch.new()
    try file.write(applying: edit, to: new)
    #expect(try DICOMFile.read(new).dataSet.elements.map(\.tag) == [.patientID, .patientName])
  }

  @Test("other letters than a VR's, no VR, or another VR encoding than declared: read by what follows")
  func oddHeaders() throws {
    let sex: [UInt8] = [0x10, 0, 0x40, 0] + Array("CS".utf8) + [2, 0] + Array("M ".utf8)
    let size: [UInt8] = [0x10, 0, 0x10, 0]
    for letters: [UInt8] in [Array("??".utf8), Array("I$".utf8), [0, 0], Array("  ".utf8), Array("ZZ".utf8)] {
      for value in [[], Array("AB".utf8)] {
        let odd = size + letters + [UInt8(value.count), 0] + value
        for rest in [0, 100_000] {
          let comments = Array("UT".utf8) + [0, 0] + Encoding.explicitLittle.bytes(UInt32(rest))
          let tail = [0x10, 0, 0, 0x40] + comments + [UInt8](repeating: 0x41, count: rest)
          let dataSet = try DICOMFile.read(try explicitLittle(odd + patientID + sex + tail)).dataSet
          #expect(dataSet.elements.count == 4, "\(letters) \(value)")
          #expect(try dataSet.string(.patientID) == "AB" && dataSet.string(.patientSex) == "M")
          #expect(try dataSet.bytes(.patientName) == value)
        }
      }
    }
    // One element, one item, and a whole file in the other encoding.
    let implicitName: [UInt8] = size + [2, 0, 0, 0] + Array("XY".utf8)
    let modality: [UInt8] = [0x08, 0, 0x60, 0] + Array("CS".utf8) + [2, 0] + Array("CT".utf8)
    let implicitID: [UInt8] = [0x10, 0, 0x20, 0, 2, 0, 0, 0] + Array("AB".utf8)
    let one = try DICOMFile.read(try explicitLittle(modality + implicitName + patientID + sex)).dataSet
    #expect(try one.string(.patientName) == "XY" && one.string(.patientSex) == "M")
    let item = [0xFE, 0xFF, 0, 0xE0] + Encoding.explicitLittle.bytes(UInt32(20)) + implicitName + implicitID
    let sequence = [0x10, 0, 0x02, 0x10] + Array("SQ".utf8) + [0, 0, 28, 0, 0, 0] + item
    let nested = try DICOMFile.read(try explicitLittle(sex + sequence)).dataSet
    #expect(try nested.items(.otherPatientIDsSequence).first?.string(.patientID) == "AB")
    let whole = try DICOMFile.read(try explicitLittle(implicitName + implicitID)).dataSet
    #expect(try whole.string(.patientName) == "XY" && !whole.encoding.isExplicit)
    let declared = try DICOMFile.read(try explicitLittle(patientID + sex, syntax: "1.2.840.10008.1.2")).dataSet
    #expect(try declared.string(.patientSex) == "M" && declared.encoding.isExplicit)
  }

  @Test("a deflate bomb is refused by the limit; damaged and cut deflate streams are told")
  func bomb() throws {
    var limits = Limits()
    limits.inflatedBytes = 1 << 20
    let syntax = TransferSyntax.deflatedExplicitLittleEndian.uid
    let pixels = [0xE0, 0x7F, 0x10, 0] + Array("OW".utf8) + [0, 0] + Encoding.explicitLittle.bytes(UInt32(64 << 20))
    let bomb = try deflated(pixels + [UInt8](repeating: 0, count: 64 << 20))
    #expect(bomb.count < 100_000)
    #expect(code(try explicitLittle(bomb, syntax: syntax), limits: limits) == .inflatesTooFar)
    let good = try deflated(patientID)
    #expect(code(try explicitLittle(good, syntax: syntax)) == nil)
    #expect(code(try explicitLittle(good.dropLast(4), syntax: syntax)) == .truncated)
    #expect(code(try explicitLittle([0xFF, 0xFF] + good, syntax: syntax)) == .malformed)
  }

  @Test("too many elements, in the file or in one data set, are refused by the limits")
  func limits() throws {
    var elements = Limits()
    elements.elements = 3
    var kept = Limits()
    kept.keptElements = 4
    let own: [UInt8] = [0x11, 0, 0x20, 0] + Array("LO".utf8) + [0, 0]
    #expect(code(try explicitLittle(own + own + own + own), limits: elements) == .tooManyElements)
    // The file meta information has one.
    #expect(code(try explicitLittle(own + own + own), limits: kept) == nil)
    #expect(code(try explicitLittle(own + own + own + own), limits: kept) == .tooManyElements)
  }

  // Found by fuzzing: elements of group 0002 in the data set, and single ones in another VR encoding.
  @Test("an edit beside elements that do not belong where they are keeps them as they were, or is refused")
  func misplaced() throws {
    let uid: [UInt8] = [0x55, 0x49, 0x12, 0] + Array("UI".utf8) + [4, 0] + Array("1.2\0".utf8)
    let meta: [UInt8] = [2, 0, 0x13, 0] + Array("SH".utf8) + [0, 0] + [2, 0, 0x16, 0] + Array("AE".utf8) + [0, 0]
    let implicit: [UInt8] = [8, 0, 5, 0, 0, 0, 0, 0, 8, 0, 8, 0, 4, 0, 0, 0] + Array("A\\B ".utf8)
    var refused = 0
    for syntax in ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"] {
      for dataSet in [uid + meta + implicit, uid + implicit + patientID, implicit + uid + meta + patientID, uid + meta]
      {
        // One mixes too much to be read at all.
        guard let file = try? DICOMFile.read(explicitLittle(dataSet, syntax: syntax)) else { continue }
        for tag in file.dataSet.elements.map(\.tag) + [.patientName, Tag(0x0009, 0x0010)]
        where tag != .specificCharacterSet && tag.group != 2 {
          for removes in [true, false] {
            var edit = Edit()
            if removes { edit.remove(tag) } else { edit.set(tag, .bytes([0x31, 0x32]), vr: .lo) }
            do {
              let new = try DICOMFile.read(file.bytes(applying: edit).bytes)
              var comparison = Comparison()
              comparison.isExact = true
              comparison.ignored = [tag]
              try comparison.differences(file, new) { Issue.record("\($0) after an edit of \(tag)") }
            } catch let error as DICOMError {
              #expect(error.code == .malformed, "\(error)")
              refused += 1
            }
          }
        }
      }
    }
    #expect(refused > 0)
  }

  @Test("each limit has an error of its own that gives the element and its place")
  func limitsSayWhere() throws {
    let open: [UInt8] =
      [0x40, 0, 0x30, 0xA7] + Array("SQ".utf8) + [0, 0, 255, 255, 255, 255, 0xFE, 0xFF, 0, 0xE0, 255, 255, 255, 255]
    let text: [UInt8] = [0x10, 0, 0, 0x40] + Array("LT".utf8) + [8, 0] + Array("ABCDEFGH".utf8)
    let deflate = TransferSyntax.deflatedExplicitLittleEndian.uid
    let start = try Int64(contents(explicitLittle([])).count)
    func expect(
      _ code: DICOMError.Code, _ tag: DICOM.Tag, at offset: Int64, _ dataSet: [UInt8],
      syntax: String = "1.2.840.10008.1.2.1", _ change: (inout Limits) -> Void
    ) throws {
      var limits = Limits()
      change(&limits)
      let path = try explicitLittle(dataSet, syntax: syntax)
      let error = #expect(throws: DICOMError.self) {
        try DICOMFile.read(path, options: ReadingOptions(limits: limits)).dataSet.text(.patientComments)
      }
      #expect(error?.code == code && error?.tag == tag && error?.offset == offset, "\(error?.description ?? "")")
      #expect(error?.file == path && error?.code.isLimit == true)
      #expect(error?.message.contains("in [dicom]") == true, "\(error?.message ?? "")")
    }
    try expect(.tooManyElements, .patientComments, at: start + 10, patientID + text) { $0.elements = 2 }
    try expect(.tooManyElements, .patientComments, at: start + 10, patientID + text) { $0.keptElements = 2 }
    try expect(.valueTooLong, .patientComments, at: start + 18, patientID + text) {
      $0.valueBytes = 4
      $0.textBytes = 7
    }
    try expect(.tooDeep, Tag(0x0040, 0xA730), at: start + 10 + 3 * 20 - 8, patientID + open + open + open) {
      $0.depth = 2
    }
    let long = [0xE0, 0x7F, 0x10, 0] + Array("OB".utf8) + [0, 0] + Encoding.explicitLittle.bytes(UInt32(1 << 20))
    let bomb = try deflated(patientID + long + [UInt8](repeating: 0, count: 1 << 20))
    try expect(.inflatesTooFar, .pixelData, at: 1 << 19, bomb, syntax: deflate) { $0.inflatedBytes = 1 << 19 }
  }

  @Test(
    "every byte changed, and random changes, in small files of every kind: an answer or an error, and writing it too")
  func mutations() throws {
    var random = SplitMix64(seed: 42)
    for name in [
      "nested_priv_SQ.dcm", "UN_sequence.dcm", "chrSQEncoding1.dcm", "ExplVR_BigEndNoMeta.dcm", "chrH32.dcm",
    ] {
      guard let bytes = try? contents(Corpus.file(name)) else { continue }
      for round in 0..<150 {
        var changed = bytes
        for _ in 0...(round % 4) {
          let at = Int(random.next() % UInt64(bytes.count))
          changed[at] = [0, 0xFF, 0x1B, UInt8(truncatingIfNeeded: random.next())][Int(random.next() % 4)]
        }
        let path = scratch.path.appending("mutation")
        try overwrite(path, changed)
        guard let file = try? DICOMFile.read(path) else { continue }
        for element in file.dataSet.elements { _ = try? file.dataSet.strings(element.tag) }
        var edit = Edit()
        edit.set(.patientName, "Ж字ع")
        var item = NewDataSet()
        for element in file.dataSet.elements { item.setOriginal(element.tag) }
        edit.append(item: item, to: .originalAttributesSequence)
        let new = scratch.new()
        if (try? file.write(applying: edit, to: new)) != nil {
          #expect(try DICOMFile.read(new).dataSet.string(.patientName) == "Ж字ع", "\(name), round \(round)")
        }
      }
    }
  }
}
