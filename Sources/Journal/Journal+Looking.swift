internal import GRDB

// What the collector asks for while it closes, seals and starts.

extension Journal {
  /// What the instances of an outbound study say of its recipient, each different text once: few, however many instances.
  ///
  /// - Parameters:
  ///   - id: of instances that were taken before the one with this number.
  ///   - limit: more than these are not asked for.
  public func routes(outboundStudy: String, before id: Int64 = .max, limit: Int) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT DISTINCT route FROM taken
            WHERE outboundStudy = ? AND claimed = 1 AND route IS NOT NULL AND id < ? LIMIT ?
            """), arguments: [outboundStudy, id, limit])
    }
  }

  /// Where the instances of an outbound study came from, the first ones in the order of their taking.
  public func origins(outboundStudy: String, limit: Int) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: "SELECT origin FROM taken WHERE outboundStudy = ? AND claimed = 1 ORDER BY id LIMIT ?"),
        arguments: [outboundStudy, limit])
    }
  }

  /// A SOP Instance UID of an outbound study that is on its way to, or at, one of these recipients with other bytes, or
  /// waits here with other bytes.
  public func contradiction(outboundStudy: OutboundStudy, recipients: [String]) throws -> String? {
    if let uid = try contradiction(inOutboundStudy: outboundStudy.id) { return uid }
    return try read { database in
      let marks = Array(repeating: "?", count: recipients.count).joined(separator: ", ")
      return try String.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT n.sopInstanceUID FROM taken n
            JOIN taken o ON o.sopInstanceUID = n.sopInstanceUID AND o.outboundStudy <> n.outboundStudy
            JOIN outboundStudy s ON s.id = o.outboundStudy
            WHERE n.outboundStudy = ? AND n.claimed = 1 AND o.claimed = 1 AND o.sha256 <> n.sha256 AND s.study = ?
              AND (s.state IN ('collecting', 'held', 'ready')
                OR EXISTS (SELECT 1 FROM outboundParcel p WHERE p.outboundStudy = o.outboundStudy
                  AND p.state NOT IN ('cancelled', 'expired', 'refused', 'damaged', 'discarded')
                  AND p.recipient IN (\(marks))))
            LIMIT 1
            """), arguments: StatementArguments([outboundStudy.id, outboundStudy.study] + recipients))
    }
  }

  /// Whether duties about an outbound study wait to be performed: its files may be on their way.
  public func isOwing(outboundStudy id: String) throws -> Bool { try isOwing(subject: DutySubject.study(id)) }

  /// Lets the quiet time of a collecting study begin now where its last instance seems to come from the future: the clock
  /// was set back.
  ///
  /// - Returns: whether it did.
  public func restartQuiet(outboundStudy id: String) throws -> Bool {
    try write { database in
      let now = journalTime()
      try database.run(
        "UPDATE outboundStudy SET lastTaken = :now WHERE id = :id AND lastTaken > :now", ["now": now, "id": id])
      return database.changesCount > 0
    }
  }

  /// Those of some files, relative to the spool, that belong to no study which still needs them.
  public func unowned(files: [String]) throws -> [String] {
    try missing(
      among: files,
      from: """
        SELECT t.file FROM taken t JOIN outboundStudy s ON s.id = t.outboundStudy
        WHERE s.state IN ('collecting', 'held', 'ready') AND t.file
        """)
  }

  /// Those of some names that are the id of no outbound parcel.
  public func unknown(outboundParcels ids: [String]) throws -> [String] {
    try missing(among: ids, from: "SELECT id FROM outboundParcel WHERE id")
  }

  /// Those of some names that are the id of no outbound study.
  public func unknown(outboundStudies ids: [String]) throws -> [String] {
    try missing(among: ids, from: "SELECT id FROM outboundStudy WHERE id")
  }

  /// Those of some names that no entry of the quarantine has.
  public func unknown(quarantine names: [String]) throws -> [String] {
    try missing(among: names, from: "SELECT name FROM quarantine WHERE name")
  }

  private func missing(among texts: [String], from query: String) throws -> [String] {
    var missing: [String] = []
    var rest = texts[...]
    while !rest.isEmpty {
      let portion = Array(rest.prefix(500))
      rest = rest.dropFirst(portion.count)
      let marks = Array(repeating: "?", count: portion.count).joined(separator: ", ")
      let known = try read { database in
        try Set(String.fetchAll(database, sql: "\(query) IN (\(marks))", arguments: StatementArguments(portion)))
      }
      missing += portion.filter { !known.contains($0) }
    }
    return missing
  }
}
