import DICOM
import Foundation
import IntakeRecipes
import Patients
import NationalID
import Reconciliation
import SystemPackage
import Testing

/// Whatever the sender's text is in: the study can be brought to its patient.
@Suite struct CharacterSetTests {
  private let accented = People.local(family: "Müller", given: "Zoë")
  private let greek = People.local(family: "Παπαδόπουλος", given: "Γιώργος")

  private func coerce(
    _ bytes: [UInt8], to patient: Patient, options: ReadingOptions = .default
  ) throws -> (file: DICOMFile, report: WriteReport) {
    let file = try DICOMFile.read(bytes, options: options)
    let coercion = Coercion(
      patient: patient, schemes: [.belgium], siteName: "ch2", sender: "ch1",
      date: Date(timeIntervalSince1970: 1_795_490_100)
    )
    let (new, report) = try file.bytes(applying: coercion.edit(for: file))
    return (try DICOMFile.read(new, options: options), report)
  }

  /// In which these bytes are no text, and which has no Greek vowel with an accent.
  private let korean = "\\ISO 2022 IR 149"

  /// Bytes that (0400,0551) has, by the element and the sequences before it.
  private func kept(_ file: DICOMFile) throws -> [String: [UInt8]] {
    var kept: [String: [UInt8]] = [:]
    for item in file.dataSet.items(.originalAttributesSequence) {
      for value in item.items(.nonconformingModifiedAttributesSequence) {
        let path = try value.tags(.selectorSequencePointer) + value.tags(.selectorAttribute)
        kept[path.map(\.description).joined(separator: ".")] = try value.bytes(.nonconformingDataElementValue)
      }
    }
    return kept
  }

