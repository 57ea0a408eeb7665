internal import GRDB

// Urgent studies: they leave in portions, while their images come.

extension Journal {
  static func createUrgency(_ database: Database) throws {
    try database.execute(sql: "ALTER TABLE outboundStudy ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT 0")
  }

  /// Whether any part of a study was urgent: then all that follows is, too.
  static func isUrgent(_ study: String, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM outboundStudy WHERE study = ? AND urgent)"),
      arguments: [study]) ?? false
  }

  /// Makes an outbound study urgent, with its parcels that were not shipped yet.
  ///
  /// - Returns: whether it was not urgent before.
  func makeUrgent(outboundStudy id: String, _ database: Database) throws -> Bool {
    try database.run("UPDATE outboundStudy SET urgent = 1 WHERE id = ? AND NOT urgent", [id])
    guard database.changesCount > 0 else { return false }
    try database.run("UPDATE outboundParcel SET urgent = 1 WHERE outboundStudy = ? AND state = 'sealed'", [id])
    return true
  }

  /// How many portions of an urgent study have left, or are about to.
  public func portionCount(study: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: "SELECT COUNT(*) FROM outboundStudy WHERE study = ? AND closedRule = ? AND state IN ('ready', 'sealed')"),
        arguments: [study, OutboundStudy.urgentRule]) ?? 0
    }
  }

  /// Whether a part of a study that was closed before another one is still to be sealed.
  public func isSealing(study: String, before other: OutboundStudy? = nil) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM outboundStudy WHERE study = ? AND state = 'ready' AND id <> ?
              AND (since, id) < (?, ?))
            """), arguments: [study, other?.id ?? "", other?.since ?? "~", other?.id ?? ""]) ?? false
    }
  }

  /// What the instances of all parts of a study say of its recipient, each different text once.
  public func routes(study: String, limit: Int) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT DISTINCT t.route FROM outboundStudy s JOIN taken t ON t.outboundStudy = s.id
            WHERE s.study = ? AND s.state <> 'discarded' AND t.claimed = 1 AND t.route IS NOT NULL LIMIT ?
            """), arguments: [study, limit])
    }
  }

  /// The partners to whom earlier parts of a study go or went, each once, by the latest decision.
  public func earlierRecipients(of outboundStudy: OutboundStudy) throws -> [Recipient] {
    try read { database in
      try Recipient.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT r.*, MAX(s.since) FROM outboundStudy s JOIN recipient r ON r.outboundStudy = s.id
            WHERE s.study = ? AND s.id <> ? AND s.state IN ('ready', 'sealed') GROUP BY r.partner
            """), arguments: [outboundStudy.study, outboundStudy.id]
      ).sorted { $0.partner < $1.partner }
    }
  }
}
