import DICOM
import Foundation
import Journal
import Reconciliation
import SystemPackage
import Testing

/// A study whose images are of several patients: which belong together, and which names they get.
@Suite struct SplitTests {
  private let scratch: Scratch
  private let names = DerivedUIDs(study: "1.2.3", patient: "L-1", site: "ch2", known: ["1.2.3.4", "1.2.3.4.5"])

  init() throws { scratch = try Scratch() }

  // MARK: Names

  @Test func aNameFollowsFromTheOldOneThePatientAndTheSite() throws {
    // What was imported once must get the same name for ever.
    #expect(names.name(for: "1.2.3") == "2.25.106498573923993089968049118969167842813")
    #expect(names.name(for: "1.2.3") == DerivedUIDs(study: "9", patient: "L-1", site: "ch2").name(for: "1.2.3"))
    let others = [
      DerivedUIDs(study: "1.2.3", patient: "L-2", site: "ch2"),
      DerivedUIDs(study: "1.2.3", patient: "L-1", site: "ch3"),
    ].map { $0.name(for: "1.2.3") }
    #expect(Set(others + [names.name(for: "1.2.3"), names.name(for: "1.2.3.4")]).count == 4)
    for name in others { #expect(name.utf8.count <= 64 && !name.hasPrefix("2.25.0")) }
  }

  private func item(_ fill: (inout NewDataSet) -> Void) -> NewDataSet {
    var item = NewDataSet()
    fill(&item)
    return item
  }

  /// A report that names an image of its study, one of another study, and by the study's name one that came before.
  private func report(_ syntax: String = "+te") throws -> DICOMFile {
    var dataSet = NewDataSet()
    dataSet.set(.patientName, "PEETERS^JAN")
    dataSet.set(.studyInstanceUID, "1.2.3")
    dataSet.set(.seriesInstanceUID, "1.2.3.4")
    // Some devices have but one name for both.
    dataSet.set(.frameOfReferenceUID, "1.2.3")
    let image = { (uid: String) in
      self.item {
        $0.set(.referencedSOPClassUID, "1.2.840.10008.5.1.4.1.1.7")
        $0.set(.referencedSOPInstanceUID, .string(uid))
      }
    }
    let evidence = { (study: String, series: String, uid: String) in
      self.item {
        $0.set(.studyInstanceUID, .string(study))
        $0.set(
          .referencedSeriesSequence,
          .items([
            self.item {
              $0.set(.seriesInstanceUID, .string(series))
              $0.set(.referencedSOPSequence, .items([image(uid)]))
            }
          ]))
      }
    }
    dataSet.set(
      .currentRequestedProcedureEvidenceSequence,
      .items([evidence("1.2.3", "1.2.3.7", "1.2.3.7.1"), evidence("7.7", "7.7.1", "7.7.1.1")]))
    dataSet.set(.referencedImageSequence, .items([image("1.2.3.4.5"), image("7.7.1.1"), image("1.2.3.7.1")]))
    dataSet.set(
      .originalAttributesSequence,
      .items([
        item {
          $0.set(.modifiedAttributesSequence, .items([item { $0.set(.studyInstanceUID, "1.2.3") }]))
          $0.set(.sourceOfPreviousValues, "ch0")
        }
      ]))
    let path = scratch.path.appending("\(UUID().uuidString).dcm")
    try DICOMFile.create(
      at: path, sopClassUID: "1.2.840.10008.5.1.4.1.1.7", sopInstanceUID: "1.2.3.4.5", dataSet: dataSet)
    guard syntax != "+te" else { return try DICOMFile.read(path) }
    let converted = scratch.path.appending("\(UUID().uuidString).dcm")
    try Oracle.convert(path, syntax, to: converted)
    return try DICOMFile.read(converted)
  }

  private func coerced(_ file: DICOMFile) throws -> DICOMFile {
    var coercion = Coercion(
      patient: People.local(), schemes: [.belgium], siteName: "ch2", sender: "ch1",
      date: Date(timeIntervalSince1970: 1_795_490_100))
    coercion.derived = names
    let target = scratch.path.appending("\(UUID().uuidString).dcm")
    try file.write(applying: try coercion.edit(for: file), to: target)
    return try DICOMFile.read(target)
  }

  /// In every way to write a data set, with sequences of known and of unknown length.
  @Test(arguments: Oracle.hasDCMTK ? ["+te", "+ti", "+tb", "+td", "-e"] : ["+te"])
  func whatRefersToItsOwnStudyIsRenamedWithIt(_ syntax: String) throws {
    let file = try coerced(report(syntax))
    let dataSet = file.dataSet
    for (tag, old) in [
      (Tag.studyInstanceUID, "1.2.3"), (.seriesInstanceUID, "1.2.3.4"), (.sopInstanceUID, "1.2.3.4.5"),
    ] { #expect(try dataSet.string(tag) == names.name(for: old)) }
    #expect(try file.meta.string(.mediaStorageSOPInstanceUID) == names.name(for: "1.2.3.4.5"))
    #expect(try dataSet.string(.sopClassUID) == "1.2.840.10008.5.1.4.1.1.7")
    #expect(try dataSet.string(.frameOfReferenceUID) == "1.2.3", "it says where, not whose")
    let images = try dataSet.items(.referencedImageSequence).map { try $0.string(.referencedSOPInstanceUID) }
    #expect(images == [names.name(for: "1.2.3.4.5"), "7.7.1.1", names.name(for: "1.2.3.7.1")])
    let evidence = dataSet.items(.currentRequestedProcedureEvidenceSequence)
    #expect(try evidence.map { try $0.string(.studyInstanceUID) } == [names.name(for: "1.2.3"), "7.7"])
    let series = evidence.flatMap { $0.items(.referencedSeriesSequence) }
    #expect(try series.map { try $0.string(.seriesInstanceUID) } == [names.name(for: "1.2.3.7"), "7.7.1"])
  }

  @Test func whatWasRenamedIsRecordedAndTheFormerRecordStays() throws {
    let records = try coerced(report()).dataSet.items(.originalAttributesSequence)
    #expect(records.count == 2)
    #expect(try records[0].items(.modifiedAttributesSequence).first?.string(.studyInstanceUID) == "1.2.3")
    let originals = try #require(records[1].items(.modifiedAttributesSequence).first)
    #expect(try originals.string(.studyInstanceUID) == "1.2.3")
    #expect(try originals.string(.seriesInstanceUID) == "1.2.3.4")
    #expect(try originals.string(.sopInstanceUID) == "1.2.3.4.5")
    let old = try originals.items(.referencedImageSequence).map { try $0.string(.referencedSOPInstanceUID) }
    #expect(old == ["1.2.3.4.5", "7.7.1.1", "1.2.3.7.1"])
    #expect(originals[.frameOfReferenceUID] == nil)
    #expect(try records[1].string(.reasonForTheAttributeModification) == "COERCE")
  }

  // MARK: Groups

  private func identity(_ name: String?, _ born: String?, id: String? = nil) -> StudyIdentity {
    StudyIdentity(
      identifiers: id.map { [SenderIdentifier(source: .patientID, value: $0)] } ?? [], name: name, birthDate: born,
      sex: nil, studyInstanceUID: "1.2.3")
  }

  private func parcel(_ id: String, _ identities: [StudyIdentity]) throws -> InboundParcel {
    var statements = Statements()
    for identity in identities { statements.take(identity, series: "1.2.3.4", of: try report()) }
    var parcel = InboundParcel(
      id: id, sender: "ch1", sequence: 1, manifestDigest: "", instances: identities.count, bytes: 1)
    parcel.said = try statements.encoded
    return parcel
  }

  @Test func imagesThatSayTheSameBelongTogetherInAllParts() throws {
    let (jan, an) = (identity("Peeters^Jan", "19850730"), identity("Peeters^An", "19870102"))
    let parts = [try parcel("p", [jan, an, jan]), try parcel("q", [an])]
    let groups = try #require(PatientGroup.all(of: parts))
    #expect(groups.map(\.number) == [1, 2] && groups.map(\.instances) == [2, 2])
    #expect(groups[0].shares.keys.sorted() == ["p"] && groups[1].shares.keys.sorted() == ["p", "q"])
    #expect(groups[0].series.map(\.instances) == [2])
    #expect(groups[0].shares["p"]?.keys == [jan.statement])
  }

  /// An image that names nobody may be of either.
  @Test func whatMayBeOfSeveralPatientsIsAGroupOfItsOwn() throws {
    let (jan, an) = (identity("Peeters^Jan", "19850730", id: "A"), identity("Peeters^An", "19870102", id: "B"))
    let (nobody, hers) = (identity(nil, nil), identity(nil, nil, id: "B"))
    // In whichever order they come.
    for order in [[nobody, hers, jan, an], [jan, an, hers, nobody], [an, nobody, jan, hers]] {
      let groups = try #require(PatientGroup.all(of: [try parcel("p", order)]))
      #expect(groups.count == 3)
      #expect(groups.first { $0.identity.name == an.name }?.instances == 2)
      #expect(groups.first { $0.identity.name == nil }?.shares["p"]?.keys == [nobody.statement])
    }
    #expect(try PatientGroup.all(of: [parcel("p", [nobody, jan])])?.count == 1)
  }

  @Test func whatNamesMoreThanCanBeToldApartHasNoGroups() throws {
    let many = (0..<17).map { identity("Patient^\($0)", "19850730") }
    #expect(try PatientGroup.all(of: [parcel("p", many)]) == nil)
    #expect(try PatientGroup.all(of: [parcel("p", Array(many.dropLast()))])?.count == 16)
    let more = (0..<65).map { identity("Patient^\($0)", "19850730") }
    #expect(try PatientGroup.all(of: [parcel("p", more)]) == nil)
    var unread = InboundParcel(id: "q", sender: "ch1", sequence: 1, manifestDigest: "", instances: 1, bytes: 1)
    unread.study = "1.2.3"
    #expect(PatientGroup.all(of: [unread]) == nil)
  }

  @Test func aStatementIsTheVeryWords() {
    let one = identity("Peeters^Jan", "19850730", id: "A")
    #expect(one.statement == identity("Peeters^Jan", "19850730", id: "A").statement)
    let others = [
      identity("Peeters^jan", "19850730", id: "A"), identity("Peeters^Jan", nil, id: "A"),
      identity("Peeters^Jan", "19850730"), identity(nil, "19850730", id: "Peeters^Jan"),
    ]
    #expect(Set(others.map(\.statement)).union([one.statement]).count == 5)
  }
}
