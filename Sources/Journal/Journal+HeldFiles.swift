internal import GRDB

// Files that stay in their source since they are not finished.

extension Journal {
  static func createHeldFiles(_ database: Database) throws {
    try database.create(table: HeldFile.databaseTableName) { table in
      table.primaryKey("path", .text)
      table.column("code", .text).notNull()
      table.column("reason", .text).notNull()
      table.column("study", .text)
      table.column("bytes", .integer).notNull()
      table.column("since", .text).notNull()
    }
  }

  /// Writes down that a file stays where it lies.
  ///
  /// - Parameter event: told where the file was not held before, or for another reason.
  /// - Returns: whether it was not.
  @discardableResult
  public func hold(_ file: HeldFile, event: Event) throws -> Bool {
    try write { database in
      var file = file
      let known = try HeldFile.fetchOne(database, key: file.path)
      if let known { file.since = known.since }
      try file.save(database)
      guard known?.reason != file.reason else { return false }
      try event.append(to: database)
      return true
    }
  }

  /// Files are not held any more: they went, or were taken.
  public func letGo(heldFiles paths: [String]) throws {
    try write { database in for path in paths { try HeldFile.deleteOne(database, key: path) } }
  }

  /// Files that are held in their sources, oldest first: a portion.
  public func heldFiles(limit: Int, offset: Int = 0) throws -> [HeldFile] {
    try read {
      try HeldFile.order(Column("since"), Column("path")).limit(limit, offset: offset).fetchAll($0)
    }
  }

  /// Files that are held in their sources, by their paths: a portion.
  public func heldFiles(after path: String, limit: Int) throws -> [HeldFile] {
    try read {
      try HeldFile.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM \(HeldFile.databaseTableName) WHERE path > ? ORDER BY path LIMIT ?"),
        arguments: [path, limit])
    }
  }

  /// How many files are held in their sources.
  public func heldFileCount() throws -> Int { try read { try HeldFile.fetchCount($0) } }
}
