internal import GRDB

extension Journal {
  /// The outbound study that takes further instances of a study: one that is collecting or held.
  public func openStudy(study: String) throws -> OutboundStudy? {
    try read { try Self.openStudy(study, $0) }
  }

  private static func openStudy(_ study: String, _ database: Database) throws -> OutboundStudy? {
    try OutboundStudy.fetchOne(
      database,
      sql:
        "SELECT * FROM outboundStudy WHERE study = ? AND state IN ('held', 'collecting') ORDER BY state DESC LIMIT 1",
      arguments: [study])
  }

  /// Records the intent to claim instances of one study, opening an outbound study where there is none.
  ///
  /// - Returns: the outbound study, and the instances with their numbers.
  public func intend(
    toClaim instances: [TakenInstance], study: String, newID: String, expected: Int?
  ) throws -> (OutboundStudy, [TakenInstance]) {
    try write { database in
      var outboundStudy: OutboundStudy
      if let open = try Self.openStudy(study, database) {
        outboundStudy = open
        if let expected, expected > (outboundStudy.expected ?? 0) {
          outboundStudy.expected = expected
          try outboundStudy.update(database)
        }
      } else {
        outboundStudy = OutboundStudy(
          id: newID, study: study, state: .collecting, since: journalTime(), expected: expected)
        try outboundStudy.insert(database)
      }
      let inserted = try instances.map { instance in
        var row = instance
        row.outboundStudy = outboundStudy.id
        try row.insert(database)
        return row
      }
      return (outboundStudy, inserted)
    }
  }

  /// Records that claims are done: the files lie where the rows say.
  public func claimed(_ ids: [Int64]) throws {
    try write { database in
      let update = try database.cachedStatement(sql: "UPDATE taken SET claimed = 1 WHERE id = ?")
      for id in ids { try update.execute(arguments: [id]) }
    }
  }

  /// Forgets claims that did not happen, with an outbound study that is empty without them.
  public func unclaim(_ ids: [Int64]) throws {
    try write { database in
      for id in ids { try database.execute(sql: "DELETE FROM taken WHERE id = ? AND claimed = 0", arguments: [id]) }
      try database.execute(
        sql: """
          DELETE FROM outboundStudy WHERE state IN ('collecting', 'held') AND id NOT IN
          (SELECT outboundStudy FROM taken WHERE outboundStudy IS NOT NULL)
          """)
    }
  }

  /// Claims that were intended and not confirmed: what a kill left behind.
  public func unconfirmedClaims() throws -> [TakenInstance] {
    try read { try TakenInstance.filter(Column("claimed") == false).order(Column("id")).fetchAll($0) }
  }

  /// Records that the files of instances lie elsewhere now.
  public func moved(_ files: [(id: Int64, file: String)]) throws {
    try write { database in
      for (id, file) in files {
        try database.execute(sql: "UPDATE taken SET file = ? WHERE id = ?", arguments: [file, id])
      }
    }
  }

  /// The instance whose file lies at this path, relative to the spool, with its study.
  public func takenInstance(file: String) throws -> (instance: TakenInstance, study: OutboundStudy?)? {
    try read { database in
      guard let instance = try TakenInstance.filter(Column("file") == file).order(Column("id").desc).fetchOne(database)
      else { return nil }
      return (instance, try instance.outboundStudy.flatMap { try OutboundStudy.fetchOne(database, key: $0) })
    }
  }

  /// Changes what an instance says of its recipient.
  public func updateRoute(_ id: Int64, to route: String) throws {
    try write { try $0.execute(sql: "UPDATE taken SET route = ? WHERE id = ?", arguments: [route, id]) }
  }

  /// Forgets an instance that goes back to its source, to be taken again.
  public func giveBack(_ id: Int64, event: Event) throws {
    try write { database in
      try database.execute(sql: "DELETE FROM taken WHERE id = ?", arguments: [id])
      try event.insert(database)
    }
  }

  /// The instances of an outbound study, in the order in which they were taken.
  public func instances(outboundStudy: String) throws -> [TakenInstance] {
    try read {
      try TakenInstance.filter(Column("outboundStudy") == outboundStudy && Column("claimed") == true).order(
        Column("id")
      )
      .fetchAll($0)
    }
  }

  /// What was already taken under this SOP Instance UID for this study and neither discarded nor quarantined, each with
  /// the recipient for whom it was sealed; nil while it is not.
  public func takenInstances(
    sopInstanceUID: String, study: String
  ) throws -> [(instance: TakenInstance, sealedFor: String?)] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT t.*, p.recipient AS sealedFor FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
          LEFT JOIN outboundParcel p ON p.id = c.parcel
          WHERE t.sopInstanceUID = ? AND c.study = ? AND c.state <> 'discarded'
            AND (p.state IS NULL OR p.state NOT IN ('refused', 'expired', 'cancelled'))
          """)
      return try Row.fetchAll(statement, arguments: [sopInstanceUID, study])
        .map { (try TakenInstance(row: $0), $0["sealedFor"]) }
    }
  }

  /// Outbound studies in a state, oldest first.
  public func outboundStudies(in state: OutboundStudy.State) throws -> [OutboundStudy] {
    try read {
      try OutboundStudy.filter(Column("state") == state.rawValue).order(Column("since"), Column("id")).fetchAll($0)
    }
  }

  /// The outbound study with this id.
  public func outboundStudy(_ id: String) throws -> OutboundStudy? {
    try read { try OutboundStudy.fetchOne($0, key: id) }
  }

  /// Changes an outbound study and tells why, in one transaction.
  public func update(_ outboundStudy: OutboundStudy, event: Event) throws {
    try write { database in
      try outboundStudy.update(database)
      try event.insert(database)
    }
  }

  /// Whether files of an outbound study were intended to be claimed, and nobody knows yet whether they were.
  public func hasUnconfirmedClaims(outboundStudy: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM taken WHERE outboundStudy = ? AND claimed = 0)",
        arguments: [outboundStudy]) ?? false
    }
  }

  /// How many instances of a study were taken in all and neither let go nor sealed in vain.
  public func instanceCount(study: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT COUNT(DISTINCT t.sopInstanceUID) FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
          LEFT JOIN outboundParcel p ON p.id = c.parcel
          WHERE c.study = ? AND c.state <> 'discarded' AND t.claimed = 1
            AND (p.state IS NULL OR p.state NOT IN ('refused', 'expired', 'cancelled'))
          """, arguments: [study]) ?? 0
    }
  }

  /// Whether an earlier part of this study was sealed for this recipient: what comes now is a supplement.
  public func hasParcel(study: String, recipient: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM outboundParcel WHERE study = ? AND recipient = ?
          AND state NOT IN ('cancelled', 'expired', 'refused'))
          """, arguments: [study, recipient]) ?? false
    }
  }
}
