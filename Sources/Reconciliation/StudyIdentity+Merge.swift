import DICOM

extension [StudyIdentity] {
  /// Adds what one more instance of the study says: to the identity of the same patient, or as another patient.
  public mutating func merge(_ identity: StudyIdentity) {
    for index in indices {
      if self[index] == identity { return }
      if let merged = self[index].merged(with: identity) {
        self[index] = merged
        return
      }
    }
    if count < StudyIdentity.mostPatients { append(identity) }
  }
}

extension StudyIdentity {
  /// Both as one, or nil when they differ in anything by which people are told apart; what one of them leaves out is
  /// no difference.
  func merged(with other: StudyIdentity) -> StudyIdentity? {
    guard
      agree(patientID?.value, other.patientID?.value),
      agree(patientID?.issuer, other.patientID?.issuer),
      agree(patientID?.issuerUID, other.patientID?.issuerUID),
      agree(birthDate, other.birthDate), agree(sex, other.sex),
      name == other.name || agree(name.map(Self.foldedName), other.name.map(Self.foldedName)),
      isDeidentified == other.isDeidentified, agree(studyInstanceUID, other.studyInstanceUID)
    else { return nil }
    var merged = self
    merged.identifiers = Self.union(identifiers, other.identifiers).sorted { $0.source.order < $1.source.order }
    merged.otherNames = Self.union(otherNames, other.otherNames)
    merged.modalities = Self.union(modalities, other.modalities).sorted()
    merged.undecodable = Self.union(undecodable, other.undecodable)
    let contradictory = Self.union(contradictory ?? [], other.contradictory ?? []).prefix(Self.mostIdentifiers)
    merged.contradictory = contradictory.isEmpty ? nil : Array(contradictory)
    guard merged.identifiers.count <= Self.mostIdentifiers, merged.otherNames.count <= Self.mostIdentifiers,
      merged.modalities.count <= Self.mostIdentifiers
    else { return nil }
    merged.name = name ?? other.name
    merged.birthName = birthName ?? other.birthName
    merged.birthDate = birthDate ?? other.birthDate
    merged.sex = sex ?? other.sex
    merged.studyInstanceUID = studyInstanceUID ?? other.studyInstanceUID
    merged.studyDate = [studyDate, other.studyDate].compactMap(\.self).max()
    merged.studyDescription = studyDescription ?? other.studyDescription
    merged.accessionNumber = accessionNumber ?? other.accessionNumber
    return merged
  }

  private func agree(_ one: String?, _ other: String?) -> Bool { one == nil || other == nil || one == other }

  /// A name's letters alone, so that trailing delimiters and letter case make no other patient.
  private static func foldedName(_ name: String) -> String {
    let name = PersonName(name)
    return [name.alphabetic, name.ideographic, name.phonetic].map { group in
      [group.family, group.given].map { NameWords($0).letters }.joined(separator: "^")
    }.joined(separator: "=")
  }

  private static func union<Value: Hashable>(_ one: [Value], _ other: [Value]) -> [Value] {
    var seen = Set(one)
    return one + other.filter { seen.insert($0).inserted }
  }
}

extension SenderIdentifier.Source {
  /// The place in the order of reading.
  var order: Int {
    switch self {
    case .otherPatientIDsSequence: 0
    case .patientID: 1
    case .otherPatientIDs: 2
    default: 3
    }
  }
}
