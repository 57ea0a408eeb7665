public import GRDB

/// Something that was refused, and why.
public struct QuarantineEntry: Codable, Sendable {
  /// Which side of the site refused it.
  public enum Direction: String, Codable, Sendable { case out, `in` }
  /// What became of it.
  public enum State: String, Codable, Sendable { case quarantined, released, discarded }

  /// The folder's name in `quarantine/`.
  public var name: String
  /// Which side refused it.
  public var direction: Direction
  /// What became of it.
  public var state: State
  /// A fixed word: `not-dicom`, `partial`, `signature`, `digest` …
  public var code: String
  /// A sentence for people.
  public var reason: String
  /// The partner concerned.
  public var partner: String?
  /// Study Instance UID, where it is known.
  public var study: String?
  /// Parcel id.
  public var parcel: String?
  /// Instances that are accounted for here.
  public var instances: Int
  /// Of the files.
  public var bytes: Int64
  /// When it was refused.
  public var since: String

  /// Creates an entry of this moment.
  public init(
    name: String, direction: Direction, code: String, reason: String, partner: String? = nil, study: String? = nil,
    parcel: String? = nil, instances: Int, bytes: Int64
  ) {
    self.name = name
    self.direction = direction
    self.code = code
    self.reason = reason
    self.partner = partner
    self.study = study
    self.parcel = parcel
    self.instances = instances
    self.bytes = bytes
    state = .quarantined
    since = journalTime()
  }
}

extension QuarantineEntry: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "quarantine"
}

extension Journal {
  /// Records that a file of a source was refused: one instance taken, one quarantined.
  public func quarantined(_ entry: QuarantineEntry, taking instance: TakenInstance, event: Event) throws {
    try write { database in
      try entry.upsert(database)
      var row = instance
      row.quarantine = entry.name
      row.claimed = true
      try row.insert(database)
      try event.insert(database)
    }
  }

  /// Records that a parcel was refused. An unverified parcel is no ``InboundParcel`` and accounts for no instances.
  public func quarantined(_ entry: QuarantineEntry, event: Event) throws {
    try write { database in
      try entry.upsert(database)
      if let parcel = entry.parcel {
        try database.execute(
          sql: """
            UPDATE inboundParcel SET state = 'quarantined', "order" = NULL, reason = ?, since = ?
            WHERE id = ? AND ? > 0
            """,
          arguments: [entry.reason, entry.since, parcel, entry.instances])
      }
      try event.insert(database)
    }
  }

  /// Entries that still lie in `quarantine/`, oldest first.
  public func quarantine() throws -> [QuarantineEntry] {
    try read { try QuarantineEntry.filter(Column("state") == "quarantined").order(Column("since")).fetchAll($0) }
  }

  /// The entry of this name.
  public func quarantineEntry(_ name: String) throws -> QuarantineEntry? {
    try read { try QuarantineEntry.fetchOne($0, key: name) }
  }

  /// Lets an entry go. Its instances count as discarded; released ones are as if they had never been taken.
  public func settleQuarantine(_ name: String, as state: QuarantineEntry.State, event: Event) throws {
    try write { database in
      guard var entry = try QuarantineEntry.fetchOne(database, key: name), entry.state == .quarantined else {
        throw JournalError(.notFound, "\(name): no such entry in quarantine. See: studypost quarantine list")
      }
      entry.state = state
      try entry.update(database)
      if state == .released {
        try database.execute(sql: "DELETE FROM taken WHERE quarantine = ?", arguments: [name])
      }
      if let parcel = entry.parcel, entry.direction == .in, entry.instances > 0, state == .discarded {
        try database.execute(
          sql: "UPDATE inboundParcel SET state = 'discarded' WHERE id = ? AND state = 'quarantined'",
          arguments: [parcel])
      }
      try event.insert(database)
    }
  }
}
