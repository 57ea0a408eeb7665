internal import FoundationEssentials
internal import GRDB

extension Journal {
  /// Folds the instances of outbound studies that were closed before a time into their study's line: what became of them
  /// stays known, one by one they are forgotten. The same for the instances of parcels imported before a time.
  ///
  /// - Returns: how many lines went; 0: there is nothing to fold.
  @discardableResult
  public func fold(closedBefore time: String, limit: Int = 100) throws -> Int {
    try write { database in
      let studies = try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT s.id FROM outboundStudy s WHERE s.state IN ('sealed', 'discarded') AND s.isFolded = 0 AND s.since <= :t
              AND NOT EXISTS (SELECT 1 FROM outboundParcel p WHERE p.outboundStudy = s.id
                AND (p.state NOT IN ('delivered', 'cancelled', 'discarded') OR p.since > :t))
              AND NOT EXISTS (SELECT 1 FROM owed WHERE subject = 'study:' || s.id)
            ORDER BY s.since LIMIT :limit
            """), arguments: ["t": time, "limit": limit])
      var folded = 0
      for id in studies {
        try database.run("DELETE FROM taken WHERE outboundStudy = ?", [id])
        folded += database.changesCount
        try database.run("UPDATE outboundStudy SET isFolded = 1 WHERE id = ?", [id])
      }
      let parcels = try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT id FROM inboundParcel INDEXED BY inboundParcel_fold
            WHERE state = 'imported' AND isPurged = 1 AND isFolded = 0 AND since <= ? ORDER BY since LIMIT ?
            """), arguments: [time, limit])
      for id in parcels {
        try database.run("DELETE FROM imported WHERE parcel = ?", [id])
        folded += database.changesCount
        try database.run("UPDATE inboundParcel SET isFolded = 1 WHERE id = ?", [id])
      }
      return folded
    }
  }

  /// What is wrong with the database's own structure, in SQLite's words.
  ///
  /// - Returns: empty where nothing is.
  public func structuralDamage() throws -> [String] {
    do {
      return try read { database in
        let found = try String.fetchAll(database.cachedStatement(sql: "PRAGMA quick_check(20)"))
        return found == ["ok"] ? [] : found
      }
    } catch let error as JournalError where error.code == .unusable {
      return [error.message]
    }
  }

  /// On which file system a folder lay when it was last in order, as ``confirm(folder:identity:)`` was told.
  public func identity(ofFolder path: String) throws -> String? {
    try read {
      try String.fetchOne($0.cachedStatement(sql: "SELECT identity FROM mount WHERE path = ?"), arguments: [path])
    }
  }

  /// Writes down on which file system a folder lies.
  public func confirm(folder path: String, identity: String, event: Event? = nil) throws {
    try write { database in
      try database.run(
        """
        INSERT INTO mount (path, identity, since) VALUES (?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET identity = excluded.identity, since = excluded.since
        """, [path, identity, journalTime()])
      try event?.append(to: database)
    }
  }

  /// Raises the last sequence number to a recipient: what lies in the spool shows that it was used.
  public func raiseSequence(recipient: String, to sequence: Int) throws {
    let name = "sequence \(recipient)"
    let known = try read {
      try Int.fetchOne($0.cachedStatement(sql: "SELECT value FROM counter WHERE name = ?"), arguments: [name])
    }
    guard sequence > known ?? 0 else { return }
    try write { database in
      try database.run(
        """
        INSERT INTO counter (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)
        """, [name, sequence])
    }
  }
}
