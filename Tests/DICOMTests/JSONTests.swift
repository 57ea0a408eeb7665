import Foundation
import SystemPackage
import Testing

@testable import DICOM

/// The DICOM JSON model (PS3.18 annex F), value by value; whole files are held against dcm2json and pydicom elsewhere.
struct JSONTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The object of a file with these elements, without its SOP UIDs.
  private func json(_ fill: (inout NewDataSet) -> Void) throws -> String {
    var new = NewDataSet()
    fill(&new)
    let path = scratch.new()
    try DICOMFile.create(at: path, sopClassUID: "1.2", sopInstanceUID: "1.3", dataSet: new)
    let text = try DICOMFile.read(path).dataSet.json()
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    let uids = #""00080016":{"vr":"UI","Value":["1.2"]},"00080018":{"vr":"UI","Value":["1.3"]},"#
    #expect(text.contains(uids))
    return text.replacing(uids, with: "")
  }

  @Test(
    "a decimal is a number as it was written, and a string where JSON or binary64 has no such number",
    arguments: [
      ("1", "1"), ("+1.50", "1.50"), ("-0.5", "-0.5"), (".5", "0.5"), ("5.", "5"), ("007", "7"), ("-0", "-0"),
      ("1E+5", "1e5"), ("1e-05", "1e-05"), ("1e-300", "1e-300"),
      ("1e308", "1e308"), ("89e438", "\"89e438\""), ("1e-400", "\"1e-400\""), ("0e-400", "0e-400"),
      ("1,5", "\"1,5\""), ("1.2.3", "\"1.2.3\""), ("e5", "\"e5\""), ("1e", "\"1e\""), ("-", "\"-\""),
      ("nan", "\"nan\""),
      ("0x10", "\"0x10\""), ("123456789012345678901", "\"123456789012345678901\""),
    ])
  func decimals(_ written: String, _ json: String) throws {
    let text = try self.json {
      let padding = written.utf8.count % 2 == 1 ? " " : ""
      $0.set(.sliceThickness, .bytes(Array((written + padding).utf8)))
    }
    #expect(text == "{\"00180050\":{\"vr\":\"DS\",\"Value\":[\(json)]}}")
  }

  @Test("names are objects of their groups, an empty value among several is null, and nothing is nothing")
  func names() throws {
    let text = try json {
      $0.set(.specificCharacterSet, .strings(["", "ISO 2022 IR 87"]))
      $0.set(.patientName, "Yamada^Tarou=山田^太郎")
      $0.set(.otherPatientNames, .strings(["A", "", "==C"]))
      $0.set(.patientID, .empty)
      $0.set(.imageType, .strings(["A", "", "B"]))
    }
    #expect(
      text == #"{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080008":{"vr":"CS","Value":["A",null,"B"]},"#
        + #""00100010":{"vr":"PN","Value":[{"Alphabetic":"Yamada^Tarou","Ideographic":"山田^太郎"}]},"#
        + #""00100020":{"vr":"LO"},"#
        + #""00101001":{"vr":"PN","Value":[{"Alphabetic":"A"},null,{"Phonetic":"C"}]}}"#)
  }

  @Test("numbers, tags, items, bytes and private elements have their forms; long values are their place")
  func forms() throws {
    let text = try json {
      $0.set(.specificCharacterSet, "ISO_IR 192")
      $0.set(.rows, .integers([1, 65535]))
      $0.set(.frameIncrementPointer, .tags([.rows, Tag(0x0018, 0x1063)]))
      $0.set(.pixelAspectRatio, .strings(["1", "2"]))
      var item = NewDataSet()
      item.set(.patientComments, "x\t\"\\\u{202E}")
      $0.set(.procedureCodeSequence, .items([item, NewDataSet()]))
      $0.set(Tag(0x0009, 0x0010), "ACME", vr: .lo)
      $0.set(Tag(0x0009, 0x1001), .bytes([1, 2, 3, 255]), vr: .ob)
      $0.set(Tag(0x0009, 0x1002), .bytes([UInt8](repeating: 1, count: 70_000)), vr: .ob)
      $0.set(Tag(0x0009, 0x1003), .integers([1 << 60, 5]), vr: .sv)
      $0.set(Tag(0x0009, 0x1004), .bytes([0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0xFF, 0, 0, 0x20, 0x41]), vr: .fl)
    }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [String: Any]])
    #expect(text.contains(#""00280010":{"vr":"US","Value":[1,65535]}"#))
    #expect(text.contains(#""00280009":{"vr":"AT","Value":["00280010","00181063"]}"#))
    #expect(text.contains(#""00280034":{"vr":"IS","Value":[1,2]}"#))
    #expect(
      text.contains(#""00081032":{"vr":"SQ","Value":[{"00104000":{"vr":"LT","Value":["x\t\"\\\u202e"]}},{}]}"#))
    #expect(text.contains(#""00091001":{"vr":"OB","InlineBinary":"AQID/w=="}"#))
    #expect(text.contains(#""00091003":{"vr":"SV","Value":["1152921504606846976",5]}"#))
    #expect(text.contains(#""00091004":{"vr":"FL","Value":["NaN","-Infinity",10.0]}"#))
    let place = try #require(object["00091002"]?["BulkDataURI"] as? String)
    #expect(place.hasPrefix("?offset=") && place.hasSuffix("&length=70000"))
  }

  @Test("text that cannot be decoded stands there as its bytes")
  func undecodable() throws {
    let bytes: [UInt8] =
      [8, 0, 5, 0] + Array("CS".utf8) + [10, 0] + Array("ISO_IR 192".utf8)
      + [0x10, 0, 0x10, 0] + Array("PN".utf8) + [2, 0, 0xFF, 0x41]
    #expect(
      try DICOMFile.read(bytes).dataSet.json()
        == #"{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00100010":{"vr":"UN","InlineBinary":"/0E="}}"#)
  }
}
