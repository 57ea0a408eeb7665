internal import Custody
internal import GRDB

// What people note about a study that waits: who looks at it, what they wrote, and what one of two has decided.

extension InboundParcel {
  /// What notes about its study stand under: the Study Instance UID, or its own id where that is not known yet.
  public var noted: String { study ?? id }
}

extension Journal {
  static func createNotes(_ database: Database) throws {
    try database.alter(table: "inboundParcel") { $0.add(column: "assignee", .text) }
    try database.create(table: Proposal.databaseTableName) { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("study", .text).notNull().unique()
      table.column("what", .text).notNull()
      table.column("patient", .text)
      table.column("reason", .text)
      table.column("actor", .text).notNull()
      table.column("at", .text).notNull()
    }
  }

  /// Says who looks at parcels that wait; nil: nobody.
  ///
  /// - Returns: false where one of them does not wait any more: then nothing is written.
  public func assign(_ parcels: [String], to assignee: String?, event: Event) throws -> Bool {
    struct Settled: Error {}
    do {
      try write { database in
        for id in parcels {
          try database.run("UPDATE inboundParcel SET assignee = ? WHERE id = ? AND state = 'held'", [assignee, id])
          if database.changesCount == 0 { throw Settled() }
        }
        try event.append(to: database)
      }
      return true
    } catch is Settled {
      return false
    }
  }

  /// What people wrote about a study, in time order.
  public func comments(on parcel: InboundParcel, limit: Int = 1000) throws -> [Event] {
    try read { database in
      try Event.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM event WHERE what = 'commented' AND (study = :study OR parcel = :parcel) ORDER BY id LIMIT :limit
            """), arguments: ["study": parcel.study, "parcel": parcel.id, "limit": limit])
    }
  }

  /// What one person decided about a study, and a second one has not confirmed yet.
  public func proposal(on study: String) throws -> Proposal? {
    try read { database in
      try Proposal.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM proposal WHERE study = ?"), arguments: [study])
    }
  }

  /// What stands as proposed, oldest first, each with the latest parcel of its study: a portion.
  public func proposals(limit: Int, offset: Int = 0) throws -> [(Proposal, InboundParcel)] {
    try read { database in
      let proposals = try Proposal.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM proposal ORDER BY id LIMIT ? OFFSET ?"),
        arguments: [limit, offset])
      return try proposals.compactMap { proposal in
        try InboundParcel.fetchOne(
          database.cachedStatement(
            sql: """
              SELECT * FROM (
                SELECT * FROM inboundParcel WHERE study = :noted UNION SELECT * FROM inboundParcel WHERE id = :noted)
              ORDER BY state = :state DESC, since DESC LIMIT 1
              """), arguments: ["noted": proposal.study, "state": proposal.what == .undo ? "imported" : "held"]
        ).map { (proposal, $0) }
      }
    }
  }

  /// How many decisions wait for a second person.
  public func proposalCount() throws -> Int {
    try read { try Proposal.fetchCount($0) }
  }

  /// Writes down what the first of two persons decided.
  ///
  /// - Returns: false where another proposal stands.
  public func propose(_ proposal: Proposal, event: Event) throws -> Bool {
    try write { database in
      let stands =
        try Bool.fetchOne(
          database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM proposal WHERE study = ?)"),
          arguments: [proposal.study]) ?? false
      if stands { return false }
      try proposal.insert(database)
      try event.append(to: database)
      return true
    }
  }

  /// Takes a proposal away; false: it does not stand any more.
  public func withdraw(proposal id: Int64, event: Event) throws -> Bool {
    try write { database in
      try database.run("DELETE FROM proposal WHERE id = ?", [id])
      guard database.changesCount > 0 else { return false }
      try event.append(to: database)
      return true
    }
  }

  /// Studies that were imported for a patient, other than one: the latest of each first.
  public func imports(patient: String, except study: String?, limit: Int) throws -> [(InboundParcel, Subject?)] {
    try read { database in
      let parcels = try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_patient
            WHERE patient = ? AND state IN ('offered', 'imported') AND study IS NOT ? ORDER BY since DESC LIMIT ?
            """), arguments: [patient, study, limit * 10])
      let shares = try Self.splitImports(patient: patient, except: study, database)
      var seen: Set<String> = []
      return try (parcels + shares).sorted { $0.since > $1.since }.filter { seen.insert($0.noted).inserted }.prefix(
        limit
      ).map { parcel in
        (parcel, try Subject.fetchOne(database, key: parcel.id))
      }
    }
  }
}
