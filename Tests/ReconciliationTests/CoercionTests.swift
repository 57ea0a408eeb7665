import DICOM
import Foundation
import Patients
import NationalID
import Reconciliation
import SystemPackage
import Testing

@Suite struct CoercionTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// An instance with these elements, coerced, and read again.
  private func coerced(
    _ patient: Patient = People.local(), routedBy path: String? = nil, _ fill: (inout NewDataSet) -> Void
  ) throws -> DataSet {
    var dataSet = NewDataSet()
    dataSet.set(.patientName, "PEETERS^JAN")
    dataSet.set(.patientID, "S-1")
    dataSet.set(.studyInstanceUID, "2.25.1")
    dataSet.set(.patientSex, "M")
    fill(&dataSet)
    let (source, target) = (scratch.path.appending("source.dcm"), scratch.path.appending("target.dcm"))
    for path in [source, target] { try? FileManager.default.removeItem(atPath: path.string) }
    try DICOMFile.create(
      at: source, sopClassUID: "1.2.840.10008.5.1.4.1.1.7", sopInstanceUID: "2.25.2", dataSet: dataSet)
    let coercion = Coercion(
      patient: patient, schemes: [.belgium], siteName: "ch2", sender: "ch1",
      route: try path.map { .init(path: try TagPath($0), name: "CH2") },
      date: Date(timeIntervalSince1970: 1_795_490_100))
    let file = try DICOMFile.read(source)
    try file.write(applying: try coercion.edit(for: file), to: target)
    return try DICOMFile.read(target).dataSet
  }

  private func item(_ fill: (inout NewDataSet) -> Void) -> NewDataSet {
    var item = NewDataSet()
    fill(&item)
    return item
  }

  private func originals(_ dataSet: DataSet) throws -> DataSet {
    let item = try #require(dataSet.items(.originalAttributesSequence).last)
    return try #require(item.items(.modifiedAttributesSequence).first)
  }

  @Test func theSendersIDGoesUnderTheSendersNameWhereItHasNoIssuer() throws {
    let ids = try coerced { _ in }.items(.otherPatientIDsSequence)
    #expect(try ids.map { try $0.string(.patientID) } == ["S-1", People.niss])
    #expect(try ids.map { try $0.string(.issuerOfPatientID) } == ["CH1", "NISS"])
    #expect(try ids.map { try $0.string(.typeOfPatientID) } == ["TEXT", "TEXT"])
    let qualifiers = try #require(ids.last?.items(.issuerOfPatientIDQualifiersSequence).first)
    #expect(try qualifiers.string(.universalEntityID) == People.issuer)
    #expect(try qualifiers.string(.universalEntityIDType) == "ISO")
    #expect(try qualifiers.string(.identifierTypeCode) == "NI")
  }

  @Test func theSendersIDKeepsItsIssuerAndQualifiers() throws {
    let dataSet = try coerced {
      $0.set(.issuerOfPatientID, "CH1-ADT")
      $0.set(.issuerOfPatientIDQualifiersSequence, .items([item { $0.set(.universalEntityID, "1.2.3") }]))
    }
    let sender = try #require(dataSet.items(.otherPatientIDsSequence).first)
    #expect(try sender.string(.issuerOfPatientID) == "CH1-ADT")
    #expect(
      try sender.items(.issuerOfPatientIDQualifiersSequence).first?.string(.universalEntityID) == "1.2.3")
    #expect(dataSet[.issuerOfPatientIDQualifiersSequence] == nil)
    let originals = try originals(dataSet)
    #expect(try originals.string(.patientID) == "S-1")
    #expect(try originals.string(.issuerOfPatientID) == "CH1-ADT")
    #expect(originals.items(.issuerOfPatientIDQualifiersSequence).count == 1)
  }

  @Test func identifiersThatAreThereAreKeptAndNotRepeated() throws {
    let dataSet = try coerced {
      $0.set(
        .otherPatientIDsSequence,
        .items([
          item {
            $0.set(.patientID, "85.07.30-033.28")
            $0.set(
              .issuerOfPatientIDQualifiersSequence,
              .items([item { $0.set(.universalEntityID, .string(People.issuer)) }]))
          }, item { $0.set(.patientID, "X") },
        ]))
    }
    let ids = try dataSet.items(.otherPatientIDsSequence).map { try $0.string(.patientID) }
    #expect(ids == ["85.07.30-033.28", "X", "S-1"])
    #expect(try originals(dataSet).items(.otherPatientIDsSequence).count == 2, "the whole old sequence is kept")
  }

  @Test func whatIsTheSameIsNotRecordedAsChanged() throws {
    let dataSet = try coerced(People.local(family: "PEETERS", given: "JAN")) { $0.set(.patientBirthDate, "19850730") }
    let originals = try originals(dataSet)
    #expect(originals.elements.map(\.tag) == [.patientID])
    #expect(try dataSet.string(.patientName) == "PEETERS^JAN")
  }

  @Test func referencesToTheSendersOrderAndVisitGo() throws {
    let dataSet = try coerced {
      $0.set(.accessionNumber, "A-7")
      $0.set(.admissionID, "V-7")
      $0.set(.requestedProcedureDescription, "CT")
      $0.set(.requestAttributesSequence, .items([item { $0.set(.requestedProcedureID, "R") }]))
    }
    #expect(dataSet[.accessionNumber]?.length == 0)
    #expect(dataSet[.admissionID] == nil)
    #expect(dataSet[.requestAttributesSequence] == nil)
    let originals = try originals(dataSet)
    #expect(try originals.string(.accessionNumber) == "A-7")
    #expect(try originals.string(.admissionID) == "V-7")
    #expect(originals.items(.requestAttributesSequence).count == 1)
  }

  @Test func theNameByWhichItWasRoutedGoesAndWhatNamesOthersStays() throws {
    func fill(_ dataSet: inout NewDataSet) {
      dataSet.set(.namesOfIntendedRecipientsOfResults, .strings(["ch2^^", "CH3"]))
      dataSet.set(.studyComments, "please call XFER:ch2 urgent XFER:CH22, CH2 knows")
      dataSet.set(.requestedProcedureComments, "XFER:CH2")
      dataSet.set(.imagingServiceRequestComments, "CH2 knows the patient")
    }
    let named = try coerced(routedBy: "(0040,1010)", fill)
    #expect(try named.strings(.namesOfIntendedRecipientsOfResults) == ["CH3"])
    #expect(try originals(named).strings(.namesOfIntendedRecipientsOfResults) == ["ch2^^", "CH3"])
    #expect(try named.text(.imagingServiceRequestComments) == "CH2 knows the patient")
    #expect(try originals(named)[.imagingServiceRequestComments] == nil)
    let token = try coerced(routedBy: "(0032,4000)", fill)
    #expect(try token.text(.studyComments) == "please call urgent XFER:CH22, CH2 knows")
    let only = try coerced(routedBy: "(0040,1400)", fill)
    #expect(only[.requestedProcedureComments] == nil)
    #expect(try originals(only).text(.requestedProcedureComments) == "XFER:CH2")
  }

  @Test(arguments: [
    ("TO=CH2", "TO="), ("TO=CH2;FROM=CH22", "TO=;FROM=CH22"), ("XCH2 CH2-A ch2", "XCH2 CH2-A ch2"), ("CH2", nil),
    ("é CH2 é", "é  é"), ("éCH2", "éCH2"),
  ])
  func aNameThatAPatternFoundGoesAsAWord(text: String, rest: String?) throws {
    let dataSet = try coerced(routedBy: "(0032,4000)") {
      $0.set(.specificCharacterSet, "ISO_IR 192")
      $0.set(.studyComments, .string(text))
    }
    #expect(try dataSet.text(.studyComments) == rest)
  }

  @Test func aNameInsideSequencesGoes() throws {
    let dataSet = try coerced(routedBy: "(0032,1031)[*].(0040,1101)[1].(0008,0104)") {
      let codes = ["CH2", "CH2", "CH3"].map { code in item { $0.set(.codeMeaning, .string(code)) } }
      $0.set(
        .requestingPhysicianIdentificationSequence,
        .items([
          item { $0.set(.personIdentificationCodeSequence, .items(codes)) },
          item { $0.set(.personIdentificationCodeSequence, .items([codes[2]])) },
        ]))
    }
    let people = dataSet.items(.requestingPhysicianIdentificationSequence)
    let meanings = try people.map {
      try $0.items(.personIdentificationCodeSequence).map { try $0.string(.codeMeaning) }
    }
    #expect(meanings == [["CH2", nil, "CH3"], ["CH3"]])
    #expect(try originals(dataSet).items(.requestingPhysicianIdentificationSequence).count == 2)
  }

  @Test(arguments: [
    "(0010,0020)", "(0010,0010)", "(0010,1002)[*].(0010,0020)", "(0010,0021)", "(0008,0005)", "(0040,0275).(0040,1001)",
    "(0400,0561)[*].(0400,0564)", "(0020,000D)", "(0002,0010)", "(0038,0010)", "folder",
  ])
  func aPartnerCannotRouteByWhatIdentifies(path: String) throws {
    // A local patient whose number is the name.
    let patient = Patient(localID: "CH2", nationalID: People.niss, family: "Peeters", given: "Jan", sex: "M")
    func fill(_ dataSet: inout NewDataSet) {
      dataSet.set(.specificCharacterSet, "ISO_IR 192")
      dataSet.set(.issuerOfPatientID, "CH2")
      dataSet.set(.admissionID, "CH2")
      dataSet.set(.requestAttributesSequence, .items([item { $0.set(.requestedProcedureID, "CH2") }]))
    }
    let routed = try coerced(patient, routedBy: (try? TagPath(path)) == nil ? nil : path, fill)
    let plain = try coerced(patient, fill)
    #expect(try routed.string(.patientID) == "CH2")
    #expect(routed.elements.map(\.tag) == plain.elements.map(\.tag))
    #expect(try routed.items(.otherPatientIDsSequence).map { try $0.string(.patientID) } == ["S-1", People.niss])
  }

  @Test func signaturesGo() throws {
    let dataSet = try coerced {
      $0.set(.macParametersSequence, .items([item { $0.set(.patientID, "X") }]))
      $0.set(.digitalSignaturesSequence, .items([item { $0.set(.patientID, "X") }]))
    }
    #expect(dataSet[.macParametersSequence] == nil)
    #expect(dataSet[.digitalSignaturesSequence] == nil)
  }

  @Test func valuesThatBreakTheirVRAreKeptAsBytes() throws {
    let long = String(repeating: "9", count: 70)
    let values: [(DICOM.Tag, String)] = [
      (.patientBirthDate, "30/07/1985"), (.patientSex, "male"), (.patientID, long), (.accessionNumber, "12\\345"),
    ]
    let dataSet = try coerced { for (tag, text) in values { $0.set(tag, .bytes(Array(text.utf8))) } }
    #expect(try dataSet.string(.patientBirthDate) == "19850730")
    // An item for each: validators allow one such value in an item.
    let items = dataSet.items(.originalAttributesSequence)
    #expect(items.count == values.count)
    #expect(items.allSatisfy { $0.items(.nonconformingModifiedAttributesSequence).count == 1 })
    for (tag, text) in values {
      let item = try #require(items.first { $0.items(.modifiedAttributesSequence).first?[tag]?.length == 0 })
      let kept = try #require(item.items(.nonconformingModifiedAttributesSequence).first)
      #expect(try kept.tags(.selectorAttribute) == [tag])
      #expect(try kept.bytes(.nonconformingDataElementValue).map { String(decoding: $0, as: UTF8.self) } == text)
    }
    #expect(try dataSet.items(.otherPatientIDsSequence).allSatisfy { try $0.string(.patientID) != long })
  }

  @Test func textThatCannotBeDecodedIsKeptAsBytes() throws {
    let dataSet = try coerced {
      $0.set(.specificCharacterSet, "ISO_IR 192")
      $0.set(.patientName, .bytes([0x50, 0xFF, 0xFE, 0x41]))
    }
    let item = try #require(dataSet.items(.originalAttributesSequence).last)
    #expect(
      try item.items(.nonconformingModifiedAttributesSequence).first?.bytes(.nonconformingDataElementValue)
        == [0x50, 0xFF, 0xFE, 0x41])
    #expect(try dataSet.string(.patientName) == "Peeters^Jan")
  }

  @Test func whatTheLocalIndexDoesNotKnowStaysTheSenders() throws {
    let dataSet = try coerced(People.local(birthDate: nil, sex: nil, nationalID: nil)) {
      $0.set(.patientBirthDate, "19850101")
    }
    #expect(try dataSet.string(.patientBirthDate) == "19850101")
    #expect(try dataSet.string(.patientSex) == "M")
    #expect(try dataSet.items(.otherPatientIDsSequence).map { try $0.string(.patientID) } == ["S-1"])
  }

  @Test func aSecondCoercionAddsItsOwnItem() throws {
    let dataSet = try coerced {
      $0.set(.instanceOriginStatus, "LOCAL")
      $0.set(.originalAttributesSequence, .items([item { $0.set(.reasonForTheAttributeModification, "CORRECT") }]))
    }
    let items = dataSet.items(.originalAttributesSequence)
    #expect(try items.map { try $0.string(.reasonForTheAttributeModification) } == ["CORRECT", "COERCE"])
    #expect(try items.last?.string(.attributeModificationDateTime) == "20261124031500+0000")
    #expect(try items.last?.string(.sourceOfPreviousValues) == "ch1")
    #expect(try originals(dataSet).string(.instanceOriginStatus) == "LOCAL")
    #expect(try dataSet.string(.instanceOriginStatus) == "IMPORTED")
    #expect(try dataSet.string(.instanceCoercionDateTime) == "20261124031500+0000")
  }

  @Test func whatHoldsOfTheOriginalHoldsOfItsIdentity() throws {
    let dataSet = try coerced {
      $0.set(.patientIdentityRemoved, "YES")
      $0.set(.patientBirthName, "MAES")
    }
    #expect(try dataSet.string(.patientBirthName) == "MAES")
    let identity = try StudyIdentity(reading: DICOMFile.read(scratch.path.appending("source.dcm")))
    #expect(identity.isDeidentified)
    #expect(identity.birthName == "MAES")
    #expect(identity.studyInstanceUID == "2.25.1")
  }

  @Test func whatATrustedPlaceHoldsIsReadWithItsIssuer() throws {
    _ = try coerced {
      $0.set(.patientComments, "85.07.30-033.28")
      $0.set(
        .otherPatientIDsSequence,
        .items([
          item { $0.set(.patientID, "4711") },
          item {
            $0.set(.patientID, "4712")
            $0.set(.issuerOfPatientID, "CH1")
          },
        ]))
    }
    let comments = SenderIdentifier.Source(try TagPath("(0010,4000)"))
    let second = SenderIdentifier.Source(try TagPath("(0010,1002)[1].(0010,0020)"))
    let places = try ["(0010,4000)", "(0010,1002)", "(0010,1002)[1].(0010,0020)", "(0010,0032)"].map { try TagPath($0) }
    let identity = try StudyIdentity(reading: DICOMFile.read(scratch.path.appending("source.dcm")), places: places)
    let read = identity.identifiers.filter { $0.source != .patientID }
    #expect(
      read == [
        SenderIdentifier(source: .otherPatientIDsSequence, value: "4711"),
        SenderIdentifier(source: .otherPatientIDsSequence, value: "4712", issuer: "CH1"),
        SenderIdentifier(source: comments, value: "85.07.30-033.28"),
        SenderIdentifier(source: second, value: "4712", issuer: "CH1"),
      ])
  }

  @Test func anIdentityThatCannotBeDecodedNeedsAPerson() throws {
    _ = try coerced {
      $0.set(.specificCharacterSet, "ISO_IR 192")
      $0.set(.patientName, .bytes([0x50, 0xFF, 0xFE, 0x41]))
    }
    let identity = try StudyIdentity(reading: DICOMFile.read(scratch.path.appending("source.dcm")))
    #expect(identity.undecodable == ["(0010,0010)"])
    #expect(People.decide(identity).codes.contains(.undecodable))
  }

  @Test func tooManyIdentifiersAreRefused() throws {
    _ = try coerced { $0.set(.otherPatientIDs, .strings((0..<65).map { "\($0)" })) }
    #expect(throws: ReconciliationError.self) {
      try StudyIdentity(reading: DICOMFile.read(scratch.path.appending("source.dcm")))
    }
  }

  @Test(arguments: [
    People.local("L\\1"), People.local(""), People.local(family: ""), People.local(family: "A^B"),
    People.local(given: "A=B"), People.local(given: "A\u{1B}B"), People.local(String(repeating: "1", count: 65)),
    People.local(family: String(repeating: "a", count: 62)),
  ])
  func aPatientWhoDoesNotFitIntoDICOMIsRefused(_ patient: Patient) throws {
    #expect(throws: ReconciliationError.self) { try coerced(patient) { _ in } }
  }
}
