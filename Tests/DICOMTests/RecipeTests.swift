import Foundation
import IntakeRecipes
import SystemPackage
import Testing

@testable import DICOM

/// Files that break the standard as those of the field do: read, rewritten, and held against other readers.
struct RecipeTests {
  private let subject = Subject()

  /// What the file says, whatever its form.
  private func expectContent(_ file: DICOMFile, _ recipe: Recipe) {
    let dataSet = file.dataSet
    func strings(_ tag: DICOM.Tag) -> [String] { (try? dataSet.strings(tag)) ?? [] }
    if recipe.kind != "UID" {
      #expect(strings(.studyInstanceUID) == [subject.study], "\(recipe)")
      #expect(strings(.seriesInstanceUID) == [subject.series], "\(recipe)")
      #expect(strings(.sopInstanceUID) == [subject.instance], "\(recipe)")
    }
    #expect(strings(.patientID) == [subject.patientID], "\(recipe)")
    if recipe.kind != "character set" { #expect(strings(.patientName) == [subject.name], "\(recipe)") }
    #expect(dataSet.integer(.rows) == 2, "\(recipe)")
    #expect(dataSet.hasPixelData == (recipe.description != "unfilled: no pixel data"), "\(recipe)")
    if dataSet[.otherPatientIDsSequence] != nil {
      let items = dataSet.items(.otherPatientIDsSequence)
      #expect(items.count == 1, "\(recipe)")
      #expect((try? items.first?.string(.patientID)) == subject.otherID, "\(recipe)")
    }
  }

  @Test("each recipe is read, is doubted or is not finished, as it says", arguments: Recipe.all)
  func reading(recipe: Recipe) throws {
    let bytes = recipe.make(subject)
    if recipe.outcome == .unfinished {
      let error = #expect(throws: DICOMError.self, "\(recipe)") { try DICOMFile.read(bytes) }
      #expect(error?.code == .truncated, "\(recipe): \(error?.description ?? "")")
      #expect(try DICOMFile.inspect(bytes).damage?.code == .truncated, "\(recipe)")
      return
    }
    let file = try DICOMFile.read(bytes)
    #expect(try DICOMFile.inspect(bytes).damage == nil, "\(recipe)")
    #expect(file.isWhole == (recipe.outcome != .doubted), "\(recipe)")
    let isContradictory = file.irregularities.contains { $0.kind == .contradictory }
    #expect(isContradictory == (recipe.outcome == .held("contradictory")), "\(recipe)")
    expectContent(file, recipe)
    // What is on a disk reads the same as what is in memory.
    let scratch = try Scratch()
    let onDisk = try DICOMFile.read(scratch.write(bytes))
    #expect(onDisk.irregularities == file.irregularities && onDisk.doubt == file.doubt, "\(recipe)")
  }

  @Test("nothing but what is irregular is told", arguments: Syntax.allCases)
  func regular(syntax: Syntax) throws {
    let file = try DICOMFile.read(Image(syntax, subject).file)
    #expect(file.irregularities.isEmpty && file.isWhole)
  }

  @Test("a file that is cut anywhere is not finished, or at least in doubt, and padded with zeros neither")
  func cuts() throws {
    for (number, recipe) in Recipe.all.enumerated() where number % 3 == 0 {
      guard recipe.outcome == .imported, recipe.kind != "padding" else { continue }
      let bytes = recipe.make(subject)
      guard let end = (try? DICOMFile.read(bytes))?.dataSet.elements.first(where: { $0.tag.isPixelData })?.extent else {
        continue
      }
      for count in stride(from: 140, to: Int(end.content), by: 11) {
        for filled in [0, 300] {
          let cut = Array(bytes[..<count]) + [UInt8](repeating: 0, count: filled)
          let isWhole = (try? DICOMFile.read(cut))?.isWhole ?? false
          #expect(!isWhole, "\(recipe) cut at \(count), \(filled) zeros")
        }
      }
    }
  }

  @Test("an edit that changes nothing leaves the bytes, and one that does leaves a file that others read, too")
  func rewriting() throws {
    let scratch = try Scratch()
    var edit = Edit()
    edit.set(.patientName, "New^Name")
    edit.set(.patientID, "NEW-1")
    var written: [(recipe: Recipe, path: FilePath)] = []
    for recipe in Recipe.all where recipe.outcome != .unfinished {
      let bytes = recipe.make(subject)
      let file = try DICOMFile.read(bytes)
      if file.hasPreamble, file.hasMeta { #expect(try file.bytes(applying: Edit()).bytes == bytes, "\(recipe)") }
      let path = scratch.new()
      try file.write(applying: edit, to: path)
      written.append((recipe, path))
      let new = try DICOMFile.read(path)
      let allowed: Set<Irregularity.Kind> = [
        .repeated, .contradictory, .metaInDataSet, .characterSet, .countedDelimiter, .strayDelimiter,
      ]
      #expect(new.irregularities.allSatisfy { allowed.contains($0.kind) }, "\(recipe): \(new.irregularities)")
      #expect(try new.dataSet.strings(.patientID) == ["NEW-1"], "\(recipe)")
      #expect(new.dataSet.elements.count { $0.tag == .patientID } == 1, "\(recipe)")
      #expect(new.dataSet.hasPixelData == file.dataSet.hasPixelData, "\(recipe)")
    }
    let answers = try ReaderOracle.pydicom(written.map(\.path))
    for ((recipe, path), answer) in zip(written, answers) {
      #expect(answer?["00100020"] == "NEW-1" && answer?["00100010"] == "New^Name", "pydicom, \(recipe)")
      #expect(answer?.keys.contains("7fe00010") == (recipe.description != "unfilled: no pixel data"), "\(recipe)")
      // What stays as it is within a sequence stays so, too.
      if recipe.description.hasPrefix("doubled delimiter: of an item") { continue }
      if recipe.description.hasPrefix("doubled delimiter: behind an item") { continue }
      let dump = try ReaderOracle.dcmdump(path)
      #expect(dump?["(0010,0020)"] == "[NEW-1]", "dcmdump, \(recipe)")
      #expect(dump?.keys.contains("(7fe0,0010)") == (recipe.description != "unfilled: no pixel data"), "\(recipe)")
    }
  }

  @Test("who is said to read a recipe does, and sees the same elements of the standard")
  func oracles() throws {
    let scratch = try Scratch()
    let recipes = Recipe.all
    let paths = try recipes.map { try scratch.write($0.make(subject)) }
    for (recipe, (path, answer)) in zip(recipes, zip(paths, try ReaderOracle.pydicom(paths))) {
      let file = try? DICOMFile.read(path)
      let ours = Set((file?.dataSet.elements ?? []).map { String($0.tag.description.filter(\.isHexDigit)) }).filter {
        !$0.hasPrefix("0002")
      }
      if recipe.readers.contains(.pydicom) {
        let theirs = Set((answer ?? [:]).keys.map { $0.uppercased() })
          .filter { !$0.hasPrefix("0000") && !$0.hasPrefix("0002") && Set($0).count > 1 }
        #expect(answer != nil && theirs == ours, "pydicom, \(recipe)")
      }
      if recipe.readers.contains(.dcmdump) {
        let dump = try ReaderOracle.dcmdump(path)
        #expect(dump?["(0010,0020)"] == "[\(subject.patientID)]", "dcmdump, \(recipe)")
      }
    }
  }
}

/// What other programs read, at the top level: nil where they fail.
enum ReaderOracle {
  static func pydicom(_ paths: [FilePath]) throws -> [[String: String]?] {
    let script = """
      import json, logging, sys, warnings
      warnings.simplefilter("ignore")
      logging.disable(logging.CRITICAL)
      import pydicom
      def read(name):
          try:
              dataset = pydicom.dcmread(name, force=True)
              return {"%08x" % tag: str(dataset[tag].value)[:200] for tag in list(dataset.keys())}
          except Exception:
              return None
      print(json.dumps([read(name.rstrip()) for name in sys.stdin]))
      """
    let list = paths.map(\.string).joined(separator: "\n")
    let scratch = try Scratch()
    let names = try scratch.write(Array(list.utf8))
    let data = try Oracle.run("/bin/sh", ["-c", "exec \(Oracle.python) -c \"$0\" < \"$1\"", script, names.string])
    return try JSONDecoder().decode([[String: String]?].self, from: data)
  }

  static func dcmdump(_ path: FilePath) throws -> [String: String]? {
    let output = try Oracle.run("/bin/sh", ["-c", "dcmdump -M \"$0\" && echo READ", path.string])
    let text = String(decoding: output, as: UTF8.self)
    guard text.hasSuffix("READ\n") else { return nil }
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("(") }.map { $0.split(separator: " ", maxSplits: 2) }
    return Dictionary(
      lines.map {
        (String($0[0]), $0.count > 2 ? String($0[2].prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces) : "")
      }
    ) { first, _ in first }
  }
}
