internal import GRDB

extension Journal {
  /// Replaces the whole patient index in one transaction.
  ///
  /// - Parameter mayShrink: false refuses a list that would leave the index more than 20 % smaller, as a cut-off
  ///   export would.
  /// - Parameter event: for the history, of how many patients the index held before.
  /// - Returns: how many patients the index held before and holds now.
  @discardableResult
  public func replacePatients(
    _ patients: [Patient], mayShrink: Bool, event: (_ before: Int) -> Event? = { _ in nil }
  ) throws -> (before: Int, after: Int) {
    try write { database in
      let before = try Int.fetchOne(database.cachedStatement(sql: "SELECT COUNT(*) FROM patient")) ?? 0
      if !mayShrink, Double(patients.count) < Double(before) * 0.8 {
        throw JournalError(
          .shrinks,
          "the list has \(patients.count) patients, the index \(before): it would shrink by more than 20 %. "
            + "Check that the list is complete, then import it again with --confirm-shrink.")
      }
      try database.run("DELETE FROM patient")
      for patient in patients { try patient.insert(database) }
      try event(before)?.append(to: database)
      return (before, patients.count)
    }
  }

  /// All patients, active or not, that carry this national identifier.
  public func patients(nationalID: String) throws -> [Patient] {
    try read {
      try Patient.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM patient WHERE nationalID = ? ORDER BY localID"), arguments: [nationalID])
    }
  }

  /// The patient with this local number.
  public func patient(localID: String) throws -> Patient? {
    try read { try Patient.fetchOne($0, key: localID) }
  }

  /// Patients whose number, national identifier or name contains the text, letters compared without case.
  public func findPatients(_ text: String, limit: Int = 100) throws -> [Patient] {
    let pattern = "%" + likeEscaped(text.lowercased()) + "%"
    return try read { database in
      // SQLite's own LIKE knows the case of ASCII letters only.
      try Patient.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM patient WHERE localID LIKE :p ESCAPE '\\' OR nationalID LIKE :p ESCAPE '\\'
            OR swiftLowercaseString(family || ' ' || given || ' ' || family) LIKE :p ESCAPE '\\'
            OR swiftLowercaseString(birthName) LIKE :p ESCAPE '\\'
            ORDER BY family, given, localID LIMIT :limit
            """), arguments: ["p": pattern, "limit": limit])
    }
  }
}

/// Text to be found literally by `LIKE … ESCAPE '\'`.
func likeEscaped(_ text: String) -> String {
  var escaped = ""
  for character in text {
    if character == "%" || character == "_" || character == "\\" { escaped.append("\\") }
    escaped.append(character)
  }
  return escaped
}
