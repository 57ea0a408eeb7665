public import Custody
internal import GRDB

extension Journal {
  /// Changes an outbound study, tells why, and writes down what is then owed, in one transaction.
  ///
  /// The change is made to the study as it is at that moment: another process may have changed it since it was read.
  ///
  /// - Parameters:
  ///   - id: the outbound study.
  ///   - change: what happens to it.
  ///   - reason: with `heldBack`: why.
  ///   - recipients: with `closed` and `routed`: the partners that it goes to.
  ///   - event: for the history.
  ///   - set: what else changes with it.
  /// - Returns: the changed study.
  /// - Throws: ``JournalError`` `notFound`, or `wrongState` where the change must not happen now.
  @discardableResult
  public func change(
    outboundStudy id: String, by change: OutboundStudyChange, reason: Reason? = nil, recipients: [Recipient] = [],
    event: Event, _ set: (inout OutboundStudy) -> Void = { _ in }
  ) throws -> OutboundStudy {
    try write { database in
      try self.change(
        outboundStudy: id, by: change, reason: reason, recipients: recipients, event: event, in: database, set)
    }
  }

  @discardableResult
  private func change(
    outboundStudy id: String, by change: OutboundStudyChange, reason: Reason? = nil, recipients: [Recipient] = [],
    event: Event?, in database: Database, _ set: (inout OutboundStudy) -> Void = { _ in }
  ) throws -> OutboundStudy {
    guard var study = try OutboundStudy.fetchOne(database, key: id) else {
      throw JournalError(.notFound, "study \(id) is not in the journal.")
    }
    let (state, owed) = try required(
      Machine.outboundStudy, from: study.state, by: change, of: OutboundStudyFacts(id: id, reason: reason),
      "study \(id)")
    study.state = state
    study.since = journalTime()
    study.reasonCode = reason?.code
    study.reason = reason?.sentence
    set(&study)
    try study.update(database)
    if !recipients.isEmpty {
      try database.cachedStatement(sql: "DELETE FROM recipient WHERE outboundStudy = ? AND parcel IS NULL").execute(
        arguments: [id])
      for recipient in recipients {
        var row = recipient
        row.outboundStudy = id
        try row.insert(database, onConflict: .ignore)
      }
    }
    if change == .closed || change == .routed, try self.recipients(of: id, database).isEmpty {
      throw JournalError(.wrongState, "study \(id): it cannot be sealed, since it has no recipient.")
    }
    try event?.append(to: database)
    try database.owe(owed, about: DutySubject.study(id))
    // Whoever lets go of one that has nothing ends it.
    if change == .sealed || change == .discarded && study.instances > 0 { try goOnWaiting(after: study, database) }
    return study
  }

  /// Writes down that a file changed after it was claimed: it is forgotten, goes back to its source, and its study waits
  /// for it again.
  ///
  /// - Parameters:
  ///   - instance: what was claimed.
  ///   - to: where the file goes back to.
  public func giveBack(_ instance: TakenInstance, to target: String, event: Event) throws {
    try write { database in
      guard let id = instance.id, let study = instance.outboundStudy else { return }
      try self.change(outboundStudy: study, by: .reopened, event: nil, in: database)
      try database.run("DELETE FROM taken WHERE id = ?", [id])
      try database.run(
        "UPDATE outboundStudy SET instances = instances - 1, bytes = bytes - ? WHERE id = ?", [instance.bytes, study])
      try event.append(to: database)
      try database.owe([.giveBack(file: instance.file, to: target)], about: DutySubject.file(target))
      try Self.forgetIfEmpty(study, database)
    }
  }

