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

  /// Makes a study urgent: the outbound study with this id, and whatever else of it has not left, since the partner is told that
  /// the study is complete when the urgent ones are there. What a person sends once more keeps its lane.
  ///
  /// - Returns: whether that outbound study was not urgent before.
  func makeUrgent(outboundStudy id: String, _ database: Database) throws -> Bool {
    guard let study = try OutboundStudy.fetchOne(database, key: id) else { return false }
    try database.run(
      "UPDATE outboundStudy SET urgent = 1 WHERE study = ? AND NOT urgent AND (id = ? OR state <> 'sealed')",
      [study.study, id])
    try database.run(
      "UPDATE outboundParcel SET urgent = 1 WHERE study = ? AND state = 'sealed' AND NOT urgent AND again IS NULL",
      [study.study])
    return !study.urgent
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

  /// How many instances of a study a person kept from a partner: they are in parts that were let go or called back, and in none
  /// that went there.
  ///
  /// - Parameter outboundStudy: the part that is about to go there, and does not count as kept.
  public func keptBack(_ outboundStudy: OutboundStudy, from partner: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: """
            WITH part AS (
              SELECT s.id AS id, s.state <> 'discarded' AND (s.id = :id OR EXISTS (
                SELECT 1 FROM outboundParcel p WHERE p.study = :study AND p.recipient = :partner AND p.outboundStudy = s.id
                  AND p.state NOT IN ('cancelled', 'discarded'))) AS goes
              FROM outboundStudy s WHERE s.study = :study)
            SELECT COUNT(DISTINCT sopInstanceUID) FROM taken WHERE claimed = 1
              AND outboundStudy IN (SELECT id FROM part WHERE NOT goes)
              AND sopInstanceUID NOT IN (
                SELECT sopInstanceUID FROM taken WHERE claimed = 1 AND outboundStudy IN (SELECT id FROM part WHERE goes))
            """), arguments: ["study": outboundStudy.study, "id": outboundStudy.id, "partner": partner]) ?? 0
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
