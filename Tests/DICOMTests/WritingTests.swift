import SystemPackage
import Testing

@testable import DICOM

@Suite(.enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"))
struct WritingTests {
  private let files: [(path: FilePath, file: DICOMFile)]
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    // Of a file with a stray byte at its beginning, pydicom reads one element.
    files = Corpus.all.compactMap { path in (try? DICOMFile.read(path)).map { (path, $0) } }
      .filter { !$0.1.irregularities.contains { $0.kind == .strayByte } }
  }

  @Test("an edit changes the elements it names, and pydicom sees no other difference")
  func coercion() throws {
    var edit = Edit()
    edit.set(.patientName, "Dupont^Jean")
    edit.set(.patientID, "LOCAL-1")
    edit.set(.patientBirthDate, "19700102")
    edit.set(.instanceOriginStatus, "IMPORTED")
    edit.remove(.accessionNumber)
    edit.remove(.requestAttributesSequence)
    var identifier = NewDataSet()
    identifier.set(.patientID, "70010212345")
    identifier.set(.issuerOfPatientID, "NISS")
    edit.append(item: identifier, to: .otherPatientIDsSequence)
    var modified = NewDataSet()
    for tag in [Tag.patientName, .patientID, .accessionNumber, .otherPatientIDsSequence] { modified.setOriginal(tag) }
    var original = NewDataSet()
    original.set(.modifiedAttributesSequence, .items([modified]))
    original.set(.sourceOfPreviousValues, .empty)
    original.set(.reasonForTheAttributeModification, "COERCE")
    edit.append(item: original, to: .originalAttributesSequence)
    let named = [
      "(0010,0010)", "(0010,0020)", "(0010,0030)", "(0400,0600)", "(0008,0050)", "(0040,0275)", "(0010,1002)",
      "(0400,0561)", "(0002,0000)", "(0002,0002)", "(0002,0003)", "(0002,0010)", "(0002,0001)", "(0002,0012)",
      "(0002,0013)",
    ]

    var pairs: [(old: FilePath, new: FilePath)] = []
    for (path, file) in files where file.dataSet[.sopInstanceUID] != nil {
      let new = scratch.new()
      try file.write(applying: edit, to: new)
      pairs.append((path, new))

      let old = file.dataSet
      let written = try DICOMFile.read(new).dataSet
      #expect(try written.string(.patientName) == "Dupont^Jean", "\(path)")
      let identifiers = written.items(.otherPatientIDsSequence)
      #expect(identifiers.count == old.items(.otherPatientIDsSequence).count + 1)
      #expect(try identifiers.last?.string(.patientID) == "70010212345")
      let kept = try #require(
        written.items(.originalAttributesSequence).last?.items(.modifiedAttributesSequence).first, "\(path)")
      for tag in [Tag.patientName, .patientID, .accessionNumber] {
        #expect(try kept.bytes(tag) == old.bytes(tag))
      }
      let oldIdentifiers = old.items(.otherPatientIDsSequence)
      #expect(try kept.items(.otherPatientIDsSequence).map { try $0.lines() } == oldIdentifiers.map { try $0.lines() })
    }
    #expect(pairs.count > 100)
    let old = try Oracle.elements(pairs.map(\.old))
    let new = try Oracle.elements(pairs.map(\.new))
    for (pair, (old, new)) in zip(pairs, zip(old, new)) {
      func others(_ lines: [Line]?) -> [Line] {
        (lines ?? []).filter { line in !named.contains { line.path.hasPrefix($0) } && !line.path.hasSuffix(",0000)") }
      }
      #expect(new != nil, "pydicom cannot read what became of \(pair.old)")
      #expect(Line.differences(others(old), others(new)) == [], "\(pair.old)")
    }
  }

  @Test("text that does not fit brings the whole data set into ISO_IR 192, and pydicom reads the same text")
  func transcoding() throws {
    var edit = Edit()
    edit.set(.patientID, "Ж字ع")
    var pairs: [(old: FilePath, new: FilePath)] = []
    for (path, file) in files where file.dataSet[.sopInstanceUID] != nil && !file.transferSyntax.isDeflated {
      let new = scratch.new()
      let report = try file.write(applying: edit, to: new)
      if report.isTranscoded {
        #expect(try DICOMFile.read(new).dataSet.strings(.specificCharacterSet) == ["ISO_IR 192"])
      } else {
        #expect(file.dataSet.characterSet.terms.contains { ["ISO_IR 192", "GB18030"].contains($0) }, "\(path)")
      }
      #expect(try DICOMFile.read(new).dataSet.string(.patientID) == "Ж字ع")
      pairs.append((path, new))
    }
    let old = try Oracle.elements(pairs.map(\.old))
    let new = try Oracle.elements(pairs.map(\.new))
    for (pair, (old, new)) in zip(pairs, zip(old, new)) {
      func others(_ lines: [Line]?) -> [Line] {
        let others = (lines ?? []).filter {
          $0.path != "(0010,0020)" && !$0.path.hasPrefix("(0002,") && !$0.path.hasSuffix("(0008,0005)")
            && !$0.path.hasSuffix(",0000)")
        }
        return others.map { line in
          // Of text, only its meaning stays.
          var line = line
          if line.text != nil { (line.length, line.sum) = (nil, nil) }
          return line
        }
      }
      #expect(Line.differences(others(old), others(new)) == [], "\(pair.old)")
    }
  }

  @Test("every character set takes back the names that pydicom reads in it, and keeps its (0008,0005)")
  func encoding() throws {
    for (path, file) in files where path.string.contains("charset_files") {
      guard let name = try file.dataSet.string(.patientName), file.dataSet[.specificCharacterSet] != nil else {
        continue
      }
      var edit = Edit()
      edit.set(.patientName, .string(name))
      let new = scratch.new()
      let report = try file.write(applying: edit, to: new)
      #expect(!report.isTranscoded, "\(path): \(name)")
      let theirs = try Oracle.elements([path, new])
      func text(_ lines: [Line]?) -> [String]? { lines?.first { $0.path == "(0010,0010)" }?.text }
      #expect(text(theirs[0]) != nil && text(theirs[0]) == text(theirs[1]), "\(path)")
    }
  }

  @Test("numbers are written in the byte order of the file")
  func numbers() throws {
    for name in ["MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small.dcm"] {
      var edit = Edit()
      edit.set(.smallestImagePixelValue, .integer(258))
      edit.set(.selectorAttribute, .tags([.patientID]))
      let new = scratch.new()
      try DICOMFile.read(Corpus.file(name)).write(applying: edit, to: new)
      let script = "import sys,pydicom; d=pydicom.dcmread(sys.argv[1]); print(d[0x280106].value, d[0x720026].value)"
      let output = String(decoding: try Oracle.run(Oracle.python, ["-c", script, new.string]), as: UTF8.self)
      #expect(output == "258 (0010, 0020)\n")
    }
  }

  @Test("the meta information is made for a file without, with the right length, and follows the data set's UIDs")
  func metaInformation() throws {
    let path = Corpus.file("no_meta_group_length.dcm")
    var edit = Edit()
    edit.set(.sopInstanceUID, "1.2.3.4.5.6.7.8")
    edit.set(.sourceApplicationEntityTitle, "PACS")
    let new = scratch.new()
    try DICOMFile.read(path).write(applying: edit, to: new)
    let written = try DICOMFile.read(new)
    let lengths = written.meta.elements.filter { !$0.tag.isGroupLength }.reduce(0) {
      $0 + $1.extent.end - $1.extent.start
    }
    #expect(written.meta.integer(.fileMetaInformationGroupLength).map(Int64.init) == lengths)
    #expect(try written.meta.string(.mediaStorageSOPInstanceUID) == "1.2.3.4.5.6.7.8")
    #expect(try written.meta.string(.sourceApplicationEntityTitle) == "PACS")
  }

  @Test("group lengths go with a change in their group, in transcoded items too, and only then")
  func retiredGroupLengths() throws {
    let path = scratch.new()
    var item = NewDataSet()
    item.set(Tag(0x0008, 0x0000), .integer(10))
    item.set(.codeMeaning, "Schädel")
    item.set(Tag(0x0020, 0x0000), .integer(10))
    item.set(.studyID, "1")
    var new = NewDataSet()
    new.set(.specificCharacterSet, "ISO_IR 100")
    for group: UInt16 in [0x0008, 0x0010, 0x0020] { new.set(Tag(group, 0), .integer(10)) }
    new.set(.procedureCodeSequence, .items([item]))
    new.set(.patientName, "Müller")
    new.set(.studyID, "1")
    try DICOMFile.create(at: path, sopClassUID: "1.2.3", sopInstanceUID: "1.2.3.4", dataSet: new)
    let file = try DICOMFile.read(path)
    func lengths(_ name: EditValue) throws -> ([DICOM.Tag], [DICOM.Tag]) {
      var edit = Edit()
      edit.set(.patientName, name)
      let new = scratch.new()
      try file.write(applying: edit, to: new)
      let written = try DICOMFile.read(new).dataSet
      let inside = written.items(.procedureCodeSequence).first?.elements ?? []
      return (written.elements.map(\.tag).filter(\.isGroupLength), inside.map(\.tag).filter(\.isGroupLength))
    }
    #expect(try lengths("Möller") == ([Tag(0x0008, 0), Tag(0x0020, 0)], [Tag(0x0008, 0), Tag(0x0020, 0)]))
    #expect(try lengths("Ж") == ([Tag(0x0020, 0)], [Tag(0x0020, 0)]))
  }

  @Test("a file that changed after it was read is not written from")
  func changed() throws {
    let path = try scratch.write(try contents(Corpus.file("CT_small.dcm")))
    let file = try DICOMFile.read(path)
    try overwrite(path, try contents(Corpus.file("MR_small.dcm")))
    let error = #expect(throws: DICOMError.self) { try file.write(applying: Edit(), to: scratch.new()) }
    #expect(error?.code == .unreadable && error?.file == path)
  }

  @Test("a file that changes while it is written from is told, too")
  func changing() throws {
    let path = try scratch.write(try contents(Corpus.file("CT_small.dcm")))
    let file = try DICOMFile.read(path)
    #expect(try file.dataSet.origin.reading { _ in true })
    let error = #expect(throws: DICOMError.self) {
      try file.dataSet.origin.reading { _ in try overwrite(path, try contents(Corpus.file("MR_small.dcm"))) }
    }
    #expect(error?.code == .unreadable)
  }

  @Test("a program in the preamble is told and zeroed; another preamble stays")
  func preambles() throws {
    var bytes = try contents(Corpus.file("MR_small.dcm"))
    for (start, isProgram) in [("MZ", true), ("\u{7F}ELF", true), ("#!/bin/sh", true), ("II*", false)] {
      bytes.replaceSubrange(0..<start.utf8.count, with: start.utf8)
      let file = try DICOMFile.read(try scratch.write(bytes))
      #expect(file.hasExecutablePreamble == isProgram)
      let new = scratch.new()
      let report = try file.write(applying: Edit(), to: new)
      #expect(report.clearedPreamble == isProgram)
      let zeros = [UInt8](repeating: 0, count: 128)
      #expect(try contents(new) == (isProgram ? zeros + bytes[128...] : bytes))
    }
  }

  @Test("what cannot be written is refused before a file is made")
  func refusals() throws {
    let file = try DICOMFile.read(Corpus.file("CT_small.dcm"))
    func refuse(_ code: DICOMError.Code, _ change: (inout Edit) -> Void) {
      var edit = Edit()
      change(&edit)
      let new = scratch.new()
      #expect(throws: DICOMError.self) { try file.write(applying: edit, to: new) }
      do { try file.write(applying: edit, to: new) } catch let error as DICOMError { #expect(error.code == code) } catch
      {}
      #expect(throws: (any Error).self) { try contents(new) }
    }
    refuse(.malformed) { $0.set(.patientName, "A\\B") }
    refuse(.malformed) { $0.set(.rows, .integer(70_000)) }
    refuse(.malformed) { $0.set(.rows, "text") }
    refuse(.malformed) { $0.set(.patientSex, "Ж") }
    refuse(.malformed) { $0.set(.patientID, .string(String(repeating: "x", count: 65))) }
    refuse(.unsupported) { $0.set(.specificCharacterSet, "ISO_IR 100") }
    refuse(.unsupported) { $0.set(.transferSyntaxUID, "1.2.840.10008.1.2") }
    refuse(.unsupported) { $0.set(Tag(0x0099, 0x1001), "private") }
    refuse(.malformed) { $0.append(item: NewDataSet(), to: .patientName) }
    refuse(.valueTooLong) { $0.set(.patientID, .bytes([UInt8](repeating: 0x41, count: 70_000))) }
    let existing = try scratch.write([1])
    #expect(throws: DICOMError.self) { try file.write(applying: Edit(), to: existing) }
    #expect(try contents(existing) == [1])
  }
}
