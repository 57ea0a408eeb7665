internal import GRDB

// How far the history was told to another system.

extension Journal {
  private static let cursor = "audit told"

  /// Lines that are still to be told, in order: a portion. The first call ever begins at the end of the history.
  public func eventsToTell(limit: Int) throws -> [Event] {
    let known = try read {
      try Int64.fetchOne($0.cachedStatement(sql: "SELECT value FROM counter WHERE name = ?"), arguments: [Self.cursor])
    }
    guard let known else {
      try told(upTo: lastEvent())
      return []
    }
    return try events(after: known, limit: limit)
  }

  /// They are told, up to this line.
  public func told(upTo id: Int64) throws {
    try write { database in
      try database.run(
        """
        INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """, [Self.cursor, id])
    }
  }
}
