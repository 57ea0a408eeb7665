import Foundation
import SystemPackage
import Testing

@testable import DICOM

/// The dictionary is of the edition 2024b; the oracles' are of 2022, so that they lack what came between.
struct DictionaryTests {
  /// `VR VM keyword R`, by tag in the notation of PS3.6: `60xx,3000`.
  private typealias Dictionary = [String: String]

  private var ours: Dictionary {
    var result: Dictionary = [:]
    for line in "\(DataDictionary.table)".split(separator: "\n") {
      let tag = String(line.prefix(9))
      let digits = tag.replacingOccurrences(of: "x", with: "2").replacingOccurrences(of: ",", with: "")
      guard let value = UInt32(digits, radix: 16), let entry = DataDictionary.entry(Tag(value)) else { continue }
      let vrs = entry.vrs.map(\.rawValue).joined(separator: "/")
      result[tag] = "\(vrs) \(entry.vm) \(entry.keyword)\(entry.isRetired ? " R" : "")"
    }
    return result
  }

  /// What the editions between pydicom's (2022d) and ours say otherwise.
  private let changedSince2022: Set = [
    // VM 4 became 4-5; tables may have one value of OW, too.
    "0008,9007", "0028,1200", "0028,3006",
    // Retired.
    "0038,0004", "0070,1807", "0070,1808", "3004,0010", "3004,0012", "3006,0085", "3006,0088", "3008,002B",
    "3010,0090",
    // Retired in PS3.6's 2022d by its marks, no longer in 2024b's.
    "2130,00A0", "2130,00C0",
  ]

  private func differences(_ theirs: Dictionary) -> Set<String> {
    let ours = ours
    return Set(theirs.keys.filter { ours[$0] != nil && ours[$0] != theirs[$0] })
  }

  @Test("every line of the table is read, in order, and every keyword leads back to its tag")
  func table() throws {
    let lines = "\(DataDictionary.table)".split(separator: "\n")
    #expect(lines.count > 5000 && ours.count == lines.count)
    #expect(lines == lines.sorted())
    for line in lines where !line.prefix(9).contains("x") {
      let tag = try #require(Tag("(\(line.prefix(9)))"))
      let entry = try #require(DataDictionary.entry(tag))
      #expect(DataDictionary.tag(keyword: entry.keyword) == tag && tag.keyword == entry.keyword)
      #expect(!entry.vrs.isEmpty && !entry.name.isEmpty)
    }
    #expect(Tag.patientID == Tag(0x0010, 0x0020) && Tag.xRayTubeCurrent.keyword == "XRayTubeCurrent")
  }

