public import DICOM

/// What one instance says of its patient and study, as the sender wrote it.
///
/// A study's instances normally all say the same: gather them with ``Swift/Array/merge(_:)``, which keeps one identity
/// for each patient that is named.
public struct StudyIdentity: Codable, Hashable, Sendable {
  /// Every identifier, in the order in which they are to be read for the national one.
  public var identifiers: [SenderIdentifier]
  /// (0010,0010), with its component groups; nil when empty.
  public var name: String?
  /// (0010,1005).
  public var birthName: String?
  /// (0010,1001), every value.
  public var otherNames: [String]
  /// (0010,0030) as written.
  public var birthDate: String?
  /// (0010,0040) as written.
  public var sex: String?
  /// Whether (0012,0062) says `YES`: the identity was removed, so what is left names nobody.
  public var isDeidentified: Bool
  /// (0020,000D).
  public var studyInstanceUID: String?
  /// (0008,0020); the latest one of several instances.
  public var studyDate: String?
  /// (0008,0060), of several instances every one, sorted.
  public var modalities: [String]
  /// (0008,1030).
  public var studyDescription: String?
  /// (0008,0050).
  public var accessionNumber: String?
  /// Tags whose values could not be decoded, for which a person must look.
  public var undecodable: [String]
  /// Elements that an instance has twice, with different values, for which a person must look; nil is none.
  public var contradictory: [String]?

  /// More identifiers or names of one patient are refused: no real one has so many.
  static let mostIdentifiers = 64
  /// More patients in one study are not told apart any further.
  static let mostPatients = 16

  /// Reads the identity that an instance carries.
  ///
  /// - Parameter places: further elements that hold national numbers, see ``MatchingPolicy/places``.
  /// - Throws: `ReconciliationError` with the code `limit` when it has more than 64 identifiers or other names. Values
  ///   that cannot be decoded do not throw: they are named in ``undecodable``.
  public init(reading file: DICOMFile, places: [TagPath] = []) throws {
    var reader = ValueReader(file.dataSet)
    name = reader.value(.patientName)
    birthName = reader.value(.patientBirthName)
    otherNames = reader.values(.otherPatientNames)
    birthDate = reader.value(.patientBirthDate)
    sex = reader.value(.patientSex)
    isDeidentified = reader.value(.patientIdentityRemoved)?.uppercased() == "YES"
    studyInstanceUID = reader.value(.studyInstanceUID)
    studyDate = reader.value(.studyDate)
    modalities = [reader.value(.modality)].compactMap(\.self)
    studyDescription = reader.value(.studyDescription)
    accessionNumber = reader.value(.accessionNumber)
    identifiers = []
    for item in file.dataSet.items(.otherPatientIDsSequence) {
      identifiers += reader.identifier(in: item, source: .otherPatientIDsSequence)
    }
    identifiers += reader.identifier(in: file.dataSet, source: .patientID)
    identifiers += reader.values(.otherPatientIDs).map { SenderIdentifier(source: .otherPatientIDs, value: $0) }
    // Items of Other Patient IDs Sequence and Patient ID are read with their issuers in any case.
    for place in places where SenderIdentifier.Source(place).order > 2 { identifiers += reader.identifiers(at: place) }
    undecodable = reader.undecodable
    let contradictions = file.contradictions
    contradictory = contradictions.isEmpty ? nil : contradictions
    guard identifiers.count <= Self.mostIdentifiers, otherNames.count <= Self.mostIdentifiers else {
      throw ReconciliationError(
        .limit,
        "the instance has \(max(identifiers.count, otherNames.count)) identifiers or names of its patient, "
          + "more than the \(Self.mostIdentifiers) that are read")
    }
  }

  /// An identity from its parts.
  public init(
    identifiers: [SenderIdentifier], name: String?, birthName: String? = nil, otherNames: [String] = [],
    birthDate: String?, sex: String?, isDeidentified: Bool = false, studyInstanceUID: String? = nil,
    studyDate: String? = nil, modalities: [String] = [], studyDescription: String? = nil,
    accessionNumber: String? = nil
  ) {
    self.identifiers = identifiers
    self.name = name
    self.birthName = birthName
    self.otherNames = otherNames
    self.birthDate = birthDate
    self.sex = sex
    self.isDeidentified = isDeidentified
    self.studyInstanceUID = studyInstanceUID
    self.studyDate = studyDate
    self.modalities = modalities
    self.studyDescription = studyDescription
    self.accessionNumber = accessionNumber
    undecodable = []
  }

  /// The sender's Patient ID (0010,0020).
  public var patientID: SenderIdentifier? { identifiers.first { $0.source == .patientID } }
}

/// Reads values of a data set and remembers what could not be decoded.
private struct ValueReader {
  let dataSet: DataSet
  var undecodable: [String] = []

  init(_ dataSet: DataSet) { self.dataSet = dataSet }

  mutating func value(_ tag: Tag) -> String? { value(tag, in: dataSet) }

  mutating func values(_ tag: Tag) -> [String] {
    decoded(tag, Result { try dataSet.strings(tag).filter { !$0.isEmpty }.map(Self.cut) }) ?? []
  }

  mutating func value(_ tag: Tag, in dataSet: DataSet) -> String? {
    decoded(tag, Result { try dataSet.string(tag).map(Self.cut) }) ?? nil
  }

  /// The Patient ID of a data set or item with its issuer (PS3.3 C.7.1.1 and 10.14).
  mutating func identifier(in item: DataSet, source: SenderIdentifier.Source) -> [SenderIdentifier] {
    guard let value = value(.patientID, in: item) else { return [] }
    let qualifiers = item.items(.issuerOfPatientIDQualifiersSequence).first
    let universal = qualifiers.flatMap { self.value(.universalEntityID, in: $0) }
    return [
      SenderIdentifier(
        source: source, value: value, issuer: self.value(.issuerOfPatientID, in: item), issuerUID: universal,
        type: self.value(.typeOfPatientID, in: item))
    ]
  }

  /// What stands in a further element; where that is an item's Patient ID, with its issuer.
  mutating func identifiers(at place: TagPath) -> [SenderIdentifier] {
    let source = SenderIdentifier.Source(place)
    var identifiers: [SenderIdentifier] = []
    for end in dataSet.ends(of: place) {
      if end.tag == .patientID {
        identifiers += identifier(in: end.dataSet, source: source)
        continue
      }
      let values = decoded(
        end.tag, Result { try end.dataSet.strings(end.tag).filter { !$0.isEmpty }.map(Self.cut) })
      identifiers += (values ?? []).map { SenderIdentifier(source: source, value: $0) }
    }
    return identifiers
  }

  /// No field of these is as long; what is cut off can only make a value differ.
  private static func cut(_ value: String) -> String { value.utf8.count <= 1024 ? value : String(value.prefix(1024)) }

  private mutating func decoded<Value>(_ tag: Tag, _ result: Result<Value, any Error>) -> Value? {
    if case .success(let value) = result { return value }
    if !undecodable.contains(tag.description) { undecodable.append(tag.description) }
    return nil
  }
}
