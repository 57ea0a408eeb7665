// The module's public interface alone, as a program that uses it sees it.
import DICOM
import SystemPackage
import Testing

/// The examples of the module's page do what it says.
@Suite(.enabled(if: Oracle.hasPydicom, "python3-pydicom is not installed"))
struct ExamplesTests {
  @Test("a header is read by keyword, type and path")
  func reading() throws {
    let file = try DICOMFile.read(Corpus.file("CT_small.dcm"))
    let name = try file.dataSet.personNames(.patientName).first?.alphabetic.family
    let born = file.dataSet.date(.patientBirthDate)
    let spacing = try file.dataSet.numbers(.pixelSpacing)
    let routes = try file.dataSet.strings(at: TagPath("(0040,0275)[*].(0040,1001)"))
    let others = try file.dataSet.items(.otherPatientIDsSequence).map { try $0.string(.patientID) }
    #expect(name == "CompressedSamples" && born == nil && spacing == [0.661468, 0.661468] && routes == [])
    #expect(others == ["ABCD1234", "1234ABCD"])
    #expect(try file.dataSet.strings(at: TagPath("(0009,\"GEMS_IDEN_01\",02)")) == ["CT01"])
    #expect(try file.dataSet.ends(of: TagPath("OtherPatientIDsSequence.PatientID")).count == 2)
  }

  @Test("an edit changes what it names, at the top level and inside items, and records what was")
  func editing() throws {
    let scratch = try Scratch()
    let file = try DICOMFile.read(Corpus.file("CT_small.dcm"))
    var edit = Edit()
    edit.set(.patientID, "4711")
    edit.set(try TagPath("OtherPatientIDsSequence[0].PatientID"), "P7")
    edit.remove(.accessionNumber)
    edit.remove(try TagPath("OtherPatientIDsSequence[1]"))

    var old = NewDataSet()
    old.setOriginal(.patientID)
    old.setOriginal(.accessionNumber)
    var original = NewDataSet()
    original.set(.modifiedAttributesSequence, .items([old]))
    original.set(.attributeModificationDateTime, "20260102101112+0100")
    original.set(.modifyingSystem, "ch2")
    original.set(.sourceOfPreviousValues, "ch1")
    original.set(.reasonForTheAttributeModification, "COERCE")
    edit.append(item: original, to: .originalAttributesSequence)

    let path = scratch.new()
    let report = try file.write(applying: edit, to: path)
    #expect(!report.isTranscoded && report.removedSignatures == 0)
    let new = try DICOMFile.read(path)
    var found: [String] = []
    try Comparison().differences(file, new) { found.append($0.path) }
    #expect(
      found == [
        "(0008,0050)", "(0010,0020)", "(0010,1002)[0].(0010,0020)", "(0010,1002)[1]", "(0400,0561)",
      ])
    let kept = new.dataSet.items(.originalAttributesSequence).first?.items(.modifiedAttributesSequence).first
    #expect(try kept?.string(.patientID) == "1CT1" && kept?[.accessionNumber]?.length == 0)
    // The same file, in memory.
    #expect(try file.bytes(applying: edit).bytes == contents(path))
  }
}
