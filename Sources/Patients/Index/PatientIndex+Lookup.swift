internal import GRDB

extension PatientIndex {
  /// The patient with this local number: of this hospital; else of the one authority that has it, or known by it once.
  public func patient(localID: String) throws -> Patient? {
    try read { database in
      let rows = try PatientRow.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM patient WHERE localID = ? ORDER BY authority LIMIT 2"),
        arguments: [localID])
      if let first = rows.first { return rows.count == 1 || first.authority.isEmpty ? try first.patient() : nil }
      let former = try PatientRow.fetchAll(
        database.cachedStatement(sql: Self.byAlias), arguments: [localID, "id"])
      return former.count == 1 ? try former[0].patient() : nil
    }
  }

  /// The patient with this local number.
  public func patient(_ id: LocalIdentifier) throws -> Patient? { try read { try Self.row(id, $0)?.patient() } }

  /// All patients, active or not, that carry or carried this national identifier.
  public func patients(nationalID: String) throws -> [Patient] {
    try read { database in
      let rows =
        try PatientRow.fetchAll(
          database.cachedStatement(sql: "SELECT * FROM patient WHERE nationalID = ?"), arguments: [nationalID])
        + PatientRow.fetchAll(
          database.cachedStatement(sql: Self.byAlias), arguments: [nationalID, "number"])
      return try rows.sorted { $0.localID < $1.localID }.map { try $0.patient() }
    }
  }

  /// All patients, active or not, who are known by this local number beside their own.
  public func patients(otherID id: LocalIdentifier) throws -> [Patient] {
    try read { database in
      try PatientRow.fetchAll(database.cachedStatement(sql: Self.byAlias), arguments: [id.value, "id"])
        .map { try $0.patient() }.filter { $0.otherIDs.contains(id) }
    }
  }

  /// Patients who were born on a day and whose name may be another's.
  ///
  /// - Parameters:
  ///   - birthDate: `YYYYMMDD`.
  ///   - isWanted: is asked with each one's family name, given names and name at birth, before the patient is read.
  public func neighbours(
    birthDate: String, _ isWanted: (_ family: String, _ given: String, _ birthName: String?) throws -> Bool
  ) throws -> [Patient] {
    try read { database in
      var ids: [Int64] = []
      let rows = try Row.fetchCursor(
        database.cachedStatement(sql: "SELECT id, family, given, birthName FROM patient WHERE birthDate = ?"),
        arguments: [birthDate])
      while let row = try rows.next() {
        if try isWanted(row[1], row[2], row[3]) { ids.append(row[0]) }
      }
      return try Self.rows(ids, database).map { try $0.patient() }
    }
  }

  /// How many patients there are, active or not.
  public func count() throws -> Int {
    try read { try Int.fetchOne($0.cachedStatement(sql: "SELECT COUNT(*) FROM patient")) ?? 0 }
  }

  static func row(_ id: LocalIdentifier, _ database: Database) throws -> PatientRow? {
    try PatientRow.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM patient WHERE localID = ? AND authority = ?"),
      arguments: [id.value, id.authority])
  }

  static func rows(_ ids: [Int64], _ database: Database) throws -> [PatientRow] {
    let statement = try database.cachedStatement(sql: "SELECT * FROM patient WHERE id = ?")
    return try ids.compactMap { try PatientRow.fetchOne(statement, arguments: [$0]) }
  }

  private static let byAlias =
    "SELECT * FROM patient WHERE id IN (SELECT patient FROM alias WHERE value = ? AND kind = ?)"
}