  @Test(
    "it agrees with pydicom's on VR, VM, keyword and retirement of every attribute that both have",
    .enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"))
  func pydicom() throws {
    let script = #"""
      from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
      rows = [("%04X,%04X" % (t >> 16, t & 0xffff), v) for t, v in DicomDictionary.items()]
      rows += [(t[:4] + "," + t[4:], v) for t, v in RepeatersDictionary.items()]
      for tag, (vr, vm, name, retired, keyword) in rows:
          print(tag, vr.replace(" or ", "/"), vm.replace(" or ", "/").replace(" ", ""), keyword, "R" if retired else "", sep="\t")
      """#
    var theirs: Dictionary = [:]
    for line in String(decoding: try Oracle.run(Oracle.python, ["-c", script]), as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      // Blank entries of retired attributes, and the commands of PS3.7, which no file has.
      if fields[3].isEmpty || fields[0].hasPrefix("0000") || fields[0].hasPrefix("FFFE") { continue }
      theirs[fields[0]] = fields[1...3].joined(separator: " ") + (fields[4].isEmpty ? "" : " R")
    }
    #expect(theirs.count > 4500)
    #expect(Set(theirs.keys).subtracting(ours.keys) == [])
    #expect(differences(theirs) == changedSince2022)
  }

  @Test("it agrees with DCMTK's on keyword, and on VR where that leaves no choice")
  func dcmtk() throws {
    let folder = "/usr/share/"
    let library = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix("libdcmtk") })
    let text = try String(contentsOfFile: "\(folder)\(library)/dicom.dic", encoding: .utf8)
    var count = 0
    for line in text.split(separator: "\n") where line.hasPrefix("(") && !line.contains("PrivateCreator") {
      let fields = line.split(separator: "\t")
      guard fields.count >= 3, let tag = Tag(String(fields[0])), fields[1].count == 2,
        fields[1].allSatisfy(\.isUppercase), let entry = DataDictionary.entry(tag)
      else { continue }
      count += 1
      #expect(entry.vrs.map(\.rawValue).contains(String(fields[1])), "\(line)")
      #expect(fields[2].replacingOccurrences(of: "RETIRED_", with: "").hasSuffix(entry.keyword), "\(line)")
    }
    #expect(count > 4500)
  }

  @Test("attributes of repeating groups are found in each even group, and private ones are unknown")
  func families() {
    #expect(DataDictionary.entry(Tag(0x6000, 0x3000))?.keyword == "OverlayData")
    #expect(DataDictionary.entry(Tag(0x601E, 0x3000))?.keyword == "OverlayData")
    #expect(DataDictionary.entry(Tag(0x0028, 0x0410))?.keyword == "RowsForNthOrderCoefficients")
    #expect(DataDictionary.entry(Tag(0x6001, 0x3000)) == nil && DataDictionary.vr(Tag(0x6001, 0x3000)) == .un)
    #expect(DataDictionary.vr(Tag(0x0029, 0x0010)) == .lo && DataDictionary.vr(Tag(0x0029, 0x1010)) == .un)
    #expect(DataDictionary.vr(Tag(0x0010, 0x0000)) == .ul)
  }

  @Test("where the standard leaves a choice, implicit little endian has its rule")
  func choices() {
    #expect(DataDictionary.vr(.pixelData) == .ow && DataDictionary.vr(Tag(0x6002, 0x3000)) == .ow)
    #expect(DataDictionary.vr(Tag(0x0028, 0x3006)) == .ow && DataDictionary.vr(Tag(0x0028, 0x1200)) == .ow)
    #expect(DataDictionary.vr(.smallestImagePixelValue) == .us)
    #expect(DataDictionary.isSignDependent(.smallestImagePixelValue) && !DataDictionary.isSignDependent(.rows))
    #expect(!DataDictionary.isSignDependent(Tag(0x0028, 0x3006)))
  }

  @Test("the generator reads the published tables as they are")
  func generator() throws {
    let scratch = try Scratch()
    let generator = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending("Sources/DICOM/Dictionary/generate")
    let script = scratch.path.appending("generate")
    try FileManager.default.copyItem(atPath: generator.string, toPath: script.string)
    let attributes = """
      [{"tag": "(60XX,3000)", "name": "Overlay Data", "keyword": "OverlayData", "valueRepresentation": "OB or OW",
        "valueMultiplicity": "1", "retired": "N"},
       {"tag": "(0008,0001)", "name": "Length to End", "keyword": "LengthTo\u{200B}End", "valueRepresentation": "UL",
        "valueMultiplicity": "1", "retired": "Y"},
       {"tag": "(0008,0202)", "name": "", "keyword": "", "valueRepresentation": "", "valueMultiplicity": "",
        "retired": "Y"},
       {"tag": "(0008,0016)", "name": "SOP\u{2019}s Class UID", "keyword": "SOPClassUID", "valueRepresentation": "UI",
        "valueMultiplicity": "1-n or 1", "retired": "N"}]
      """
    let sops = #"[{"name": "CT Image Storage", "id": "1.2.840.10008.5.1.4.1.1.2", "ciod": "CT Image"}]"#
    let files = try [attributes, sops].map { try scratch.write(Array($0.utf8)).string }
    _ = try Oracle.run(Oracle.python, [script.string] + files + ["2000a"])
    func written(_ name: String) throws -> [String] {
      try String(contentsOfFile: scratch.path.appending(name).string, encoding: .utf8).split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    let table = try written("AttributeTable.swift")
    #expect(table[0].contains("edition 2000a"))
    #expect(
      table[4...6] == [
        "0008,0001 UL 1 R LengthToEnd|Length to End", "0008,0016 UI 1-n/1 SOPClassUID|SOP's Class UID",
        "60xx,3000 OB/OW 1 OverlayData|Overlay Data",
      ])
    let constants = try written("Tag+Keywords.swift")
    #expect(constants.contains("public static var sopClassUID: Tag { Tag(0x0008, 0x0016) }"))
    #expect(constants.contains("public static var lengthToEnd: Tag { Tag(0x0008, 0x0001) }"))
    #expect(!constants.contains { $0.contains("overlayData") })
    #expect(try written("SOPClassTable.swift").contains("1.2.840.10008.5.1.4.1.1.2 CT Image Storage"))
  }

  @Test("SOP classes and transfer syntaxes have their names")
  func names() {
    #expect(UIDNames.name("1.2.840.10008.5.1.4.1.1.2") == "CT Image Storage")
    #expect(UIDNames.name("1.2.840.10008.1.2.4.90") == "JPEG 2000 (Lossless Only)")
    #expect(UIDNames.name("1.2.3") == nil)
  }
}
