public import Custody
internal import GRDB

extension Journal {
  /// The parcel with this id.
  public func outboundParcel(_ id: String) throws -> OutboundParcel? {
    try read { try OutboundParcel.fetchOne($0, key: id) }
  }

  /// Parcels in any of these states, in the order in which they are shipped. A portion.
  public func outboundParcels(
    in states: [OutboundParcelState], recipient: String? = nil, limit: Int, offset: Int = 0
  ) throws -> [OutboundParcel] {
    try read { database in
      let only = recipient == nil ? "" : "AND recipient = :recipient"
      var arguments: StatementArguments = ["limit": limit, "offset": offset]
      if let recipient { arguments += ["recipient": recipient] }
      return try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel WHERE state IN (\(states.list)) \(only)
            ORDER BY lane, turn, sequence LIMIT :limit OFFSET :offset
            """), arguments: arguments)
    }
  }

  /// Changes a parcel, tells why, and writes down what is then owed, in one transaction.
  ///
  /// The change is made to the parcel as it is at that moment: another process may have changed it since it was read.
  ///
  /// - Returns: the changed parcel; nil where the change must not happen in the state that the parcel has.
  /// - Throws: ``JournalError`` `notFound`.
  @discardableResult
  public func change(
    outboundParcel id: String, by change: OutboundParcelChange, event: Event?,
    _ set: (inout OutboundParcel) -> Void = { _ in }
  ) throws -> OutboundParcel? {
    try write { try self.change(outboundParcel: id, by: change, event: event, in: $0, set) }
  }

  private func change(
    outboundParcel id: String, by change: OutboundParcelChange, event: Event?, in database: Database,
    _ set: (inout OutboundParcel) -> Void = { _ in }
  ) throws -> OutboundParcel? {
    guard var parcel = try OutboundParcel.fetchOne(database, key: id) else {
      throw JournalError(.notFound, "parcel \(id) is not in the journal.")
    }
    guard
      let (state, owed) = try step(
        Machine.outboundParcel, from: parcel.state, by: change, of: parcel.facts, "parcel \(id)")
    else { return nil }
    if state != parcel.state { parcel.since = journalTime() }
    parcel.state = state
    if change == .purged { parcel.isPurged = true }
    set(&parcel)
    try parcel.update(database)
    try database.owe(owed, about: DutySubject.parcel(id))
    try event?.append(to: database)
    return parcel
  }

  /// Changes what does not concern the state of a parcel: attempts, urgency, the reason why the last attempt failed.
  public func note(outboundParcel id: String, event: Event? = nil, _ set: (inout OutboundParcel) -> Void) throws {
    try write { database in
      guard var parcel = try OutboundParcel.fetchOne(database, key: id) else { return }
      set(&parcel)
      try parcel.update(database)
      try event?.append(to: database)
    }
  }

  /// A receipt that holds, and what it makes of the parcel.
  public struct AppliedReceipt {
    /// As it came.
    public var receipt: StoredReceipt
    /// What it means for the parcel; nil: nothing new, it only settles.
    public var change: OutboundParcelChange?
    /// For the history.
    public var event: Event?
    /// What else changes with it.
    public var set: (inout OutboundParcel) -> Void

    /// Describes what a receipt means.
    public init(
      _ receipt: StoredReceipt, _ change: OutboundParcelChange?, event: Event? = nil,
      set: @escaping (inout OutboundParcel) -> Void = { _ in }
    ) {
      self.receipt = receipt
      self.change = change
      self.event = event
      self.set = set
    }
  }

  /// Keeps receipts, settles them, and makes the changes that they mean, in one transaction.
  ///
  /// - Returns: the parcel as it is then.
  @discardableResult
  public func apply(_ receipts: [AppliedReceipt], to id: String) throws -> OutboundParcel? {
    try write { database in
      for applied in receipts {
        var receipt = applied.receipt
        let known = try StoredReceipt.fetchOne(database, key: receipt.digest)
        receipt.isSettled = true
        try receipt.upsert(database)
        guard known?.isSettled != true, let change = applied.change else { continue }
        _ = try self.change(outboundParcel: id, by: change, event: applied.event, in: database, applied.set)
      }
      return try OutboundParcel.fetchOne(database, key: id)
    }
  }

  /// The receipts of a parcel, in the order in which the partner wrote them.
  public func receipts(parcel: String) throws -> [StoredReceipt] {
    try read {
      try StoredReceipt.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM receipt WHERE parcel = ? ORDER BY at"), arguments: [parcel])
    }
  }

  /// Whether a receipt with this digest was applied before.
  public func isSettled(receipt digest: String) throws -> Bool {
    try read { try StoredReceipt.fetchOne($0, key: digest)?.isSettled ?? false }
  }

  /// Parcels that waited for so many seconds of running time and were not delivered: a portion.
  public func overdue(recipient: String, seconds: Double, limit: Int) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM outboundParcel WHERE state = 'sealed' AND recipient = ? AND waited >= ? LIMIT ?"),
        arguments: [recipient, seconds, limit])
    }
  }

  /// Delivered parcels that were closed before a time and whose files are still here: a portion, oldest first.
  public func purgeableOutboundParcels(closedBefore time: String, limit: Int) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel WHERE state = 'delivered' AND isPurged = 0 AND since <= ? ORDER BY since LIMIT ?
            """), arguments: [time, limit])
    }
  }

  /// Wants what waits for this recipient tried at once.
  ///
  /// - Returns: false where nothing does.
  public func tryNow(recipient: String) throws -> Bool {
    try write { database in
      try database.run(
        """
        UPDATE outboundParcel SET tryNow = 1 WHERE id = (
          SELECT id FROM outboundParcel WHERE state = 'sealed' AND recipient = ? ORDER BY lane, turn, sequence LIMIT 1)
        """, [recipient])
      return database.changesCount > 0
    }
  }

  /// Whether a person wants something to this recipient tried at once. Asking takes the wish away.
  public func takeTryNow(recipient: String) throws -> Bool {
    let wanted = try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          // Named, since SQLite would rather go through all that is sealed.
          sql: """
            SELECT EXISTS (
              SELECT 1 FROM outboundParcel INDEXED BY outboundParcel_now
              WHERE state = 'sealed' AND recipient = ? AND tryNow)
            """),
        arguments: [recipient]) ?? false
    }
    guard wanted else { return false }
    try write { database in
      try database.run(
        """
        UPDATE outboundParcel INDEXED BY outboundParcel_now SET tryNow = 0
        WHERE state = 'sealed' AND recipient = ? AND tryNow
        """, [recipient])
    }
    return true
  }
}
