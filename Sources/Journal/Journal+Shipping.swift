public import Custody
internal import GRDB

// What the shipper asks beside the queue.

extension Journal {
  /// The states in which a receipt may still say something new.
  static let awaiting: [OutboundParcelState] = [.shipped, .received, .held, .refused, .expired, .damaged]

  /// Whether parcels to a recipient wait to be shipped.
  public func hasSealed(recipient: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM outboundParcel WHERE state = 'sealed' AND recipient = ?)"),
        arguments: [recipient]) ?? false
    }
  }

  /// Parcels to a recipient that were shipped and of which a receipt may still say something new: so many of them.
  public func awaitingReceipts(recipient: String, limit: Int) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM outboundParcel WHERE state IN (\(Self.awaiting.list)) AND recipient = ? LIMIT ?"),
        arguments: [recipient, limit])
    }
  }

  /// Those of these parcels that are for a recipient and of which a receipt may still say something new.
  public func awaitingReceipts(_ ids: Set<String>, recipient: String) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.filter(keys: ids).filter(Column("recipient") == recipient)
        .filter(Self.awaiting.map(\.rawValue).contains(Column("state"))).fetchAll(database)
    }
  }

  /// Whether parcels that a recipient imported are kept here.
  public func hasDelivered(recipient: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM outboundParcel INDEXED BY outboundParcel_purge
              WHERE state = 'delivered' AND isPurged = 0 AND recipient = ?)
            """), arguments: [recipient]) ?? false
    }
  }

  /// Those of these parcels that a recipient imported and that are kept here.
  public func delivered(_ ids: Set<String>, recipient: String) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.filter(keys: ids).filter(Column("recipient") == recipient)
        .filter(Column("state") == OutboundParcelState.delivered.rawValue && Column("isPurged") == false)
        .fetchAll(database)
    }
  }

  /// Parcels that were shipped and of which no receipt came for so long, by running time, that something may be wrong: a
  /// portion, in the order of their ids.
  ///
  /// The time is longer for large parcels, which take the recipient long, and doubles with each delivery, up to 64 times:
  /// a recipient that has fallen behind is not sent everything again and again.
  ///
  /// - Parameters:
  ///   - recipient: the partner.
  ///   - seconds: how long a small parcel may take that was delivered once.
  ///   - after: the last id of the portion before.
  ///   - limit: how many.
  public func unproven(
    recipient: String, seconds: Double, after id: String = "", limit: Int
  ) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel WHERE state = 'shipped' AND recipient = ? AND id > ?
              AND unproven >= ? * (1 << MIN(MAX(deliveries, 1) - 1, 6)) + payloadBytes / 1e7
            ORDER BY id LIMIT ?
            """), arguments: [recipient, id, seconds, limit])
    }
  }
}

extension Journal {
  /// Whether parcels to a recipient wait for their delivery, or for the first proof of it.
  public func hasWaiting(recipient: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM outboundParcel WHERE state IN ('sealed', 'shipped') AND recipient = ?)
            """), arguments: [recipient]) ?? false
    }
  }

  /// Parcels in a state that people are to be told of, and have no alert with this code: a portion.
  ///
  /// The key of such an alert is the code, a space and the parcel's id.
  public func outboundParcels(in state: OutboundParcelState, withoutAlert code: String, limit: Int) throws
    -> [OutboundParcel]
  {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel p WHERE state = ? AND NOT EXISTS (SELECT 1 FROM alert WHERE key = ? || ' ' || p.id)
            LIMIT ?
            """), arguments: [state.rawValue, code, limit])
    }
  }

  /// The keys of alerts with this code whose parcels are in none of these states any more.
  public func staleParcelAlerts(_ code: String, except states: [OutboundParcelState]) throws -> [String] {
    try read { database in
      let present = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      return try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT key FROM alert WHERE code = :code AND NOT EXISTS (
              SELECT 1 FROM outboundParcel WHERE id = substr(alert.key, length(:code) + 2) AND state IN (\(present)))
            """), arguments: ["code": code])
    }
  }

  /// The recipients of parcels in a state.
  public func recipients(ofParcelsIn state: OutboundParcelState) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(sql: "SELECT DISTINCT recipient FROM outboundParcel WHERE state = ?"),
        arguments: [state.rawValue])
    }
  }
}
