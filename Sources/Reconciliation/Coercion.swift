public import DICOM
public import FoundationEssentials
public import NationalID
public import Patients

/// The rewriting of an incoming instance's patient identification to that of a local patient.
///
/// Only identification changes: name, ID and issuer, birth date and sex become the local patient's; the sender's ID and
/// the national one join (0010,1002), each with its issuer; what refers to the sender's order, visit and route goes;
/// the writer removes digital signatures that cover a change. What was there before is kept in the Original Attributes Sequence
/// (PS3.3 C.12.1.1.9). Every other byte stays.
public struct Coercion: Sendable {
  /// The local patient.
  public var patient: Patient
  /// The schemes of the national identifier that ``patient`` carries.
  public var schemes: [NationalIDScheme]
  /// The short name of this site.
  public var siteName: String
  /// The short name of the site that sent the instance.
  public var sender: String
  /// The issuer of the local patient ID, for (0010,0021): the site's name in capitals unless the site sets another.
  public var localIssuer: String
  /// What named the recipient in the instance, to be taken out of it; nil where nothing did.
  public var route: Route?
  /// When the change is made.
  public var date: Date
  /// Where the images of a study are of several patients: the names that those of this one get; nil: they keep theirs.
  public var derived: DerivedUIDs?

  /// An element that named the recipient, and the name as it was read there.
  public struct Route: Sendable {
    /// The element, also one inside of sequences.
    public var path: TagPath
    /// The recipient's name.
    public var name: String

    /// A name and where it stood.
    public init(path: TagPath, name: String) {
      self.path = path
      self.name = name
    }
  }

  /// A coercion of one parcel's instances.
  public init(
    patient: Patient, schemes: [NationalIDScheme], siteName: String, sender: String, localIssuer: String? = nil,
    route: Route? = nil, date: Date
  ) {
    self.patient = patient
    self.schemes = schemes
    self.siteName = siteName
    self.sender = sender
    self.localIssuer = localIssuer ?? siteName.uppercased()
    self.route = route
    self.date = date
  }

  /// References to the sender's order and visit, which mean nothing here or, worse, something else; and the foreign
  /// qualifiers of identifiers that change.
  static let removed: [Tag] = [
    .requestAttributesSequence, .requestedProcedureID, .requestedProcedureDescription, .requestedProcedureCodeSequence,
    .admissionID, .issuerOfPatientIDQualifiersSequence, .issuerOfAccessionNumberSequence,
  ]

  /// The changes that make `file` an instance of the local patient.
  ///
  /// - Returns: the edit, to be applied with `DICOMFile.write(applying:to:)`.
  /// - Throws: `ReconciliationError` with the code `patient` when the local patient does not fit into DICOM's fields;
  ///   `DICOMError` for values too long to be read.
  public func edit(for file: DICOMFile) throws -> Edit {
    try Self.check(patient, localIssuer: localIssuer)
    var changes = CoercionChanges(file.dataSet)
    changes.set(.patientName, to: PersonName(alphabetic: .init(family: patient.family, given: patient.given)).formatted)
    // The old issuer is kept beside the old ID even where only one of them differs.
    if changes.differs(.patientID, patient.localID) || changes.differs(.issuerOfPatientID, localIssuer) {
      changes.overwrite(.patientID, with: patient.localID)
      changes.overwrite(.issuerOfPatientID, with: localIssuer)
    }
    if let birthDate = patient.birthDate { changes.set(.patientBirthDate, to: birthDate) }
    if let sex = patient.sex { changes.set(.patientSex, to: sex) }
    // A foreign number could be a local one of another order; a type 2 attribute is blanked, not removed.
    changes.blank(.accessionNumber)
    for tag in Self.removed { changes.remove(tag) }
    if let route { changes.remove(route) }
    for item in otherPatientIDs(of: file.dataSet) { changes.append(item, to: .otherPatientIDsSequence) }
    if let derived { try changes.rename(derived) }
    let timestamp = timestamp
    changes.overwrite(.instanceCoercionDateTime, with: timestamp)
    changes.overwrite(.instanceOriginStatus, with: "IMPORTED")
    changes.makeSequence(.originalAttributesSequence)
    for record in changes.records.reversed() {
      changes.edit.append(item: originalAttributes(record, timestamp), to: .originalAttributesSequence)
    }
    changes.edit.recordUndecodable = { texts in
      CoercionChanges.records(of: texts).map { originalAttributes($0, timestamp) }
    }
    return changes.edit
  }

  /// Whether the local patient can be written into DICOM's fields: to be asked before a study is given to them.
  ///
  /// - Parameter localIssuer: what stands in (0010,0021); nil is the site's name, which always can.
  /// - Throws: `ReconciliationError` with the code `patient`, which says what to correct.
  public static func check(_ patient: Patient, localIssuer: String? = nil) throws {
    func unfit(_ what: String) -> ReconciliationError {
      ReconciliationError(
        .patient,
        "local patient \(patient.localID) cannot be written into DICOM: \(what). Correct the record in the EHR and import "
          + "the patient list again.")
    }
    let localIssuer = localIssuer ?? ""
    let name = [patient.family, patient.given]
    for (value, vr, what) in [
      (patient.birthDate, VR.da, "birth date"), (patient.sex, .cs, "sex"), (patient.nationalID, .lo, "national number"),
    ] {
      if let value, let problem = vr.problem(in: value) { throw unfit("the \(what) does not fit: \(problem)") }
    }
    for value in name + [patient.localID, localIssuer] {
      guard !value.unicodeScalars.contains(where: { $0 == "\\" || $0.properties.generalCategory == .control }) else {
        throw unfit("a backslash or a control character stands in it")
      }
    }
    guard !name.contains(where: { $0.unicodeScalars.contains { $0 == "^" || $0 == "=" } }), !patient.family.isEmpty
    else {
      throw unfit("the name is empty or holds ^ or =")
    }
    guard !patient.localID.isEmpty, [patient.localID, localIssuer].allSatisfy({ $0.unicodeScalars.count <= 64 }),
      name.reduce(1, { $0 + $1.unicodeScalars.count }) <= 64
    else { throw unfit("the number or the name is empty or too long (64 characters)") }
  }

  /// `YYYYMMDDHHMMSS+0000` (PS3.5 6.2, DT).
  private var timestamp: String {
    let digits = date.formatted(.iso8601).utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return String(decoding: digits.prefix(14), as: UTF8.self) + "+0000"
  }

  /// The item that tells the change (PS3.3 C.12.1, Original Attributes Macro).
  private func originalAttributes(_ record: CoercionChanges.Record, _ timestamp: String) -> NewDataSet {
    var item = NewDataSet()
    item.set(.modifiedAttributesSequence, .items([record.original]))
    if !record.nonconforming.isEmpty {
      item.set(.nonconformingModifiedAttributesSequence, .items(record.nonconforming))
    }
    item.set(.attributeModificationDateTime, .string(timestamp))
    item.set(.modifyingSystem, .string("Studypost \(siteName)"))
    item.set(.sourceOfPreviousValues, .string(sender))
    item.set(.reasonForTheAttributeModification, "COERCE")
    return item
  }
}
