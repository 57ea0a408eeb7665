public import Custody
internal import FoundationEssentials
internal import GRDB

extension Journal {
  /// The parcel with this id.
  public func inboundParcel(_ id: String) throws -> InboundParcel? {
    try read { try InboundParcel.fetchOne($0, key: id) }
  }

  /// Parcels in any of these states, oldest first: a portion.
  ///
  /// - Parameter idle: only those for which nothing is owed.
  public func inboundParcels(
    in states: [InboundParcelState], idle: Bool = false, limit: Int, offset: Int = 0
  ) throws -> [InboundParcel] {
    try read { database in
      let only = idle ? "AND NOT EXISTS (SELECT 1 FROM owed WHERE subject = 'inbound:' || p.id)" : ""
      return try InboundParcel.fetchAll(
        database.cachedStatement(
          sql:
            "SELECT * FROM inboundParcel p WHERE state IN (\(states.list)) \(only) ORDER BY since, id LIMIT ? OFFSET ?"),
        arguments: [limit, offset])
    }
  }

  /// Changes a parcel, tells why, and writes down what is then owed, in one transaction.
  ///
  /// The change is made to the parcel as it is at that moment: another process may have changed it since it was read.
  ///
  /// - Parameters:
  ///   - id: the parcel.
  ///   - change: what happens to it.
  ///   - event: for the history.
  ///   - facts: what the duties must know, of the changed parcel.
  ///   - entry: an entry of the quarantine that is made with it.
  ///   - subject: whom and what the study is about; its owner is replaced by the parcel's id.
  ///   - set: what else changes with it.
  /// - Returns: the changed parcel; nil where the change must not happen in the state that the parcel has.
  @discardableResult
  public func change(
    inboundParcel id: String, by change: InboundParcelChange, event: Event?, entry: QuarantineEntry? = nil,
    subject: Subject? = nil, facts: (InboundParcel) -> InboundParcelFacts,
    _ set: (inout InboundParcel) -> Void = { _ in }
  ) throws -> InboundParcel? {
    try write { database in
      guard var parcel = try InboundParcel.fetchOne(database, key: id) else {
        throw JournalError(.notFound, "parcel \(id) is not in the journal.")
      }
      set(&parcel)
      if let entry { parcel.entry = entry.name }
      guard
        let (state, owed) = try step(
          Machine.inboundParcel, from: parcel.state, by: change, of: facts(parcel), "parcel \(id)")
      else { return nil }
      if state != parcel.state { parcel.since = journalTime() }
      parcel.state = state
      try settleEntry(of: &parcel, by: change, database)
      if change == .purged { parcel.isPurged = true }
      try parcel.update(database)
      try entry?.insert(database)
      if var subject {
        subject.owner = id
        try subject.upsert(database)
      }
      try database.owe(owed, about: DutySubject.inbound(id))
      try event?.append(to: database)
      return parcel
    }
  }

