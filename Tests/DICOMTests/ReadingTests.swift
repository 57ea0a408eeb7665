import SystemPackage
import Testing

@testable import DICOM

@Suite(.enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"))
struct ReadingTests {
  @Test("the transfer syntax, preamble and meta information are told as they are")
  func beginnings() throws {
    func file(_ name: String) throws -> DICOMFile { try DICOMFile.read(Corpus.file(name)) }
    let deflated = try file("image_dfl.dcm")
    #expect(deflated.transferSyntax == .deflatedExplicitLittleEndian)
    #expect(deflated.dataSet.integer(.rows) == 512)
    let big = try file("ExplVR_BigEndNoMeta.dcm")
    #expect(big.transferSyntax == .explicitBigEndian && !big.hasPreamble && !big.hasMeta)
    let little = try file("ExplVR_LitEndNoMeta.dcm")
    #expect(little.transferSyntax == .explicitLittleEndian && !little.hasPreamble && !little.hasMeta)
    let missing = try file("meta_missing_tsyntax.dcm")
    #expect(missing.hasMeta && missing.hasPreamble && missing.meta[.transferSyntaxUID] == nil)
    #expect(try file("MR_small_bigendian.dcm").dataSet.integer(.columns) == 64)
    #expect(try !file("CT_small.dcm").lacksPixelData)
  }

  @Test("values longer than the limit stay on disk, and their text is there when asked for")
  func longText() throws {
    let scratch = try Scratch()
    let path = scratch.new()
    let text = String(repeating: "Bericht über Müller. ", count: 10_000)
    var new = NewDataSet()
    new.set(.specificCharacterSet, "ISO_IR 100")
    new.set(Tag(0x0040, 0xA160), .string(text))
    try DICOMFile.create(at: path, sopClassUID: "1.2.3", sopInstanceUID: "1.2.3.4", dataSet: new)
    let read = try DICOMFile.read(path).dataSet
    guard case .onDisk? = read[Tag(0x0040, 0xA160)]?.content else {
      Issue.record("it was kept in memory")
      return
    }
    #expect(try read.text(Tag(0x0040, 0xA160)) == text.trimmingTrailingPadding())
  }

  @Test("encapsulated pixel data is OB where its VR is not written, or is written as UN (PS3.5 A.4)")
  func encapsulatedVR() throws {
    let fragments: [UInt8] = [0xFE, 0xFF, 0, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0, 0xE0, 2, 0, 0, 0, 1, 2]
    let end: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
    let sex: [UInt8] = [0x10, 0, 0x40, 0] + Array("CS".utf8) + [2, 0] + Array("M ".utf8)
    for header: [UInt8] in [[], Array("UN".utf8) + [0, 0]] {
      let bytes = sex + [0xE0, 0x7F, 0x10, 0] + header + [0xFF, 0xFF, 0xFF, 0xFF] + fragments + end
      let element = try #require(try DICOMFile.read(bytes).dataSet[.pixelData])
      #expect(element.effectiveVR == .ob && element.length == Int64(fragments.count))
      guard case .fragments(2) = element.content else {
        Issue.record("\(element.content)")
        return
      }
    }
  }

  @Test("spaces at the beginning count in UC, and in no other text of several values (PS3.5 table 6.2-1)")
  func leadingSpaces() throws {
    let value = Array(" A\\ B ".utf8)
    let label = [0x10, 0, 0x20, 0] + Array("LO".utf8) + [UInt8(value.count), 0] + value
    let long = [0x18, 0, 0x09, 0x99] + Array("UC".utf8) + [0, 0, UInt8(value.count), 0, 0, 0] + value
    let dataSet = try DICOMFile.read(label + long).dataSet
    #expect(try dataSet.strings(.patientID) == ["A", "B"])
    #expect(try dataSet.strings(Tag(0x0018, 0x9909)) == [" A", " B"])
  }
}
