public import Custody
internal import GRDB

// What people ask for: things by the beginnings of their ids, and how many there are of a kind.

extension Journal {
  /// Things that people call by their ids.
  public enum Things: Sendable {
    /// Every outbound parcel.
    case outboundParcels
    /// Every outbound study.
    case outboundStudies
    /// Outbound studies that wait for a person.
    case heldStudies
    /// Inbound parcels that wait for a person.
    case heldParcels
    /// Inbound parcels that were given to a patient.
    case givenParcels
    /// What lies in quarantine.
    case quarantineEntries
    /// Inbound parcels that count as imported and were not seen in the import folder.
    case unseenImports
    /// Every message for the patient record.
    case recordMessages

    fileprivate var key: String { self == .quarantineEntries ? "name" : "id" }

    fileprivate var from: String {
      switch self {
      case .outboundParcels: "id FROM outboundParcel WHERE 1"
      case .outboundStudies: "id FROM outboundStudy WHERE 1"
      case .heldStudies: "id FROM outboundStudy WHERE state = 'held'"
      case .heldParcels: "id FROM inboundParcel WHERE state = 'held'"
      case .givenParcels: "id FROM inboundParcel WHERE state IN (\(InboundParcelState.given.list))"
      case .quarantineEntries: "name FROM quarantine WHERE state = 'quarantined'"
      case .unseenImports: "id FROM inboundParcel WHERE isSeen = 0"
      case .recordMessages: "id FROM recordMessage WHERE 1"
      }
    }
  }