  /// Changes a parcel whose duties need to know nothing but its names.
  @discardableResult
  public func change(
    inboundParcel id: String, by change: InboundParcelChange, event: Event?, subject: Subject? = nil,
    _ set: (inout InboundParcel) -> Void = { _ in }
  ) throws -> InboundParcel? {
    try self.change(
      inboundParcel: id, by: change, event: event, subject: subject,
      facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(), entry: $0.entry) }, set)
  }

  /// The entry of a parcel that leaves the quarantine ends with it.
  private func settleEntry(
    of parcel: inout InboundParcel, by change: InboundParcelChange, _ database: Database
  ) throws {
    let end: QuarantineChange
    switch change {
    case .released: end = .released
    case .discarded: end = .discarded
    default: return
    }
    guard let name = parcel.entry, var entry = try QuarantineEntry.fetchOne(database, key: name),
      let (state, _) = try step(
        Machine.quarantine, from: entry.state, by: end, of: QuarantineFacts(name: name, origin: .parcel),
        "entry \(name)")
    else { return }
    entry.state = state
    entry.since = journalTime()
    try entry.update(database)
    if change == .released { parcel.entry = nil }
  }

  /// Writes down that the coerced files of a parcel are durable and are to be handed to the PACS, with every instance of it,
  /// in one transaction. From then on these count as imported: no other parcel brings one of them once more.
  ///
  /// - Parameters:
  ///   - id: the parcel.
  ///   - folder: its name in the import folder.
  ///   - handOver: what the PACS gets; nil where it has all of it.
  ///   - duplicates: how many instances had been imported before, byte for byte, when the files were coerced; nil where they
  ///     are wanted there once more.
  ///   - instances: each instance of the parcel: SOP Instance UID and SHA-256; asked for one after the other.
  /// - Returns: nil where the parcel is in another state, or another parcel brought some of the instances meanwhile, so that
  ///   it has to be coerced once more: nothing is written.
  public func staged(
    _ id: String, as folder: String, handOver: HandOver?, duplicates: Int?,
    instances: () throws -> (sopInstanceUID: String, sha256: String)?
  ) throws -> InboundParcel? {
    struct Outrun: Error {}
    do {
      return try write { database in
        guard var parcel = try InboundParcel.fetchOne(database, key: id) else {
          throw JournalError(.notFound, "parcel \(id) is not in the journal.")
        }
        let facts = InboundParcelFacts(id: id, answer: parcel.answer(), handOver: handOver)
        guard
          let (state, owed) = try step(
            Machine.inboundParcel, from: parcel.state, by: handOver == nil ? .repeated : .staged, of: facts,
            "parcel \(id)")
        else { return nil }
        parcel.state = state
        parcel.since = journalTime()
        parcel.folder = folder
        parcel.duplicates = duplicates ?? 0
        try parcel.update(database)
        let known = try Self.settle(instances, of: id, database)
        if let duplicates, duplicates != known { throw Outrun() }
        try database.owe(owed, about: DutySubject.inbound(id))
        return parcel
      }
    } catch is Outrun {
      return nil
    }
  }

  /// Counts instances as imported.
  ///
  /// - Returns: how many counted so before, with the same digest.
  private static func settle(
    _ instances: () throws -> (sopInstanceUID: String, sha256: String)?, of parcel: String, _ database: Database
  ) throws -> Int {
    let look = try database.cachedStatement(sql: "SELECT sha256 FROM imported WHERE sopInstanceUID = ?")
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO imported (sopInstanceUID, sha256, parcel) VALUES (?, ?, ?)
        ON CONFLICT (sopInstanceUID) DO UPDATE SET sha256 = excluded.sha256, parcel = excluded.parcel
        """)
    var known = 0
    while let (uid, digest) = try instances() {
      if try String.fetchOne(look, arguments: [uid]) == digest { known += 1 }
      try insert.execute(arguments: [uid, digest, parcel])
    }
    return known
  }

  /// Writes down that a parcel is imported: it lies in the PACS's folder, or was picked up from it.
  ///
  /// - Parameter record: the message for the patient record.
  /// - Returns: nil where the parcel is in another state.
  @discardableResult
  public func imported(_ id: String, record: String?, event: Event) throws -> InboundParcel? {
    try change(
      inboundParcel: id, by: .imported, event: event,
      facts: { InboundParcelFacts(id: id, answer: $0.answer(), record: record) })
  }

  /// Writes down that a staged study was handed over, and whether it was seen in the import folder then.
  public func handedOver(_ id: String, isSeen: Bool) throws {
    try write { database in
      try database.run("UPDATE inboundParcel SET isSeen = ? WHERE id = ?", [isSeen, id])
    }
  }

  /// Parcels that count as imported and were not seen in the import folder: a portion.
  public func unseenImports(limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_unseen
            WHERE state IN ('offered', 'imported') AND isSeen = 0 LIMIT ?
            """),
        arguments: [limit])
    }
  }

  /// A person says that the PACS has what was not seen in the import folder.
  ///
  /// - Returns: false where nothing of it is in doubt.
  public func confirmImport(_ id: String, event: Event) throws -> Bool {
    try write { database in
      try database.run("UPDATE inboundParcel SET isSeen = 1 WHERE id = ? AND isSeen = 0", [id])
      guard database.changesCount > 0 else { return false }
      try event.append(to: database)
      return true
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

  /// The digests under which instances were imported before, by their UID: one look for many.
  public func importedDigests(sopInstanceUIDs: [String]) throws -> [String: String] {
    try snapshot { database in
      let statement = try database.cachedStatement(sql: "SELECT sha256 FROM imported WHERE sopInstanceUID = ?")
      return try sopInstanceUIDs.reduce(into: [:]) { found, uid in
        found[uid] = try String.fetchOne(statement, arguments: [uid])
      }
    }
  }

  /// Parcels of this study, from whichever sender, that were assigned to a patient: the latest first.
  public func reconciledParcels(study: String) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel WHERE study = ? AND patient IS NOT NULL
            AND state IN ('accepted', 'staged', 'offered', 'imported') ORDER BY isDecidedByPerson DESC, since DESC LIMIT 100
            """), arguments: [study])
    }
  }

  /// The last parcels of a sender that were decided about, whatever became of them: the latest first.
  public func decidedParcels(sender: String, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_sequence
            WHERE sender = ? AND decision IS NOT NULL ORDER BY sequence DESC LIMIT ?
            """), arguments: [sender, limit])
    }
  }

  /// The partners of whom a study waits for a person.
  public func heldSenders() throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: "SELECT DISTINCT sender FROM inboundParcel WHERE state = 'held' ORDER BY sender"))
    }
  }

  /// Whether another part of a study waits for a person.
  ///
  /// - Parameter ids: the parts that are decided about.
  public func isHeld(study: String, otherThan ids: [String]) throws -> Bool {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(sql: "SELECT id FROM inboundParcel WHERE study = ? AND state = 'held' LIMIT ?"),
        arguments: [study, ids.count + 1]
      ).contains { !ids.contains($0) }
    }
  }

  /// Whether a folder of this name in the import folder is promised to another parcel.
  public func isPromised(folder: String, otherThan id: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM inboundParcel WHERE state = 'staged' AND folder = ? AND id <> ?)"),
        arguments: [folder, id]) ?? false
    }
  }

  /// Another parcel of this sender with this sequence number, and the highest number below it that arrived.
  public func sequenceNeighbours(
    sender: String, sequence: Int, parcel: String
  ) throws -> (twin: String?, highestBelow: Int?) {
    try snapshot { database in
      (
        try String.fetchOne(
          database.cachedStatement(
            sql: "SELECT id FROM inboundParcel WHERE sender = ? AND sequence = ? AND id <> ? LIMIT 1"),
          arguments: [sender, sequence, parcel]),
        try Int.fetchOne(
          database.cachedStatement(sql: "SELECT MAX(sequence) FROM inboundParcel WHERE sender = ? AND sequence < ?"),
          arguments: [sender, sequence])
      )
    }
  }

  /// Imported parcels that were closed before a time and that are still kept here as they came: a portion, oldest first.
  public func purgeableInboundParcels(closedBefore time: String, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql:
            """
            SELECT * FROM inboundParcel INDEXED BY inboundParcel_purge
            WHERE state = 'imported' AND isPurged = 0 AND since <= ? ORDER BY since LIMIT ?
            """),
        arguments: [time, limit])
    }
  }

  /// Whom and what an outbound study or inbound parcel is about.
  public func subject(of owner: String) throws -> Subject? { try read { try Subject.fetchOne($0, key: owner) } }

  /// Whom and what outbound studies or inbound parcels are about, by their ids, as far as it is known.
  public func subjects(of owners: [String]) throws -> [String: Subject] {
    try read { try subjects(of: owners, in: $0) }
  }

  private func subjects(of owners: [String], in database: Database) throws -> [String: Subject] {
    let list = String(decoding: try JSONEncoder().encode(Array(Set(owners))), as: UTF8.self)
    let subjects = try Subject.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM subject WHERE owner IN (SELECT value FROM json_each(?))"),
      arguments: [list])
    return Dictionary(subjects.map { ($0.owner, $0) }) { first, _ in first }
  }

  /// Whom and what lines of the history are about, by their ids, as far as it is known.
  public func subjects(ofEvents ids: [Int64]) throws -> [Int64: Subject] {
    let list = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
    return try read { database in
      let owners = try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT e.id, coalesce(
              (SELECT i.id FROM inboundParcel i WHERE i.id = e.parcel),
              (SELECT o.outboundStudy FROM outboundParcel o WHERE o.id = e.parcel),
              (SELECT s.id FROM outboundStudy s WHERE s.study = e.study LIMIT 1),
              (SELECT i.id FROM inboundParcel i WHERE i.study = e.study LIMIT 1)) AS owner
            FROM event e WHERE e.id IN (SELECT value FROM json_each(?))
            """), arguments: [list])
      let pairs = owners.compactMap { row -> (Int64, String)? in
        (row["owner"] as String?).map { (row["id"], $0) }
      }
      let known = try self.subjects(of: pairs.map(\.1), in: database)
      return Dictionary(pairs.compactMap { id, owner in known[owner].map { (id, $0) } }) { first, _ in first }
    }
  }
}
