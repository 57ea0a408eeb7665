import SystemPackage
import Testing

@testable import DICOM

/// pydicom reads the same: the same elements at every depth in the same order, with the same VR, the same bytes, and the
/// same value in the type of its VR.
@Suite(.enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"))
struct PydicomAgreementTests {
  /// What is refused, and why; of the files that are cut, pydicom and `inspect` still see the same.
  private let refused: [String: DICOMError.Code] = [
    "test_files/MR_truncated.dcm": .truncated,
    "test_files/rtplan_truncated.dcm": .truncated,
    // Its offsets were cut out by hand, and the length of the sequence left as it was: the file ends before it does.
    "test_files/dicomdirtests/DICOMDIR-nooffset": .truncated,
    "test_files/dicomdirtests/TINY_ALPHA/README": .notDICOM,
  ]

  // MARK: Disagreements

  private static let vendors = Disagreement.wherever(
    because: """
      PS3.5 6.2.2: a private element that is written as UN or in implicit VR has a VR that only its vendor knows, so \
      that it is UN. pydicom has it from a list of what vendors use.
      """
  ) { difference in
    guard let ours = difference.ours, let theirs = difference.theirs, let element = difference.element else {
      return false
    }
    return theirs.isGuess == true && ours.vr == "UN" && element.tag.isPrivate
      && (!element.encoding.isExplicit || element.vr == .un) && ours.length == theirs.length && ours.sum == theirs.sum
  }

  private static let long = Disagreement.at(
    "octave-dicom/rtstruct.dcm", "(3006,0039)[0].(3006,0040)[0].(3006,0050)", theirs: "UN", ours: "DS",
    because: """
      PS3.5 6.2.2: a value too long for the 16 bits of the length that its VR has is written as UN; its VR is still the \
      dictionary's. pydicom looks that up for short values only.
      """)

  private static let table = [
    vendors, long,
    .at(
      "charset_files/chrX1.dcm", "(0010,0010)", theirs: "PN, 26 long, sum 2578910293, [\"Wang^XiaoDong=王^小東\"]",
      ours: "PN, 26 long, sum 2578910293, [\"Wang^XiaoDong=王^小東=\"]",
      because: """
        PS3.5 6.2.1.1: the delimiters of empty groups at the end may be left out, and need not be. The text is what the \
        file has; the components are the same.
        """),
    .at(
      "charset_files/chrX2.dcm", "(0010,0010)", theirs: "PN, 22 long, sum 1806436977, [\"Wang^XiaoDong=王^小东\"]",
      ours: "PN, 22 long, sum 1806436977, [\"Wang^XiaoDong=王^小东=\"]", because: "PS3.5 6.2.1.1, as in chrX1.dcm."),
  ]

  // MARK: Files

  @Test("every file reads as pydicom reads it, but for what the table lists")
  func reading() throws {
    var differences: [Difference] = []
    for (path, theirs) in zip(Corpus.all, try Oracle.elements(Corpus.all)) {
      let name = Corpus.name(path)
      let code = refusal(path)
      #expect(code == refused[name], "\(name)")
      // A stray space before the first tag: pydicom takes it for a part of the tag, and all that follows for its value.
      if code == .notDICOM || name == "test_files/no_meta.dcm" { continue }
      let theirs = try #require(theirs, "pydicom cannot read \(name)")
      let file = try DICOMFile.inspect(path)
      let ours = try file.meta.lines() + file.dataSet.lines()
      #expect(ours.map(\.path) == theirs.map(\.path), "\(name)")
      differences += Difference.all(name, ours, theirs, in: [file.meta, file.dataSet])
    }
    Disagreement.check(differences, against: Self.table)
  }

  private func refusal(_ path: FilePath) -> DICOMError.Code? {
    do {
      _ = try DICOMFile.read(path)
      return nil
    } catch {
      let error = error as? DICOMError
      #expect(error?.file == path)
      return error?.code
    }
  }

  @Test("the text of all seventeen character set files is what pydicom reads, in each value and each name")
  func text() throws {
    let files = Corpus.characterSetFiles
    #expect(files.count == 17)
    for (path, theirs) in zip(files, try Oracle.elements(files)) {
      let ours = Dictionary(try DICOMFile.read(path).dataSet.lines().map { ($0.path, $0) }) { first, _ in first }
      let text = try #require(theirs).filter { $0.text != nil && $0.isGuess != true && !$0.path.hasPrefix("(0002,") }
      #expect(text.contains { $0.vr == "PN" })
      for line in text {
        // Trailing delimiters of names: see the table.
        let trimmed = ours[line.path]?.text?.map { line.vr == "PN" && $0.hasSuffix("=") ? String($0.dropLast()) : $0 }
        #expect(trimmed == line.text && ours[line.path]?.names == line.names, "\(path) \(line.path)")
      }
    }
  }

  // MARK: The JSON model

  @Test("pydicom reads the same in the JSON model as in the file, with the bulk data where the model says that it is")
  func model() throws {
    let scratch = try Scratch()
    let files = Corpus.all.compactMap { path in (try? DICOMFile.read(path)).map { (path, $0) } }
      .filter { !$0.1.irregularities.contains { $0.kind == .strayByte } }
    let models = try files.map { path, file in (file: path, json: try scratch.write(Array(file.dataSet.json().utf8))) }
    let (fromFiles, fromModels) = (try Oracle.elements(files.map(\.0)), try Oracle.elements(models))
    var differences: [Difference] = []
    for ((path, file), (fromFile, fromModel)) in zip(files, zip(fromFiles, fromModels)) {
      let name = Corpus.name(path)
      // (0028,0008) is IS, and "1A" in the file: no number, so that the model has a string (PS3.18 F.2.3).
      #expect((fromModel == nil) == (name == "test_files/badVR.dcm"), "\(name)")
      guard let fromModel else { continue }
      let fromFile = try #require(fromFile).filter(\.isInModel)
      differences += Difference.all(
        name, fromModel.filter(\.isInModel).map(\.model), fromFile.map(\.model), in: [file.dataSet]
      ).filter { difference in
        guard let model = difference.ours, let file = difference.theirs else { return true }
        return model.contradicts(file)
      }
    }
    Disagreement.check(differences, against: [Self.vendors, Self.long])
  }
}

extension Line {
  /// The model has neither meta information nor group lengths (PS3.18 F.2.2); it is UTF-8 whatever the file is.
  fileprivate var isInModel: Bool {
    !path.hasPrefix("(0002,") && !path.hasSuffix(",0000)") && !path.hasSuffix("(0008,0005)")
  }

  /// DS and IS have lost their form in the model, and FL is the shortest decimal number that gives its 32 bits.
  fileprivate var model: Line {
    var line = self
    if ["DS", "IS"].contains(vr) { line.text = nil }
    if vr == "FL" {
      line.numbers = numbers?.map { UInt64($0, radix: 16).map { Double(Float(Double(bitPattern: $0))).bits } ?? $0 }
    }
    return line
  }
}
