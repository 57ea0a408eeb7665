internal import GRDB

extension Journal {
  /// Records a parcel whose signature and digest hold.
  public func arrived(_ parcel: InboundParcel, event: Event) throws {
    try write { database in
      try parcel.insert(database)
      try event.insert(database)
    }
  }

  /// The parcel with this id.
  public func inboundParcel(_ id: String) throws -> InboundParcel? {
    try read { try InboundParcel.fetchOne($0, key: id) }
  }

  /// Parcels in a state, oldest first.
  public func inboundParcels(in states: [InboundParcel.State]) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.filter(states.map(\.rawValue).contains(Column("state"))).order(Column("since"), Column("id"))
        .fetchAll(database)
    }
  }

  /// Changes a parcel, if it is still in one of the given states, and tells why, in one transaction.
  ///
  /// - Returns: the changed parcel, or nil where it is in another state.
  @discardableResult
  public func updateInboundParcel(
    _ id: String, from states: [InboundParcel.State], event: Event?, change: (inout InboundParcel) -> Void
  ) throws -> InboundParcel? {
    try write { database in
      guard var parcel = try InboundParcel.fetchOne(database, key: id), states.contains(parcel.state) else {
        return nil
      }
      let before = parcel.state
      change(&parcel)
      if parcel.state != before { parcel.since = journalTime() }
      try parcel.update(database)
      try event?.insert(database)
      return parcel
    }
  }

  /// Records an import: the parcel's state and every instance that now lies in the PACS's folder, in one transaction.
  public func imported(
    _ id: String, instances: [(sopInstanceUID: String, sha256: String)], event: Event,
    change: (inout InboundParcel) -> Void
  ) throws {
    try write { database in
      guard var parcel = try InboundParcel.fetchOne(database, key: id) else {
        throw JournalError(.notFound, "parcel \(id) is not in the journal.")
      }
      change(&parcel)
      parcel.since = journalTime()
      try parcel.update(database)
      let insert = try database.cachedStatement(
        sql: "INSERT OR IGNORE INTO imported (sopInstanceUID, sha256, parcel) VALUES (?, ?, ?)")
      for instance in instances { try insert.execute(arguments: [instance.sopInstanceUID, instance.sha256, id]) }
      try event.insert(database)
    }
  }

  /// The digest under which an instance was imported before.
  public func importedDigest(sopInstanceUID: String) throws -> String? {
    try read { database in
      try String.fetchOne(
        database.cachedStatement(sql: "SELECT sha256 FROM imported WHERE sopInstanceUID = ?"),
        arguments: [sopInstanceUID])
    }
  }

  /// The latest parcel of this study from this sender that was assigned to a patient: a supplement follows it.
  public func reconciledParcel(study: String, sender: String) throws -> InboundParcel? {
    try read { database in
      try InboundParcel.fetchOne(
        database,
        sql: """
          SELECT * FROM inboundParcel WHERE study = ? AND sender = ? AND patient IS NOT NULL
          AND state IN ('accepted', 'imported') ORDER BY since DESC LIMIT 1
          """, arguments: [study, sender])
    }
  }
}