  @Test(arguments: Recipe.characterSets)
  func everyRecipeIsBroughtToAPatientWithAnyName(recipe: Recipe) throws {
    for patient in [accented, greek] {
      let (new, report) = try coerce(recipe.make(Subject()), to: patient)
      #expect(try new.dataSet.string(.patientName) == "\(patient.family)^\(patient.given)", "\(recipe)")
      #expect(try new.dataSet.string(.patientID) == patient.localID)
      if report.isTranscoded { #expect(try new.dataSet.string(.specificCharacterSet) == "ISO_IR 192") }
      #expect(new.dataSet.elements.allSatisfy { (try? new.dataSet.strings($0.tag)) != nil }, "\(recipe)")
    }
  }

  @Test func sevenMadeUpSetsAndAnAccent() throws {
    var image = Image(.explicit, Subject())
    image.characterSet = "A\\B\\C\\D\\E\\F\\G"
    image.name = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]
    let (new, report) = try coerce(image.file, to: accented)
    #expect(report.isTranscoded && report.undecodable.isEmpty)
    let old = try #require(
      new.dataSet.items(.originalAttributesSequence).first?.items(.modifiedAttributesSequence).first)
    // By the rule for undeclared text.
    #expect(try old.string(.patientName) == "Müller")
  }

  @Test func textInNoSetIsRewrittenByTheRuleAndItsBytesAreKept() throws {
    let latin: [UInt8] = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]
    let writer = Writer(.explicit)
    var image = Image(.explicit, Subject())
    image.characterSet = korean
    image.name = latin
    let references = writer.sequence(
      0x0008_1110, writer.item(writer.element(0x0008_1030, "LO", latin) + writer.element(0x0008_103E, "LO", "plain")))
    let bytes =
      image.head + image.beginning + references + image.otherIDs + writer.element(0x0018_1030, "LO", latin)
      + image.middle + image.pixels
    for (terms, expected) in [(["ISO_IR 100"], "Müller"), (["ISO_IR 101"], "Müller"), ([], "")] {
      let options = ReadingOptions(undeclaredText: try UndeclaredText(terms: terms))
      let (new, report) = try coerce(bytes, to: greek, options: options)
      #expect(report.isTranscoded)
      #expect(Set(report.undecodable) == ["(0008,1110)[0].(0008,1030)", "(0018,1030)"])
      #expect(try new.dataSet.string(.protocolName) ?? "" == expected)
      #expect(try new.dataSet.strings(at: TagPath("(0008,1110)[0].(0008,1030)")) == [expected].filter { !$0.isEmpty })
      #expect(try new.dataSet.strings(at: TagPath("(0008,1110)[0].(0008,103E)")) == ["plain"])
      #expect(
        try kept(new) == ["(0010,0010)": latin, "(0018,1030)": latin, "(0008,1110).(0008,1030)": latin])
    }
  }

  @Test func theOldTextOfAReplacedSequenceIsKeptToo() throws {
    let latin: [UInt8] = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]
    let writer = Writer(.explicit)
    var image = Image(.explicit, Subject())
    image.characterSet = korean
    let request = writer.sequence(0x0040_0275, writer.item(writer.element(0x0040_0007, "LO", latin)))
    let bytes = image.head + image.beginning + image.otherIDs + image.middle + request + image.pixels
    let (new, report) = try coerce(bytes, to: greek)
    #expect(new.dataSet[.requestAttributesSequence] == nil)
    #expect(report.undecodable == ["(0040,0275)[0].(0040,0007)"])
    #expect(try kept(new) == ["(0040,0275).(0040,0007)": latin])
  }

  @Test func veryManyTextsTakeFewRecords() throws {
    let writer = Writer(.explicit)
    var image = Image(.explicit, Subject())
    image.characterSet = korean
    let items = (0..<100).flatMap { _ in writer.item(writer.element(0x0008_1030, "LO", [0xFC, 0x20])) }
    let bytes =
      image.head + image.beginning + writer.sequence(0x0008_1110, items) + image.otherIDs + image.middle + image.pixels
    let (new, report) = try coerce(bytes, to: greek)
    #expect(report.undecodable.count == 100)
    let records = new.dataSet.items(.originalAttributesSequence)
    #expect(records.count < 40)
    #expect(records.reduce(0) { $0 + $1.items(.nonconformingModifiedAttributesSequence).count } == 100)
  }

  @Test func whatStandsInThePlaceOfASequenceGoesAndIsKept() throws {
    let writer = Writer(.explicit)
    let image = Image(.explicit, Subject())
    let bytes =
      image.head + image.beginning + writer.element(0x0010_1002, "LO", "NOT A SEQUENCE") + image.middle
      + writer.element(0x0400_0561, "UN", [1, 2, 3, 4]) + image.pixels
    let (new, _) = try coerce(bytes, to: accented)
    #expect(new.dataSet.items(.otherPatientIDsSequence).count == 2)
    #expect(new.dataSet.items(.originalAttributesSequence).count >= 1)
  }

  @Test func bothValuesOfAnElementThatIsThereTwiceAreKept() throws {
    let recipe = try #require(Recipe.repetitions.first { $0.outcome == .held("contradictory") })
    let identity = try StudyIdentity(reading: DICOMFile.read(recipe.make(Subject())))
    #expect(identity.contradictory == [#"PatientID (0010,0020): "TEST-0001" and "OTHER-0002""#])
    let decision = People.decide(identity, among: [accented])
    #expect(decision.outcome == .person && decision.reasons.map(\.code).contains(.contradictory))
    let (new, _) = try coerce(recipe.make(Subject()), to: accented)
    #expect(new.dataSet.elements.count { $0.tag == .patientID } == 1)
    #expect(try kept(new)["(0010,0020)"].map { String(decoding: $0, as: UTF8.self) } == "OTHER-0002")
    let old = try #require(
      new.dataSet.items(.originalAttributesSequence).last?.items(.modifiedAttributesSequence).first)
    #expect(try old.string(.patientID) == "TEST-0001")
  }

  @Test func aPatientWhoCannotBeWrittenIsToldBeforehand() throws {
    #expect(throws: Never.self) { try Coercion.check(accented) }
    for patient in [
      People.local(family: "A^B"), People.local(family: ""), People.local(String(repeating: "1", count: 65)),
      People.local(birthDate: "30.07.1985"), People.local(sex: "männlich"),
    ] {
      let error = #expect(throws: ReconciliationError.self) { try Coercion.check(patient) }
      #expect(error?.code == .patient)
    }
  }
}
