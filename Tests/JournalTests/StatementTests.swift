import GRDB
import GRDBSQLite
import Testing

@testable import Journal

/// Statements are compiled once.
@Suite struct StatementTests {
  @Test func readingAndWritingMakeSQLiteCompileNothingAgain() throws {
    let journal = try Journal(inMemory: nil)
    let sql = "SELECT COUNT(*) FROM arrival"
    let first = try journal.read { try $0.cachedStatement(sql: sql) }
    for number in 1...3 {
      #expect(try journal.arrivalCount() == number - 1)
      try journal.expect(Arrival(id: "a\(number)", partner: "ch1", name: "\(number)"))
      _ = try journal.ledger()
    }
    let again = try journal.read { try $0.cachedStatement(sql: sql) }
    #expect(first === again)
    #expect(sqlite3_stmt_status(first.sqliteStatement, SQLITE_STMTSTATUS_REPREPARE, 0) == 0)
  }
}
