import Foundation
import SystemPackage
import Testing

@testable import DICOM

/// `DataSet.json` and DCMTK's `dcm2json` make the same DICOM JSON model (PS3.18 annex F) of a file.
@Suite(.enabled(if: Oracle.has("/usr/bin/dcm2json"), "dcmtk is not installed"))
struct DCMTKAgreementTests {
  /// What dcm2json has no answer for. All but the last are files that pydicom reads as we do.
  private let unread: Set = [
    // Debian's DCMTK converts by the C library, which has no encoding with the escape sequences of ISO 2022 IR 87.
    "charset_files/chrH31.dcm", "charset_files/chrH32.dcm", "charset_files/chrJapMulti.dcm",
    "charset_files/chrJapMultiExplicitIR6.dcm", "charset_files/chrSQEncoding1.dcm",
    "test_files/J2K_pixelrep_mismatch.dcm",
    // Its items declare ISO 2022 IR 87, but the data set UTF-8. dcm2json goes by that, and copies the bytes of the items,
    // which then are no JSON (RFC 8259 8.1).
    "charset_files/chrSQEncoding.dcm",
    // Encapsulated pixel data in implicit VR, which no transfer syntax has (PS3.5 A.4).
    "test_files/SC_rgb_jpeg.dcm",
    // What is cut off: it gives nothing of it, as we do. The last it takes for whole.
    "test_files/MR_truncated.dcm", "test_files/rtplan_truncated.dcm",
    "test_files/no_meta.dcm", "test_files/dicomdirtests/TINY_ALPHA/README",
  ]

  @Test("every file that dcm2json reads gives the same JSON model, but for what the table lists")
  func models() throws {
    var differences: [Difference] = []
    for path in Corpus.all {
      let name = Corpus.name(path)
      let theirs = try? JSONModel(try Oracle.run("/usr/bin/dcm2json", ["-fc", "-q", path.string])).lines()
      #expect((theirs == nil) == unread.contains(name), "\(name)")
      guard let theirs else { continue }
      let file = try DICOMFile.inspect(path)
      let ours = try JSONModel(Data(file.dataSet.json().utf8), bulk: file.bulk).lines()
      differences += Difference.all(name, ours, theirs, in: [file.dataSet])
    }
    Disagreement.check(differences, against: Self.table)
  }

  private static let table: [Disagreement] = [
    .wherever(
      because: """
        PS3.5 A.4, PS3.18 F.2.6: encapsulated pixel data is bulk data. dcm2json has no references, gives up at the first \
        such value ("InlineBinary encoding not supported for compressed pixel data"), and leaves out the rest.
        """
    ) { $0.theirs == nil && $0.ours != nil && $0.isPastFragments },
    .wherever(
      because: """
        PS3.5 6.2.2: what is written as UN although the standard knows its VR is read by that. dcm2json gives its bytes.
        """
    ) { difference in
      guard let element = difference.element, element.vr == .un, !element.tag.isPrivate, let theirs = difference.theirs,
        let ours = difference.ours, theirs.vr == "UN"
      else { return false }
      return ours.vr == element.effectiveVR.rawValue && theirs.length ?? 0 == Int(element.length)
    },
    .wherever(because: "PS3.5 6.2.2: the same, of the elements in a sequence that is written as UN.") { difference in
      difference.theirs == nil && difference.around.contains { $0.vr == .un && !$0.tag.isPrivate }
    },
    .wherever(
      because: """
        PS3.5 6.2.2: a private element in implicit VR has a VR that only its vendor knows, so that it is UN. DCMTK has it \
        from a list of what vendors use.
        """
    ) { difference in
      guard let element = difference.element, element.tag.isPrivate, !element.encoding.isExplicit,
        case .bytes(let bytes) = element.content, let ours = difference.ours, let theirs = difference.theirs
      else { return false }
      let text = String(decoding: bytes, as: UTF8.self).trimmingPadding()
      return ours.vr == "UN" && (theirs.sum == ours.sum || theirs.text?.joined(separator: "\\") == text)
    },
    .wherever(
      because: """
        PS3.18 F.2.2: the same private element, whose value is too long to be kept, is bulk data; DCMTK knows it as OB.
        """
    ) { difference in
      guard let element = difference.element, element.tag.isPrivate, !element.encoding.isExplicit,
        case .onDisk = element.content
      else { return false }
      return difference.ours?.vr == "UN" && difference.theirs?.vr == "OB"
        && difference.ours?.sum == difference.theirs?.sum
    },
    .wherever(
      because: """
        RFC 8259 8.1, PS3.3 C.12.1.1.2: JSON is UTF-8 at every depth, so that (0008,0005) of an item says ISO_IR 192, too. \
        dcm2json goes by the top level alone: where that declares nothing, it leaves the items as they are.
        """
    ) { difference in
      difference.path.hasSuffix("].(0008,0005)") && difference.ours?.text == ["ISO_IR 192"]
        && difference.theirs?.text == ["ISO_IR 100"]
    },
    .wherever(
      because: """
        PS3.5 6.2.1.1: a name of nothing but delimiters is a value, in which each component is empty; the model has it as \
        it is written (PS3.18 F.2.2). dcm2json leaves it out.
        """
    ) { difference in
      difference.theirs == Line(path: difference.path, vr: "PN")
        && difference.ours?.names == [[String](repeating: "", count: 15)]
    },
    .wherever(because: "PS3.5 6.2, table 6.2-1: FL has a zero with a sign (IEEE 754). dcm2json writes it without.") {
      $0.ours?.vr == "FL" && $0.ours?.numbers == ["8000000000000000"] && $0.theirs?.numbers == ["0"]
    },
    // The value has nine bytes, although PS3.5 7.1.1 wants an even number.
    .at(
      "test_files/nested_priv_SQ.dcm", "(0001,0001)[0].(0001,0002)", theirs: "UN, 10 long", ours: "UN, 9 long",
      because: "PS3.5 7.1.1: the length is what the header says. dcm2json makes it even with a byte that is not there."),
    .at(
      "test_files/meta_missing_tsyntax.dcm", "(0001,0001)[0].(0001,0002)", theirs: "UN, 10 long", ours: "UN, 9 long",
      because: "PS3.5 7.1.1, as in nested_priv_SQ.dcm."),
  ]

