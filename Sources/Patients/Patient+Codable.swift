extension Patient: Codable {
  private enum Key: String, CodingKey {
    case localID, authority, otherIDs, nationalNumbers, names, birthDate, sex, active, isDeceased, deceased, mergedInto
    // As decisions recorded a patient before there were several names and numbers.
    case nationalID, family, given, birthName
  }

  /// Reads a patient as this version or an earlier one recorded it; what is missing has its default, so that a decision
  /// stays readable.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    localID = try values.decode(String.self, forKey: .localID)
    authority = try values.decodeIfPresent(String.self, forKey: .authority) ?? ""
    otherIDs = try values.decodeIfPresent([LocalIdentifier].self, forKey: .otherIDs) ?? []
    nationalNumbers =
      try values.decodeIfPresent([NationalNumber].self, forKey: .nationalNumbers)
      ?? values.decodeIfPresent(String.self, forKey: .nationalID).map { [NationalNumber($0)] } ?? []
    names = try values.decodeIfPresent([PatientName].self, forKey: .names) ?? Self.formerNames(values)
    birthDate = try values.decodeIfPresent(String.self, forKey: .birthDate)
    sex = try values.decodeIfPresent(String.self, forKey: .sex)
    active = try values.decodeIfPresent(Bool.self, forKey: .active) ?? true
    deceased = try values.decodeIfPresent(String.self, forKey: .deceased)
    isDeceased = try values.decodeIfPresent(Bool.self, forKey: .isDeceased) ?? (deceased != nil)
    mergedInto = try values.decodeIfPresent(LocalIdentifier.self, forKey: .mergedInto)
  }

  private static func formerNames(_ values: KeyedDecodingContainer<Key>) throws -> [PatientName] {
    let family = try values.decodeIfPresent(String.self, forKey: .family) ?? ""
    let given = try values.decodeIfPresent(String.self, forKey: .given) ?? ""
    let birthName = try values.decodeIfPresent(String.self, forKey: .birthName)
    return [PatientName(.legal, family: family, given: given)]
      + (birthName.map { [PatientName(.birth, family: $0, given: "")] } ?? [])
  }

  /// Writes what is there.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(localID, forKey: .localID)
    if !authority.isEmpty { try values.encode(authority, forKey: .authority) }
    if !otherIDs.isEmpty { try values.encode(otherIDs, forKey: .otherIDs) }
    if !nationalNumbers.isEmpty { try values.encode(nationalNumbers, forKey: .nationalNumbers) }
    try values.encode(names, forKey: .names)
    try values.encodeIfPresent(birthDate, forKey: .birthDate)
    try values.encodeIfPresent(sex, forKey: .sex)
    try values.encode(active, forKey: .active)
    if isDeceased { try values.encode(isDeceased, forKey: .isDeceased) }
    try values.encodeIfPresent(deceased, forKey: .deceased)
    try values.encodeIfPresent(mergedInto, forKey: .mergedInto)
  }
}
