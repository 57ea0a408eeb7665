import Foundation
import SystemPackage
import Testing

@testable import DICOM

struct CreationTests {
  @Test(
    "a CT phantom is made to dciodvfy's satisfaction",
    .enabled(if: Oracle.has("/usr/bin/dciodvfy"), "dicom3tools is not installed"))
  func phantom() throws {
    let scratch = try Scratch()
    let path = scratch.new()
    let pixels = (0..<64 * 64).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    try DICOMFile.create(
      at: path, sopClassUID: "1.2.840.10008.5.1.4.1.1.2", sopInstanceUID: "2.25.3", dataSet: slice(), pixelData: pixels)

    let verdict = String(
      decoding: try Oracle.run("/usr/bin/dciodvfy", ["-new", path.string], withErrors: true), as: UTF8.self)
    #expect(verdict.contains("CTImage"))
    #expect(!verdict.contains("Error"), "\(verdict)")
    let file = try DICOMFile.read(path)
    #expect(file.hasMeta && file.hasPreamble && file.transferSyntax == .explicitLittleEndian && !file.lacksPixelData)
    #expect(file.dataSet[.pixelData]?.vr == .ow && file.dataSet[.pixelData]?.length == Int64(pixels.count))
    #expect(try contents(path).suffix(pixels.count) == pixels[...])
  }

  private func slice() -> NewDataSet {
    var code = NewDataSet()
    code.set(.codeValue, "113014")
    code.set(.codingSchemeDesignator, "DCM")
    code.set(.codeMeaning, "DICOM Study")
    var slice = NewDataSet()
    slice.set(.specificCharacterSet, "ISO_IR 192")
    slice.set(.imageType, .strings(["ORIGINAL", "PRIMARY", "AXIAL"]))
    slice.set(.studyDate, "20260102")
    slice.set(.studyTime, "101112")
    slice.set(.acquisitionNumber, .integer(1))
    slice.set(.contentDate, "20260102")
    slice.set(.contentTime, "101112")
    slice.set(.accessionNumber, "A1")
    slice.set(.modality, "CT")
    slice.set(.manufacturer, "Synthetic")
    slice.set(.manufacturerModelName, "Phantom")
    slice.set(.deviceSerialNumber, "1")
    slice.set(.softwareVersions, "1")
    slice.set(.referringPhysicianName, .empty)
    slice.set(.namesOfIntendedRecipientsOfResults, "CH2")
    slice.set(.patientName, "Phantöm^Test")
    slice.set(.patientID, "P1")
    slice.set(.patientBirthDate, "19700101")
    slice.set(.patientSex, "O")
    slice.set(.kvp, "120")
    slice.set(.patientPosition, "HFS")
    slice.set(.sliceThickness, "1")
    slice.set(.studyInstanceUID, "2.25.1")
    slice.set(.seriesInstanceUID, "2.25.2")
    slice.set(.frameOfReferenceUID, "2.25.4")
    slice.set(.positionReferenceIndicator, .empty)
    slice.set(.studyID, "1")
    slice.set(.seriesNumber, .integer(1))
    slice.set(.laterality, .empty)
    slice.set(.instanceNumber, .integer(1))
    slice.set(.imagePositionPatient, .strings(["0", "0", "0"]))
    slice.set(.imageOrientationPatient, .strings(["1", "0", "0", "0", "1", "0"]))
    slice.set(.pixelSpacing, .strings(["1", "1"]))
    slice.set(.samplesPerPixel, .integer(1))
    slice.set(.photometricInterpretation, "MONOCHROME2")
    slice.set(.rows, .integer(64))
    slice.set(.columns, .integer(64))
    slice.set(.bitsAllocated, .integer(16))
    slice.set(.bitsStored, .integer(16))
    slice.set(.highBit, .integer(15))
    slice.set(.pixelRepresentation, .integer(1))
    slice.set(.rescaleIntercept, "0")
    slice.set(.rescaleSlope, "1")
    slice.set(.rescaleType, "HU")
    slice.set(.procedureCodeSequence, .items([code]))
    return slice
  }
}
