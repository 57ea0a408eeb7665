internal import GRDB

/// Rows written with what is searched and looked up of them, and with their history.
struct RowWriter {
  let database: Database
  let source: Int64
  /// When the change was made at its source.
  let at: String
  private let insertPatient, insertWords, insertAlias: Statement

  init(_ database: Database, source: Int64, at: String) throws {
    self.database = database
    self.source = source
    self.at = at
    let columns = PatientRow.columns
    insertPatient = try database.makeStatement(
      sql:
        "INSERT INTO patient (\(columns.joined(separator: ", "))) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"
    )
    insertWords = try database.makeStatement(sql: "INSERT INTO words (rowid, text) VALUES (?, ?)")
    insertAlias = try database.makeStatement(sql: "INSERT OR IGNORE INTO alias (value, kind, patient) VALUES (?, ?, ?)")
  }

  /// - Parameter row: its id is used; 0: the next one.
  func insert(_ row: PatientRow) throws {
    var values = row.values
    if row.id == 0 { values[0] = nil }
    insertPatient.setUncheckedArguments(StatementArguments(values))
    try insertPatient.execute()
    var row = row
    row.id = database.lastInsertedRowID
    insertWords.setUncheckedArguments([row.id, try row.words()])
    try insertWords.execute()
    try insertAliases(row)
  }

  private func insertAliases(_ row: PatientRow) throws {
    for alias in try row.aliases() {
      insertAlias.setUncheckedArguments([alias.value, alias.kind, row.id])
      try insertAlias.execute()
    }
  }

  /// Replaces a row by another state of it, and keeps the former one.
  ///
  /// - Parameter change: the field's word for what happened.
  func replace(_ before: PatientRow, by row: PatientRow, _ change: String) throws {
    var row = row
    row.id = before.id
    try keep(before.id, change)
    try update(before, to: row)
    let (old, new) = (try before.words(), try row.words())
    if old != new {
      try forget(words: old, of: row.id)
      try insertWords.execute(arguments: [row.id, new])
    }
    if before.more != row.more || before.nationalID != row.nationalID || before.localID != row.localID {
      try database.cachedStatement(sql: "DELETE FROM alias WHERE patient = ?").execute(arguments: [row.id])
      try insertAliases(row)
    }
  }

  /// Only columns that differ are set: SQLite rewrites each index that has one that is set.
  private func update(_ before: PatientRow, to row: PatientRow) throws {
    let values = zip(before.values, row.values).map { ($0?.databaseValue ?? .null, $1?.databaseValue ?? .null) }
    let changed = zip(PatientRow.columns, values).filter { $1.0 != $1.1 }
    guard !changed.isEmpty else { return }
    let columns = changed.map { "\($0.0) = ?" }.joined(separator: ", ")
    try database.cachedStatement(sql: "UPDATE patient SET \(columns) WHERE id = ?")
      .execute(arguments: StatementArguments(changed.map(\.1.1) + [row.id.databaseValue]))
  }

  /// Takes a row out of the index, and keeps it in the history.
  func remove(_ row: PatientRow) throws {
    try keep(row.id, "removed")
    try forget(words: try row.words(), of: row.id)
    try database.cachedStatement(sql: "DELETE FROM alias WHERE patient = ?").execute(arguments: [row.id])
    try database.cachedStatement(sql: "DELETE FROM patient WHERE id = ?").execute(arguments: [row.id])
  }

  private func forget(words: String, of id: Int64) throws {
    try database.cachedStatement(sql: "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)")
      .execute(arguments: [id, words])
  }

  private func keep(_ id: Int64, _ change: String) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO history (localID, authority, change, source, at, before)
          SELECT localID, authority, ?, ?, ?, \(PatientRow.json) FROM patient WHERE id = ?
        """
    ).execute(arguments: [change, source, at, id])
  }
}

extension PatientIndex {
  /// Notes from where the changes of a transaction come.
  static func addSource(
    _ database: Database, kind: String, name: String, actor: String?, patients: Int
  ) throws -> Int64 {
    try database.execute(
      sql: "INSERT INTO source (at, kind, name, actor, patients) VALUES (?, ?, ?, ?, ?)",
      arguments: [indexTime(), kind, name, actor, patients])
    return database.lastInsertedRowID
  }
}