  /// Writes down a sealed parcel, and that its outbound study is in it; the last recipient's parcel seals the study.
  public func sealed(_ parcel: OutboundParcel, event: Event) throws {
    try write { database in
      let (_, owed) = try required(
        Machine.outboundParcel, from: nil, by: .sealed, of: parcel.facts, "parcel \(parcel.id)")
      var parcel = parcel
      parcel.urgent =
        try Bool.fetchOne(
          database.cachedStatement(sql: "SELECT urgent FROM outboundStudy WHERE id = ?"),
          arguments: [parcel.outboundStudy]) ?? false
      // What is sent once more goes as a person wanted it to.
      if let again = parcel.again, try OutboundParcel.fetchOne(database, key: again)?.bulk ?? false {
        parcel.bulk = true
        parcel.urgent = false
      }
      try parcel.insert(database)
      try Self.giveTurn(to: parcel, in: database)
      try database.run(
        "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)",
        ["sequence \(parcel.recipient)", parcel.sequence])
      try database.owe(owed, about: DutySubject.parcel(parcel.id))
      try event.append(to: database)
      // A payload that is sent once more belongs to a study that was sealed before.
      guard parcel.again == nil else { return }
      // A person may have decided otherwise while it was sealed.
      let study = try OutboundStudy.fetchOne(database, key: parcel.outboundStudy)
      guard study?.state == .ready else {
        throw JournalError(.wrongState, "study \(parcel.outboundStudy) is not to be sealed any more.")
      }
      try database.run(
        "UPDATE recipient SET parcel = ? WHERE outboundStudy = ? AND partner = ?",
        [parcel.id, parcel.outboundStudy, parcel.recipient])
      let isLast = try
        !(Bool.fetchOne(
          database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM recipient WHERE outboundStudy = ? AND parcel IS NULL)"),
          arguments: [parcel.outboundStudy]) ?? false)
      if isLast { try self.change(outboundStudy: parcel.outboundStudy, by: .sealed, event: nil, in: database) }
    }
  }

  /// The sequence number of the next parcel to a recipient. It is used up only by ``sealed(_:event:)``.
  public func nextSequence(recipient: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT 1 + MAX(COALESCE((SELECT MAX(sequence) FROM outboundParcel WHERE recipient = :r), 0),
              COALESCE((SELECT value FROM counter WHERE name = 'sequence ' || :r), 0))
            """), arguments: ["r": recipient]) ?? 1
    }
  }

  /// What was sent of a study to a recipient before.
  public struct Earlier: Sendable {
    /// A parcel of it is on its way or was delivered.
    public var hasParcel: Bool
    /// At least one of the instances of the outbound study was delivered to the recipient before, byte for byte; or the
    /// study was, so long ago that its instances are not known one by one any more.
    public var hasDelivered: Bool
  }

  /// What was sent to a recipient of the study that an outbound study belongs to: what comes now is the study, a
  /// supplement, or the study once more.
  public func earlier(outboundStudy: OutboundStudy, recipient: String) throws -> Earlier {
    try snapshot { database in
      let parcels = try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT state, outboundStudy FROM outboundParcel WHERE study = ? AND recipient = ? AND outboundStudy <> ?
              AND state NOT IN ('cancelled', 'expired', 'refused', 'damaged', 'discarded')
            """), arguments: [outboundStudy.study, recipient, outboundStudy.id])
      let delivered = try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (
              SELECT 1 FROM taken n JOIN taken o ON o.sopInstanceUID = n.sopInstanceUID AND o.outboundStudy <> n.outboundStudy
              JOIN outboundParcel p ON p.outboundStudy = o.outboundStudy
              WHERE n.outboundStudy = :id AND p.recipient = :r AND p.state = 'delivered' AND o.sha256 = n.sha256)
            OR EXISTS (
              SELECT 1 FROM outboundParcel p JOIN outboundStudy s ON s.id = p.outboundStudy
              WHERE p.study = :study AND p.recipient = :r AND p.state = 'delivered' AND s.isFolded)
            """), arguments: ["id": outboundStudy.id, "r": recipient, "study": outboundStudy.study])
      return Earlier(hasParcel: !parcels.isEmpty, hasDelivered: delivered ?? false)
    }
  }
}
