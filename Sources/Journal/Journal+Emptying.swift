internal import GRDB

extension Journal {
  /// Removes every row, so that a simulation can use a journal in memory again: with its tables, and with its statements
  /// compiled. What refers to other rows goes before them.
  package func empty() throws {
    try write { database in
      let tables = try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'grdb_migrations' AND name NOT LIKE 'sqlite_stat%'
            ORDER BY sql LIKE '%REFERENCES%' DESC
            """))
      for table in tables { try database.run("DELETE FROM \(table)") }
    }
  }
}