  // No file of the corpora has such words, but for pixel data, which is bulk data.
  @Test("the words of a big-endian file are little endian in the model, each by the size that its VR gives it")
  func bigEndian() throws {
    let scratch = try Scratch()
    func element(_ tag: [UInt8], _ vr: String) -> [UInt8] {
      tag + Array(vr.utf8) + [0, 0, 0, 0, 0, 8] + [1, 2, 3, 4, 5, 6, 7, 8]
    }
    let elements =
      element([0x00, 0x28, 0x30, 0x06], "OW") + element([0x00, 0x42, 0x00, 0x11], "OB")
      + element([0x00, 0x66, 0x00, 0x16], "OF") + element([0x00, 0x66, 0x00, 0x22], "OD")
      + element([0x00, 0x66, 0x00, 0x40], "OL")
    let meta = Array("UI".utf8) + [20, 0] + Array("1.2.840.10008.1.2.2".utf8) + [0]
    let path = try scratch.write(
      [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + [2, 0, 0x10, 0] + meta + elements)
    let ours = try JSONModel(Data(DICOMFile.read(path).dataSet.json().utf8)).lines()
    let theirs = try JSONModel(Oracle.run("/usr/bin/dcm2json", ["-fc", "-q", path.string])).lines()
    #expect(ours == theirs && ours.count == 5)
    #expect(Set(ours.map(\.sum)).count == 4)
  }

  @Test("elements are in ascending order and each but once, whatever the file has (PS3.18 F.2.2)")
  func order() throws {
    func element(_ number: UInt8, _ vr: String, _ value: String) -> [UInt8] {
      [0x11, 0, number, 0] + Array(vr.utf8) + [UInt8(value.utf8.count), 0] + Array(value.utf8)
    }
    let file = try DICOMFile.read(
      [0x10, 0, 0x20, 0] + Array("LO".utf8) + [2, 0] + Array("AB".utf8) + element(0x11, "LO", "X ")
        + element(0x10, "LO", "1 ") + element(0x10, "LO", "2 "))
    #expect(
      try file.dataSet.json() == #"{"00100020":{"vr":"LO","Value":["AB"]},"#
        + #""00110010":{"vr":"LO","Value":["1"]},"00110011":{"vr":"LO","Value":["X"]}}"#)
  }
}

extension DICOMFile {
  /// What a `BulkDataURI` of this file's JSON model leads to, in little endian as `InlineBinary` is (PS3.18 F.2.7).
  func bulk(_ uri: String, _ vr: String) throws -> Data {
    guard let match = uri.wholeMatch(of: /\?(offset|inflatedOffset)=(\d+)&length=(\d+)/), let offset = Int64(match.2),
      let length = Int(match.3), (match.1 == "inflatedOffset") == transferSyntax.isDeflated
    else { throw JSONModel.Malformed(description: "\(uri) is no place") }
    var bytes = try dataSet.origin.reading { try $0.bytes(offset, length) }
    if transferSyntax.encoding.isBigEndian { bytes.swapWords(VR(rawValue: vr)?.wordSize ?? 1) }
    return Data(bytes)
  }
}
