public import GRDB

/// One patient of the local patient index.
public struct Patient: Codable, Sendable, Equatable {
  /// The hospital's own number of the patient: unique in the index.
  public var localID: String
  /// The national identifier, normalised by its scheme; absent where the hospital does not know it.
  public var nationalID: String?
  /// The family name in use.
  public var family: String
  /// The given names.
  public var given: String
  /// The family name at birth, where it differs.
  public var birthName: String?
  /// `YYYYMMDD`.
  public var birthDate: String?
  /// `M`, `F` or `O`.
  public var sex: String?
  /// False for a record that the hospital has withdrawn, for example because it was merged into another.
  public var active: Bool
  /// The date of death, `YYYYMMDD`.
  public var deceased: String?

  /// Creates a patient.
  public init(
    localID: String, nationalID: String?, family: String, given: String, birthName: String? = nil,
    birthDate: String? = nil, sex: String? = nil, active: Bool = true, deceased: String? = nil
  ) {
    self.localID = localID
    self.nationalID = nationalID
    self.family = family
    self.given = given
    self.birthName = birthName
    self.birthDate = birthDate
    self.sex = sex
    self.active = active
    self.deceased = deceased
  }
}

extension Patient: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "patient"
}
