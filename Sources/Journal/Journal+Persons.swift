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
  /// - Returns: the changed parcel, or nil where it is too late.
  @discardableResult
  public func order(_ order: String, patient: String? = nil, parcel id: String, event: Event) throws -> InboundParcel? {
    try write { database in
      guard var parcel = try InboundParcel.fetchOne(database, key: id), parcel.state == .held, parcel.order == nil
      else { return nil }
      parcel.order = order
      if let patient { parcel.patient = patient }
      try parcel.update(database)
      try event.insert(database)
      return parcel
    }
  }

  /// The instances that a quarantine entry holds.
  public func instances(quarantine name: String) throws -> [TakenInstance] {
    try read { try TakenInstance.filter(Column("quarantine") == name).order(Column("id")).fetchAll($0) }
  }
}
