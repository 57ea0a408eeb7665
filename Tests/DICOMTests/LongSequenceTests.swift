import Foundation
import IntakeRecipes
import SystemPackage
import Testing

@testable import DICOM

/// Sequences that are too long to be kept: read again, they are what they are when they are kept.
struct LongSequenceTests {
  private let scratch: Scratch
  private let few: ReadingOptions

  init() throws {
    scratch = try Scratch()
    var limits = Limits()
    limits.keptElements = 160
    few = ReadingOptions(limits: limits)
  }

  /// Frames of an image, each with two sequences and a text of its own.
  private func frames(_ syntax: Syntax, count: Int, isOpen: Bool = false) -> [UInt8] {
    let image = Image(syntax, Subject())
    let writer = image.writer
    let items = (0..<count).flatMap { number -> [UInt8] in
      let code = writer.element(0x0008_0100, "SH", "C\(number)") + writer.element(0x0008_0104, "LO", [0xC4, 0x20])
      let content = writer.element(0x0020_9056, "SH", "\(number)") + writer.element(0x0020_4000, "LT", [0xE4, 0x62])
      return writer.item(
        writer.sequence(0x0008_2218, writer.item(code)) + writer.sequence(0x0020_9111, writer.item(content)))
    }
    let sequence =
      isOpen ? writer.openSequence(0x5200_9230, items) : writer.sequence(0x5200_9230, items)
    return image.head + writer.element(0x0008_0005, "CS", "ISO_IR 100") + image.beginning + image.otherIDs
      + image.middle + sequence + image.pixels
  }

  private func isOnDisk(_ file: DICOMFile) -> Bool {
    if case .itemsOnDisk? = file.dataSet[Tag(0x5200, 0x9230)]?.content { true } else { false }
  }

  @Test("a long sequence has the same items, values and JSON", arguments: Syntax.allCases)
  func same(syntax: Syntax) throws {
    for isOpen in [false, true] {
      let bytes = frames(syntax, count: 200, isOpen: isOpen)
      for (kept, read) in [
        (try DICOMFile.read(bytes), try DICOMFile.read(bytes, options: few)),
        (try DICOMFile.read(bytes), try DICOMFile.read(scratch.write(bytes), options: few)),
      ] {
        #expect(!isOnDisk(kept) && isOnDisk(read))
        #expect(read.dataSet[Tag(0x5200, 0x9230)]?.itemCount == 200)
        let path = try TagPath("(5200,9230)[*].(0020,9111)[*].(0020,4000)")
        #expect(try read.dataSet.strings(at: path) == [String](repeating: "äb", count: 200))
        #expect(try read.dataSet.json() == kept.dataSet.json())
        var exact = Comparison()
        exact.isExact = true
        try exact.differences(kept, read) { Issue.record("\($0)") }
        try exact.differences(read, kept) { Issue.record("\($0)") }
      }
    }
  }

  @Test("sequences before and behind a long one are kept, and a long one among few items is its own")
  func neighbours() throws {
    let image = Image(.explicit, Subject())
    let writer = image.writer
    func contours(_ count: Int) -> [UInt8] {
      writer.sequence(0x3006_0040, (0..<count).flatMap { writer.item(writer.element(0x3006_0046, "IS", "\($0)")) })
    }
    let rois = [3, 500, 4, 500, 5].flatMap { writer.item(contours($0)) }
    let bytes = image.head + image.beginning + image.otherIDs + image.middle + writer.sequence(0x3006_0039, rois)
    let file = try DICOMFile.read(bytes, options: few)
    #expect(file.dataSet.items(.otherPatientIDsSequence).count == 1)
    let items = file.dataSet.items(Tag(0x3006, 0x0039))
    #expect(items.map { $0[Tag(0x3006, 0x0040)]?.itemCount } == [3, 500, 4, 500, 5])
    if case .items? = file.dataSet[.otherPatientIDsSequence]?.content {} else { Issue.record("it is not kept") }
    #expect(try items[3].strings(at: TagPath("(3006,0040)[499].(3006,0046)")) == ["499"])
  }

  @Test(
    "a long sequence is rewritten, in ISO_IR 192 where that has to be, as one that is kept", arguments: Syntax.allCases)
  func rewriting(syntax: Syntax) throws {
    let bytes = frames(syntax, count: 200)
    for name in ["Plain", "Παπαδόπουλος"] {
      for change in [nil, "(5200,9230)[7].(0020,9111)[0].(0020,9056)"] {
        var edit = Edit()
        edit.set(.patientName, .string(name))
        if let change { edit.set(try TagPath(change), "X") }
        let kept = try DICOMFile.read(bytes).bytes(applying: edit)
        let read = try DICOMFile.read(bytes, options: few).bytes(applying: edit)
        #expect(kept.bytes == read.bytes && kept.report.isTranscoded == (name != "Plain"))
      }
    }
  }

  @Test("a long sequence of a deflated data set is read again, too")
  func deflatedToo() throws {
    var image = Image(.explicit, Subject())
    image.transferSyntax = TransferSyntax.deflatedExplicitLittleEndian.uid
    let plain = frames(.explicit, count: 200)
    let dataSet = Array(plain.dropFirst(Image(.explicit, Subject()).head.count))
    let path = try scratch.write(image.head + deflated(dataSet))
    let read = try DICOMFile.read(path, options: few)
    #expect(isOnDisk(read))
    #expect(try read.dataSet.json() == DICOMFile.read(path).dataSet.json())
    var edit = Edit()
    edit.set(.patientName, "Παπαδόπουλος")
    #expect(try read.bytes(applying: edit).bytes == DICOMFile.read(path).bytes(applying: edit).bytes)
  }

  @Test("what says how other values are read is kept, however much there was before")
  func smallValues() throws {
    var limits = Limits()
    limits.headerBytes = 4
    let file = try DICOMFile.read(frames(.explicit, count: 3), options: ReadingOptions(limits: limits))
    #expect(try file.dataSet.strings(at: TagPath("(5200,9230)[*].(0020,9111)[*].(0020,4000)")) == ["äb", "äb", "äb"])
  }

  @Test("JSON is written in pieces of a long file, and is the same")
  func pieces() throws {
    let file = try DICOMFile.read(frames(.explicit, count: 2000), options: few)
    var pieces: [String] = []
    try DataSet.writeJSON([file.meta, file.dataSet]) { pieces.append($0) }
    #expect(pieces.count > 2)
    let whole = "{\(try file.meta.json().dropFirst().dropLast()),\(try file.dataSet.json().dropFirst())"
    #expect(pieces.joined() == whole)
  }
}
