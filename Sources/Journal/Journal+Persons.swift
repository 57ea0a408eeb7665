internal import GRDB

// What people at the command line ask of the journal.

extension Journal {
  /// Changes an outbound study, if it is still in one of the given states, and tells why, in one transaction.
  ///
  /// The change is made to the study as it is at that moment: the collector may have changed it since it was read.
  /// - Returns: the changed study, or nil where it is in another state.
  @discardableResult
  public func updateOutboundStudy(
    _ id: String, from states: [OutboundStudy.State], event: Event, change: (inout OutboundStudy) -> Void
  ) throws -> OutboundStudy? {
    try write { database in
      guard var study = try OutboundStudy.fetchOne(database, key: id), states.contains(study.state) else { return nil }
      let before = study.state
      change(&study)
      if study.state != before { study.since = journalTime() }
      try study.update(database)
      try event.insert(database)
      return study
    }
  }

  /// Leaves an order of a person for the receiver, if the parcel is held and nobody ordered anything yet.
  ///
  /// - Parameters:
  ///   - order: `accept` or `reject`.
  ///   - patient: with `accept`, the local number of the patient.
  ///   - reason: with `reject`, why: it takes the place of the reason for which the study was held.
  ///   - id: the parcel.
  ///   - event: who ordered it.
  /// - Returns: the changed parcel, or nil where it is too late.
  /// - Throws: what SQLite says.
  @discardableResult
  public func order(
    _ order: String, patient: String? = nil, reason: String? = nil, parcel id: String, event: Event
  ) throws -> InboundParcel? {
    try write { database in
      guard var parcel = try InboundParcel.fetchOne(database, key: id), parcel.state == .held, parcel.order == nil
      else { return nil }
      parcel.order = order
      if let patient { parcel.patient = patient }
      if let reason { parcel.reason = reason }
      try parcel.update(database)
      try event.insert(database)
      return parcel
    }
  }

  /// The instances that a quarantine entry holds.
  public func instances(quarantine name: String) throws -> [TakenInstance] {
    try read { try TakenInstance.filter(Column("quarantine") == name).order(Column("id")).fetchAll($0) }
  }

  /// Lets a quarantined parcel arrive again: the entry is settled, and what it accounted for is forgotten.
  ///
  /// A parcel of this id that was taken in its own right is not touched.
  /// - Returns: false where the entry is settled already.
  @discardableResult
  public func releaseParcel(quarantine name: String, event: Event) throws -> Bool {
    try settle(name, event) { entry, database in
      guard let parcel = entry.parcel, entry.instances > 0 else { return }
      try database.execute(
        sql: "DELETE FROM inboundParcel WHERE id = ? AND state = 'quarantined'", arguments: [parcel])
    }
  }

  /// Puts a study that a person rejected back on the worklist.
  ///
  /// - Returns: false where the entry is settled already.
  @discardableResult
  public func reopenRejected(quarantine name: String, event: Event) throws -> Bool {
    try settle(name, event) { entry, database in
      try database.execute(
        sql: """
          UPDATE inboundParcel SET state = 'held', "order" = NULL, patient = NULL, since = ?
          WHERE id = ? AND state = 'quarantined'
          """, arguments: [journalTime(), entry.parcel])
    }
  }

  private func settle(
    _ name: String, _ event: Event, change: (QuarantineEntry, Database) throws -> Void
  ) throws -> Bool {
    try write { database in
      guard var entry = try QuarantineEntry.fetchOne(database, key: name), entry.state == .quarantined else {
        return false
      }
      entry.state = .released
      try entry.update(database)
      try change(entry, database)
      try event.insert(database)
      return true
    }
  }
}
