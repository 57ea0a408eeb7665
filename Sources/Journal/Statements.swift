internal import GRDB

// Statements are compiled once for each connection: to compile one takes longer than to run it.

extension Database {
  /// Runs a statement that answers nothing.
  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}

extension FetchableRecord where Self: TableRecord {
  /// The row with this primary key. Takes the place of GRDB's method, which compiles its statement each time.
  static func fetchOne(_ database: Database, key: String) throws -> Self? {
    let column = try database.primaryKey(databaseTableName).columns.first ?? "rowid"
    return try fetchOne(
      database.cachedStatement(sql: "SELECT * FROM \(databaseTableName) WHERE \(column) = ?"), arguments: [key])
  }
}

extension Array where Element: RawRepresentable<String> {
  /// States as they stand in a statement. Few lists are ever asked for: each has a statement of its own.
  var list: String { map { "'\($0.rawValue)'" }.joined(separator: ", ") }
}
