import SystemPackage
import Testing

@testable import DICOM

@Suite(.enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"))
struct ReadingTests {
  /// What pydicom brings to be refused: all others must read.
  private let refused: [String: DICOMError.Code] = [
    "MR_truncated.dcm": .truncated,
    "rtplan_truncated.dcm": .truncated,
    // Its offsets were cut out by hand, and the lengths of the items left as they were.
    "DICOMDIR-nooffset": .truncated,
    // A stray space before the first tag.
    "no_meta.dcm": .notDICOM,
    "README": .notDICOM,
  ]

  @Test("every file of pydicom's reads as pydicom reads it, element by element, at every depth")
  func corpus() throws {
    #expect(Corpus.all.count > 150)
    for (path, theirs) in zip(Corpus.all, try Oracle.elements(Corpus.all)) {
      let name = path.lastComponent?.string ?? ""
      do {
        let file = try DICOMFile.read(path)
        #expect(refused[name] == nil, "\(name) should have been refused")
        var ours = try file.meta.lines() + file.dataSet.lines()
        let theirs = try #require(theirs, "pydicom cannot read \(name)")
        let vrs = Dictionary(theirs.map { ($0.path, $0) }) { $1 }
        ours = ours.map { $0.conceding(to: vrs[$0.path]) }
        #expect(Oracle.differences(ours, theirs.map(\.withoutEmptyGroups)) == [], "\(name)")
      } catch let error as DICOMError {
        #expect(error.code == refused[name], "\(error)")
        #expect(error.file == path)
      }
    }
  }

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

  @Test("a file cut at any byte is truncated, unless the cut lies exactly between two elements")
  func cuts() throws {
    let scratch = try Scratch()
    for name in [
      "nested_priv_SQ.dcm", "UN_sequence.dcm", "ExplVR_BigEndNoMeta.dcm", "chrSQEncoding.dcm", "JPEG2000.dcm",
    ] {
      let path = Corpus.file(name)
      let bytes = try contents(path)
      let whole = try DICOMFile.read(path)
      let ends = Set((whole.meta.elements + whole.dataSet.elements).map { Int($0.extent.end) })
      for count in stride(from: 0, to: bytes.count, by: bytes.count > 600 ? 13 : 1) {
        let cut = try scratch.write(Array(bytes[..<count]))
        do {
          _ = try DICOMFile.read(cut)
          #expect(ends.contains(count), "\(name) cut at \(count) was taken for whole")
        } catch let error as DICOMError {
          #expect(error.code == .truncated, "\(name) cut at \(count): \(error)")
        }
      }
    }
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
}

extension Oracle.Line {
  /// Where an element is unknown to our dictionary, or pydicom corrects what is written: their view of the VR.
  fileprivate func conceding(to theirs: Oracle.Line?) -> Oracle.Line {
    guard let theirs, vr == "UN" || path == "(7FE0,0010)" || Set([vr, theirs.vr]) == ["US", "SS"] else {
      return withoutEmptyGroups
    }
    return Oracle.Line(path: path, vr: theirs.vr, length: length, sum: sum)
  }

  /// pydicom drops trailing delimiters of names, and keeps others.
  fileprivate var withoutEmptyGroups: Oracle.Line {
    guard vr == "PN" else { return self }
    var line = self
    line.text = text?.map { PersonName($0).formatted }
    return line
  }
}
