internal import GRDB

extension Journal {
  /// The sequence number of the next parcel to a recipient. It is used up only by ``sealed(_:event:)``.
  public func nextSequence(recipient: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT COALESCE(MAX(sequence), 0) + 1 FROM outboundParcel WHERE recipient = ?",
        arguments: [recipient]) ?? 1
    }
  }

  /// Records a sealed parcel, and that its outbound study is in it.
  public func sealed(_ parcel: OutboundParcel, event: Event) throws {
    try write { database in
      try parcel.insert(database)
      try database.execute(
        sql: "UPDATE outboundStudy SET state = 'sealed', parcel = ?, since = ? WHERE id = ?",
        arguments: [parcel.id, parcel.created, parcel.outboundStudy])
      try event.insert(database)
    }
  }

  /// The parcel with this id.
  public func outboundParcel(_ id: String) throws -> OutboundParcel? {
    try read { try OutboundParcel.fetchOne($0, key: id) }
  }

  /// Parcels in any of these states, in the order in which they are shipped: urgent ones first, then by age.
  public func outboundParcels(in states: [OutboundParcel.State], recipient: String? = nil) throws -> [OutboundParcel] {
    try read { database in
      var request = OutboundParcel.filter(states.map(\.rawValue).contains(Column("state")))
      if let recipient { request = request.filter(Column("recipient") == recipient) }
      return try request.order(Column("urgent").desc, Column("created"), Column("sequence")).fetchAll(database)
    }
  }

  /// Changes a parcel, if it is still in one of the given states, and tells why, in one transaction.
  ///
  /// The change is made to the parcel as it is at that moment: another process may have changed it since it was read.
  /// - Returns: the changed parcel, or nil where it is in another state.
  @discardableResult
  public func updateOutboundParcel(
    _ id: String, from states: [OutboundParcel.State], event: Event?, change: (inout OutboundParcel) -> Void
  ) throws -> OutboundParcel? {
    try write { database in
      guard var parcel = try OutboundParcel.fetchOne(database, key: id), states.contains(parcel.state) else {
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

  /// Adds running time to every parcel to a recipient that still waits for its delivery.
  public func addWaiting(seconds: Double, recipient: String) throws {
    try write { database in
      try database.execute(
        sql: "UPDATE outboundParcel SET waited = waited + ? WHERE recipient = ? AND state IN ('sealed', 'shipped')",
        arguments: [seconds, recipient])
    }
  }

  /// Counts a failed attempt for every parcel that waits to be shipped to a recipient, and tells why it failed.
  public func attemptFailed(recipient: String, reason: String) throws {
    try write { database in
      try database.execute(
        sql: "UPDATE outboundParcel SET attempts = attempts + 1, reason = ? WHERE recipient = ? AND state = 'sealed'",
        arguments: [reason, recipient])
    }
  }

  /// The events of these kinds that concern a parcel, in time order.
  public func events(_ kinds: [String], parcel: String) throws -> [Event] {
    try read { database in
      try Event.filter(Column("parcel") == parcel && kinds.contains(Column("what"))).order(Column("id"))
        .fetchAll(database)
    }
  }
}