  /// Ids that begin so, in order: a portion.
  public func ids(of things: Things, beginning text: String, limit: Int) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: "SELECT \(things.from) AND \(things.key) >= :from AND \(things.key) < :to ORDER BY 1 LIMIT :limit"),
        arguments: ["from": text, "to": text + "\u{10FFFF}", "limit": limit])
    }
  }

  /// Outbound studies in any of these states, oldest first: a portion.
  public func outboundStudies(
    in states: [OutboundStudyState], limit: Int, offset: Int
  ) throws -> [OutboundStudy] {
    try read { database in
      try OutboundStudy.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM outboundStudy WHERE state IN (\(states.list)) ORDER BY since, id LIMIT ? OFFSET ?"),
        arguments: [limit, offset])
    }
  }

  /// The partners that outbound studies go to, by the study: one look for many.
  public func recipients(outboundStudies ids: [String]) throws -> [String: [String]] {
    try snapshot { database in
      let statement = try database.cachedStatement(
        sql: "SELECT partner FROM recipient WHERE outboundStudy = ? ORDER BY partner")
      return try ids.reduce(into: [:]) { $0[$1] = try String.fetchAll(statement, arguments: [$1]) }
    }
  }

  /// The parcel that an entry of the quarantine holds, where it is a parcel of the journal.
  public func inboundParcel(entry name: String) throws -> InboundParcel? {
    try read {
      try InboundParcel.fetchOne(
        $0.cachedStatement(sql: "SELECT * FROM inboundParcel WHERE entry = ?"), arguments: [name])
    }
  }

  /// What is not settled with a partner.
  public struct OpenItems: Sendable, Equatable {
    /// Complete studies that are not sealed for it yet.
    public var unsealed: Int
    /// Parcels for it that are sealed and not sent.
    public var sealed: Int
    /// Parcels that it has, and has not closed.
    public var shipped: Int
    /// Parcels from it that are being worked on.
    public var arrived: Int
    /// Studies from it that wait for a person here.
    public var held: Int

    /// All of them.
    public var total: Int { unsealed + sealed + shipped + arrived + held }
  }

  /// What is not settled with a partner.
  public func openItems(partner: String) throws -> OpenItems {
    try read { database in
      let row = try Row.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT
              (SELECT COUNT(*) FROM recipient r JOIN outboundStudy s ON s.id = r.outboundStudy
               WHERE r.partner = :p AND r.parcel IS NULL AND s.state = 'ready') AS unsealed,
              (SELECT COUNT(*) FROM outboundParcel WHERE recipient = :p AND state = 'sealed') AS sealed,
              (SELECT COUNT(*) FROM outboundParcel WHERE recipient = :p AND state IN ('shipped', 'received', 'held'))
                AS shipped,
              (SELECT COUNT(*) FROM inboundParcel WHERE sender = :p
               AND state IN ('arrived', 'accepted', 'staged', 'offered')) AS arrived,
              (SELECT COUNT(DISTINCT COALESCE(study, id)) FROM inboundParcel WHERE sender = :p AND state = 'held') AS held
            """), arguments: ["p": partner])
      func count(_ name: String) -> Int { row?[name] ?? 0 }
      return OpenItems(
        unsealed: count("unsealed"), sealed: count("sealed"), shipped: count("shipped"), arrived: count("arrived"),
        held: count("held"))
    }
  }

  /// What has waited since before a time.
  public struct Waiting: Sendable, Equatable {
    /// How much.
    public var count: Int
    /// Since when the oldest has waited.
    public var oldest: String
    /// The partner of the oldest.
    public var partner: String?
    /// Why its last attempt failed.
    public var reason: String?
  }

  /// Outbound parcels that have waited for their delivery for so long, by the clock or by the shipper's running time.
  ///
  /// - Parameters:
  ///   - lane: the last of the lanes that are looked at.
  ///   - windowed: partners to whom parcels wait for a time of day: there the running time counts alone, which goes on only while
  ///     that is open; as it does in the bulk lane.
  public func lateParcels(
    before time: String, seconds: Double, upTo lane: Lane = .bulk, windowed: [String] = []
  ) throws -> Waiting? {
    try waiting(
      """
      created AS oldest, recipient AS partner, reason FROM outboundParcel WHERE state IN ('sealed', 'shipped')
        AND lane <= :l AND (waited >= :s OR created <= :t AND (lane < \(Lane.bulk.rawValue) OR state = 'shipped')
          AND (state = 'shipped' OR recipient NOT IN (SELECT value FROM json_each(:w))))
      """,
      [
        "t": time, "s": seconds, "l": lane.rawValue,
        "w": "[" + windowed.map { "\"\($0)\"" }.joined(separator: ",") + "]",
      ])
  }

  /// Parcels in a state that a person must do something about.
  public func parcels(stuckIn state: OutboundParcelState) throws -> Waiting? {
    try waiting(
      "since AS oldest, recipient AS partner, reason FROM outboundParcel WHERE state = :state",
      ["state": state.rawValue])
  }

  /// Outbound studies that came to rest before a time and are not sealed.
  public func unsealedStudies(before time: String) throws -> Waiting? {
    try waiting(
      "lastTaken AS oldest, NULL AS partner, reason FROM outboundStudy WHERE state IN ('collecting', 'ready') "
        + "AND lastTaken <= :t", ["t": time])
  }

  /// Inbound parcels that arrived before a time and are neither imported nor held.
  public func unopenedParcels(before time: String) throws -> Waiting? {
    try waiting(
      "since AS oldest, sender AS partner, reason FROM inboundParcel WHERE state IN ('arrived', 'accepted', 'staged') "
        + "AND since <= :t", ["t": time])
  }

  private func waiting(_ query: String, _ arguments: StatementArguments) throws -> Waiting? {
    try read { database in
      // Of a bare column beside MIN, SQLite answers that of the row with the smallest value.
      guard
        let row = try Row.fetchOne(
          database.cachedStatement(
            sql: "SELECT COUNT(*) AS n, MIN(oldest) AS oldest, partner, reason FROM (SELECT \(query))"),
          arguments: arguments), let oldest: String = row["oldest"]
      else { return nil }
      return Waiting(count: row["n"], oldest: oldest, partner: row["partner"], reason: row["reason"])
    }
  }

  /// Since when a service has owed what it owes; nil where it owes nothing.
  public func oldestOwed(by service: Service) throws -> String? {
    try read { database in
      try String.fetchOne(
        database.cachedStatement(sql: "SELECT since FROM owed WHERE service = ? ORDER BY id LIMIT 1"),
        arguments: [service.rawValue])
    }
  }

  /// Outbound parcels whose files must be here, by their ids: a portion.
  public func parcelsHere(after id: String, limit: Int) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel WHERE id > ? AND isPurged = 0
              AND state IN ('sealed', 'shipped', 'received', 'held', 'delivered', 'refused', 'expired')
            ORDER BY id LIMIT ?
            """), arguments: [id, limit])
    }
  }

  /// Inbound parcels that must be kept as they came, by their ids: a portion.
  public func inboundParcelsHere(after id: String, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel WHERE id > ? AND isPurged = 0
              AND state IN ('arrived', 'held', 'accepted', 'staged', 'offered', 'imported')
            ORDER BY id LIMIT ?
            """), arguments: [id, limit])
    }
  }

  /// Whether the study of a parcel is to be sent once more, or was and is not closed.
  public func isOnItsWayAgain(_ parcel: OutboundParcel) throws -> Bool {
    if try isOwing(.collect, naming: parcel.id) { return true }
    return try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM outboundParcel WHERE study = ? AND recipient = ? AND again = ?
            AND state IN ('sealed', 'shipped', 'received', 'held'))
            """), arguments: [parcel.study, parcel.recipient, parcel.id]) ?? false
    }
  }

  /// The parcels in which a study went to a partner, in their order, but for those that carry one of them once more.
  public func outboundParcels(study: String, recipient: String) throws -> [OutboundParcel] {
    try read { database in
      try OutboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outboundParcel WHERE study = ? AND recipient = ? AND again IS NULL
              AND state NOT IN ('cancelled', 'discarded') ORDER BY sequence
            """), arguments: [study, recipient])
    }
  }

  /// Entries of the quarantine by their names: a portion.
  public func quarantine(after name: String, limit: Int) throws -> [QuarantineEntry] {
    try read { database in
      try QuarantineEntry.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM quarantine WHERE name > ? AND state = 'quarantined' ORDER BY name LIMIT ?"),
        arguments: [name, limit])
    }
  }

  /// Whether something of this name is on its way to the place where it is verified.
  public func isArriving(_ name: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM arrival a WHERE name = ?
              AND EXISTS (SELECT 1 FROM owed WHERE subject = 'arrival:' || a.id))
            """), arguments: [name]) ?? false
    }
  }
}
