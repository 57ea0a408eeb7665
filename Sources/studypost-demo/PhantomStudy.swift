import Crypto
import DICOM
import FoundationEssentials
import SystemPackage

/// A slice as it was dropped.
struct DroppedSlice {
  let sopInstanceUID: String
  /// Of the pixel data.
  let digest: SHA256.Digest
  /// Of the file.
  let bytes: Int64
}

/// A study of the phantom by a CT that does not exist (PS3.3 A.3, CT Image IOD).
struct PhantomStudy {
  let studyInstanceUID = PhantomStudy.newUID()
  let slices = 0..<Phantom.slices
  private let patient: SyntheticPatient
  private let phantom = Phantom()
  private let seriesInstanceUID = PhantomStudy.newUID()
  private let frameOfReferenceUID = PhantomStudy.newUID()
  private let date: String
  private let time: String

  private static let ctImageStorage = "1.2.840.10008.5.1.4.1.1.2"

  /// A study of this moment.
  init(of patient: SyntheticPatient) {
    self.patient = patient
    let digits = Date().formatted(.iso8601).filter(\.isNumber)
    date = String(digits.prefix(8))
    time = String(digits.dropFirst(8).prefix(6))
  }

  /// Writes a slice as a careful PACS does: elsewhere under another name, and renames the whole file into the folder.
  ///
  /// - Parameter keeps: whether a copy stays in the workplace.
  func write(
    _ slice: Int, by workplace: FilePath, to folder: FilePath, keeping keeps: Bool
  ) throws -> DroppedSlice {
    let uid = Self.newUID()
    let pixels = phantom.pixels(ofSlice: slice)
    let temporary = workplace.appending("writing.tmp")
    try DICOMFile.create(
      at: temporary, sopClassUID: Self.ctImageStorage, sopInstanceUID: uid, dataSet: dataSet(slice), pixelData: pixels)
    let file = try DICOMFile.read(temporary)
    let name = Self.name(of: slice)
    if keeps { try FileManager.default.copyItem(atPath: temporary.string, toPath: workplace.appending(name).string) }
    try move(temporary, to: folder.appending(name))
    return DroppedSlice(sopInstanceUID: uid, digest: SHA256.hash(data: pixels), bytes: file.size)
  }

  /// The name of a slice's file.
  static func name(of slice: Int) -> String {
    let number = String(slice + 1)
    return "CT" + String(repeating: "0", count: max(0, 4 - number.count)) + number + ".dcm"
  }

  private func dataSet(_ slice: Int) -> NewDataSet {
    let z = Phantom.position(ofSlice: slice)
    let corner = -Double(Phantom.size / 2) * Phantom.pixelSpacing
    let spacing = String(Phantom.pixelSpacing)
    var data = NewDataSet()
    identify(&data)
    let values: [(Tag, EditValue)] = [
      (.imageType, .strings(["ORIGINAL", "PRIMARY", "AXIAL"])),
      (.studyDate, .string(date)), (.seriesDate, .string(date)), (.acquisitionDate, .string(date)),
      (.contentDate, .string(date)), (.studyTime, .string(time)), (.seriesTime, .string(time)),
      (.acquisitionTime, .string(time)), (.contentTime, .string(time)),
      (.modality, "CT"), (.manufacturer, "STUDYPOST"), (.manufacturerModelName, "COMPUTED PHANTOM"),
      (.referringPhysicianName, .empty), (.studyDescription, "PHANTOM"), (.seriesDescription, "AXIAL 5 MM"),
      (.bodyPartExamined, "CHEST"),
      (.sliceThickness, .string(String(Phantom.sliceSpacing))), (.kvp, .empty), (.patientPosition, "HFS"),
      (.studyInstanceUID, .string(studyInstanceUID)), (.seriesInstanceUID, .string(seriesInstanceUID)),
      (.studyID, "1"), (.seriesNumber, "1"), (.acquisitionNumber, "1"), (.instanceNumber, .string(String(slice + 1))),
      (.imagePositionPatient, .strings([corner, corner, z].map { String($0) })),
      (.imageOrientationPatient, .strings(["1", "0", "0", "0", "1", "0"])),
      (.frameOfReferenceUID, .string(frameOfReferenceUID)), (.positionReferenceIndicator, .empty),
      (.sliceLocation, .string(String(z))),
      (.samplesPerPixel, .integer(1)), (.photometricInterpretation, "MONOCHROME2"),
      (.rows, .integer(Phantom.size)), (.columns, .integer(Phantom.size)),
      (.pixelSpacing, .strings([spacing, spacing])),
      (.bitsAllocated, .integer(16)), (.bitsStored, .integer(16)), (.highBit, .integer(15)),
      (.pixelRepresentation, .integer(1)), (.windowCenter, "40"), (.windowWidth, "400"),
      (.rescaleIntercept, "0"), (.rescaleSlope, "1"), (.rescaleType, "HU"),
    ]
    for (tag, value) in values { data.set(tag, value) }
    return data
  }

  /// Who the patient is at ch1, and who shall have the study.
  private func identify(_ data: inout NewDataSet) {
    var issuer = NewDataSet()
    issuer.set(.universalEntityID, "2.16.840.1.113883.3.6777.5.1")
    issuer.set(.universalEntityIDType, "ISO")
    issuer.set(.identifierTypeCode, "NI")
    var national = NewDataSet()
    national.set(.patientID, .string(patient.nationalID))
    national.set(.issuerOfPatientID, "NISS")
    national.set(.typeOfPatientID, "TEXT")
    national.set(.issuerOfPatientIDQualifiersSequence, .items([issuer]))

    data.set(.patientName, .string("\(patient.family)^\(patient.given)^ONE"))
    data.set(.patientID, "PH-0001")
    data.set(.issuerOfPatientID, "CH1")
    data.set(.patientBirthDate, .string(patient.birthDate))
    data.set(.patientSex, .string(patient.sex))
    data.set(.otherPatientIDsSequence, .items([national]))
    data.set(.accessionNumber, "ACC-0001")
    data.set(.namesOfIntendedRecipientsOfResults, "CH2")
  }

  /// A UID that needs no registration (PS3.5 B.2).
  private static func newUID() -> String {
    let bits = withUnsafeBytes(of: UUID().uuid) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
    return "2.25.\(bits)"
  }
}
