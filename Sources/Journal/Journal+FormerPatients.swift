public import GRDB

/// A row of the patient index as the journal had it before the index got a database of its own.
public struct FormerPatient: Codable, Sendable, Equatable, FetchableRecord {
  /// The hospital's own number of the patient.
  public var localID: String
  /// The national identifier, normalised.
  public var nationalID: String?
  /// The names in use, and the family name at birth.
  public var family, given: String
  /// The family name at birth.
  public var birthName: String?
  /// `YYYYMMDD`, and `M`, `F` or `O`.
  public var birthDate, sex: String?
  /// False for a record that was withdrawn.
  public var active: Bool
  /// The date of death, `YYYYMMDD`.
  public var deceased: String?
}

extension Journal {
  /// Patients that the journal still has, by their numbers: none once they were taken over, or where it never had any.
  public func formerPatients(after localID: String, limit: Int) throws -> [FormerPatient] {
    try read { database in
      guard try database.tableExists("formerPatient") else { return [] }
      return try FormerPatient.fetchAll(
        database, sql: "SELECT * FROM formerPatient WHERE localID > ? ORDER BY localID LIMIT ?",
        arguments: [localID, limit])
    }
  }

  /// Lets them go: the patient index has them.
  public func forgetFormerPatients() throws {
    try write { try $0.execute(sql: "DROP TABLE IF EXISTS formerPatient") }
  }
}
