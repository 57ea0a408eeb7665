internal import GRDB

/// Which parcels go before which others to the same partner. One that waits in an earlier lane interrupts the upload of one
/// in a later one.
public enum Lane: Int, Comparable, CaseIterable, Sendable {
  /// Of an urgent study.
  case urgent
  /// A person wants it sent before others.
  case expedited
  /// All else.
  case ordinary
  /// A person has put it behind all others.
  case bulk

  /// Whether one goes before another.
  public static func < (one: Lane, other: Lane) -> Bool { one.rawValue < other.rawValue }
}

extension OutboundParcel {
  /// The lane in which it is sent.
  public var lane: Lane { urgent ? .urgent : expedited ? .expedited : bulk ? .bulk : .ordinary }
}

extension Journal {
  /// A parcel gives way to smaller ones for the time in which this many bytes a second would carry it, and for an hour at most:
  /// then those that were sealed after that go behind it.
  static let fairRate = 1e6
  static let longestGivingWay = 3600.0

  static func addLanes(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE outboundParcel ADD COLUMN expedited BOOLEAN NOT NULL DEFAULT 0;
        ALTER TABLE outboundParcel ADD COLUMN bulk BOOLEAN NOT NULL DEFAULT 0;
        ALTER TABLE outboundParcel ADD COLUMN lane INTEGER NOT NULL GENERATED ALWAYS AS
          (CASE WHEN urgent THEN 0 WHEN expedited THEN 1 WHEN bulk THEN 3 ELSE 2 END) VIRTUAL;
        ALTER TABLE outboundParcel ADD COLUMN turn REAL NOT NULL DEFAULT 0;
        UPDATE outboundParcel SET expedited = urgent, urgent = 0 WHERE urgent;
        UPDATE outboundParcel SET turn = \(ownTurn);
        DROP INDEX outboundParcel_queue;
        CREATE INDEX outboundParcel_queue ON outboundParcel (state, recipient, lane, turn, sequence);
        CREATE TABLE bulkPause (partner TEXT PRIMARY KEY NOT NULL, since TEXT NOT NULL, actor TEXT NOT NULL);
        """)
  }

  /// When a parcel's turn is within its lane, were it alone of its study: seconds since 1970.
  private static let ownTurn = """
    (julianday(created) - 2440587.5) * 86400 + MIN(payloadBytes / \(fairRate), \(longestGivingWay))
    """

  /// Gives a new parcel its turn: by its age and its size, and not before what waits of the same study.
  static func giveTurn(to parcel: OutboundParcel, in database: Database) throws {
    try database.run(
      """
      UPDATE outboundParcel AS p SET turn = MAX(\(ownTurn), COALESCE((
          SELECT MAX(turn) FROM outboundParcel o
          WHERE o.study = p.study AND o.recipient = p.recipient AND o.state = 'sealed' AND o.id <> p.id), 0))
      WHERE id = ?
      """, [parcel.id])
  }

  /// Sealed parcels to a recipient for which nothing else is owed before they can be shipped: a portion, in the order in which
  /// they go.
  ///
  /// - Parameters:
  ///   - recipient: the partner.
  ///   - lane: the last that is open.
  ///   - excluding: ids to leave out: they wait for their next attempt.
  ///   - limit: how many.
  public func shippable(
    recipient: String, upTo lane: Lane = .bulk, excluding: Set<String>, limit: Int
  ) throws -> [OutboundParcel] {
    try read { database in
      let cursor = try OutboundParcel.fetchCursor(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel p WHERE state = 'sealed' AND recipient = ? AND lane <= ?
              AND NOT EXISTS (SELECT 1 FROM owed WHERE subject = 'parcel:' || p.id)
            ORDER BY lane, turn, sequence
            """), arguments: [recipient, lane.rawValue])
      var found: [OutboundParcel] = []
      while found.count < limit, let parcel = try cursor.next() {
        if !excluding.contains(parcel.id) { found.append(parcel) }
      }
      return found
    }
  }

  /// Adds running time to every parcel to a recipient that waits for its delivery, or for the first proof of it.
  ///
  /// Nothing waits while its lane is closed; and what is behind all others does not wait before it was tried and failed.
  ///
  /// - Parameters:
  ///   - lane: the last that is open.
  ///   - parcel: one that is being sent.
  public func addWaiting(
    seconds: Double, recipient: String, upTo lane: Lane = .bulk, besides parcel: String? = nil
  ) throws {
    try write { database in
      try database.run(
        """
        UPDATE outboundParcel SET waited = waited + :s,
          unproven = CASE state WHEN 'shipped' THEN unproven + :s ELSE 0 END
        WHERE recipient = :r AND state IN ('sealed', 'shipped')
          AND (state = 'shipped' OR lane <= :l AND (lane < \(Lane.bulk.rawValue) OR attempts > 0)) AND id IS NOT :p
        """, ["s": seconds, "r": recipient, "l": lane.rawValue, "p": parcel])
    }
  }

  // MARK: The bulk lane's pauses

  /// The pauses of the bulk lane.
  public func bulkPauses() throws -> [BulkPause] {
    try read { try BulkPause.fetchAll($0.cachedStatement(sql: "SELECT * FROM bulkPause ORDER BY partner")) }
  }

  /// Whether the bulk lane to a recipient is paused.
  public func isBulkPaused(recipient: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM bulkPause WHERE partner IN ('', ?))"),
        arguments: [recipient]) ?? false
    }
  }

  /// Pauses the bulk lane.
  ///
  /// - Parameter partner: nil: to all partners.
  /// - Returns: false where it was paused before: that stands.
  public func pauseBulk(to partner: String?, by actor: String, event: Event) throws -> Bool {
    try write { database in
      if try BulkPause.exists(database, key: partner ?? "") { return false }
      try BulkPause(partner: partner ?? "", since: journalTime(), actor: actor).insert(database)
      try event.append(to: database)
      return true
    }
  }

  /// Resumes the bulk lane.
  ///
  /// - Parameter partner: nil: to all partners, whichever were paused.
  /// - Returns: false where it was not paused.
  public func resumeBulk(to partner: String?, event: Event) throws -> Bool {
    try write { database in
      if let partner {
        try database.run("DELETE FROM bulkPause WHERE partner = ?", [partner])
      } else {
        try database.run("DELETE FROM bulkPause WHERE true", [])
      }
      guard database.changesCount > 0 else { return false }
      try event.append(to: database)
      return true
    }
  }

  // MARK: Into the bulk lane

  /// Parcels that wait to be shipped in any of some lanes: a portion.
  ///
  /// - Parameters:
  ///   - recipient: only those to it.
  ///   - study: only those of this Study Instance UID.
  public func sealedParcels(
    in lanes: Set<Lane>, recipient: String?, study: String?, limit: Int
  ) throws -> [OutboundParcel] {
    try read { database in
      let among = lanes.map { "\($0.rawValue)" }.sorted().joined(separator: ", ")
      var conditions = ["state = 'sealed'", "lane IN (\(among))"]
      var arguments: StatementArguments = ["limit": limit]
      if let study {
        conditions.append("study = :study")
        arguments += ["study": study]
      }
      if let recipient {
        conditions.append("recipient = :recipient")
        arguments += ["recipient": recipient]
      }
      return try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM outboundParcel WHERE \(conditions.joined(separator: " AND ")) LIMIT :limit"),
        arguments: arguments)
    }
  }

  /// Puts parcels that wait to be shipped into the bulk lane, or takes them out, in one transaction.
  ///
  /// - Returns: how many were moved: others are shipped by now, or were there before.
  public func move(_ parcels: [(id: String, event: Event)], toBulk isBulk: Bool) throws -> Int {
    try write { database in
      var count = 0
      for (id, event) in parcels {
        guard var parcel = try OutboundParcel.fetchOne(database, key: id), parcel.state == .sealed,
          parcel.bulk != isBulk || parcel.expedited
        else { continue }
        parcel.bulk = isBulk
        parcel.expedited = false
        try parcel.update(database)
        try event.append(to: database)
        count += 1
      }
      return count
    }
  }
}
