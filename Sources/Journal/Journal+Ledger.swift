internal import Custody
internal import GRDB

/// The account of every instance, per state. Counts are instances.
public struct Ledger: Codable, Sendable, Equatable {
  /// What this site sends.
  public struct Out: Codable, Sendable, Equatable {
    /// Ever taken in from a source.
    public var taken = 0
    /// In studies that are not yet sealed.
    public var collecting = 0
    /// Waiting for a person.
    public var held = 0
    /// In parcels not yet delivered.
    public var sealed = 0
    /// In the partner's mailbox.
    public var shipped = 0
    /// Durable at the partner's.
    public var received = 0
    /// Imported at the partner's.
    public var delivered = 0
    /// Refused by the partner.
    public var refused = 0
    /// Given up after `ship.expire_after`.
    public var expired = 0
    /// In parcels whose files here were damaged before they were delivered.
    public var damaged = 0
    /// Refused here.
    public var quarantined = 0
    /// Let go by a person.
    public var discarded = 0

    /// The states' sum: equal to `taken`, or the ledger does not balance.
    public var sum: Int {
      collecting + held + sealed + shipped + received + delivered + refused + expired + damaged + quarantined
        + discarded
    }
  }

  /// What this site receives.
  public struct In: Codable, Sendable, Equatable {
    /// In parcels whose signature and digest hold.
    public var arrived = 0
    /// Verified, and being opened or imported at this moment.
    public var opening = 0
    /// Waiting for a person.
    public var held = 0
    /// Handed to the PACS.
    public var imported = 0
    /// Refused here.
    public var quarantined = 0
    /// Let go by a person.
    public var discarded = 0
    /// Imported before, byte for byte.
    public var duplicate = 0
    /// Given to nobody when their study was split between patients.
    public var leftOut = 0

    private enum CodingKeys: String, CodingKey {
      case arrived, opening, held, imported, quarantined, discarded, duplicate
      case leftOut = "left_out"
    }

    /// The states' sum: equal to `arrived`, or the ledger does not balance.
    public var sum: Int { opening + held + imported + quarantined + discarded + duplicate + leftOut }
  }

  /// What this site sends.
  public var out = Out()
  /// What this site receives.
  public var `in` = In()
}

extension Journal {
  /// The account as the journal has it, at one moment.
  public func ledger() throws -> Ledger {
    try snapshot { database in
      var ledger = Ledger()
      try Self.countOut(&ledger.out, database)
      try Self.countIn(&ledger.in, database)
      return ledger
    }
  }

  /// How far behind each state is: an instance that goes to several partners is where its slowest parcel is.
  private static let slowness = """
    CASE p.state WHEN 'sealed' THEN 0 WHEN 'shipped' THEN 1 WHEN 'received' THEN 2 WHEN 'held' THEN 3
      WHEN 'refused' THEN 4 WHEN 'expired' THEN 5 WHEN 'damaged' THEN 6 WHEN 'delivered' THEN 7 ELSE 8 END
    """

  private static func countOut(_ out: inout Ledger.Out, _ database: Database) throws {
    // Counted one by one where the instances have rows, and by their study's count where they were folded.
    out.taken =
      try Int.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT (SELECT COUNT(*) FROM taken WHERE claimed = 1)
              + (SELECT COALESCE(SUM(instances), 0) FROM outboundStudy WHERE isFolded)
            """)) ?? 0
    let studies = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT state, slowest, SUM(instances) AS instances FROM (
            SELECT s.state AS state, s.instances AS instances,
              (SELECT MIN(\(slowness)) FROM outboundParcel p WHERE p.outboundStudy = s.id AND p.again IS NULL) AS slowest
            FROM outboundStudy s)
          GROUP BY state, slowest
          """))
    for row in studies {
      let count: Int = row["instances"]
      switch OutboundStudyState(rawValue: row["state"]) {
      case .collecting, .ready: out.collecting += count
      case .held: out.held += count
      case .discarded: out.discarded += count
      case .sealed:
        switch row["slowest"] as Int? {
        case 0: out.sealed += count
        case 1: out.shipped += count
        case 2, 3: out.received += count
        case 4: out.refused += count
        case 5: out.expired += count
        case 6: out.damaged += count
        case 7: out.delivered += count
        case 8: out.discarded += count
        default: break  // counted as taken only: the ledger then does not balance, which is the truth
        }
      case nil: break
      }
    }
    let quarantine = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT q.state AS state, COUNT(*) AS instances FROM taken t JOIN quarantine q ON q.name = t.quarantine
          WHERE t.claimed = 1 AND t.quarantine IS NOT NULL GROUP BY q.state
          """))
    for row in quarantine {
      switch QuarantineState(rawValue: row["state"]) {
      case .quarantined: out.quarantined += row["instances"]
      case .discarded: out.discarded += row["instances"]
      case .released, nil: break
      }
    }
  }

  private static func countIn(_ side: inout Ledger.In, _ database: Database) throws {
    let arrived = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT state, SUM(instances) AS instances, SUM(duplicates) AS duplicates, SUM(leftOut) AS leftOut
          FROM inboundParcel GROUP BY state
          """))
    for row in arrived {
      let instances: Int = row["instances"]
      let duplicates: Int = row["duplicates"]
      side.arrived += instances
      let leftOut: Int = row["leftOut"]
      side.duplicate += duplicates
      side.leftOut += leftOut
      let count = instances - duplicates - leftOut
      switch InboundParcelState(rawValue: row["state"]) {
      case .arrived, .accepted, .staged, .offered: side.opening += count
      case .held: side.held += count
      case .imported: side.imported += count
      case .quarantined, .rejected: side.quarantined += count
      case .discarded: side.discarded += count
      case nil: break
      }
    }
  }

  /// Every instance that must lie in the spool as a file of its own, with its path there: a portion.
  public func filesOwed(after id: Int64 = 0, limit: Int) throws -> [TakenInstance] {
    try read { database in
      try TakenInstance.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT t.* FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
            WHERE t.claimed = 1 AND c.state IN ('collecting', 'held', 'ready') AND t.id > ? ORDER BY t.id LIMIT ?
            """), arguments: [id, limit])
    }
  }

  /// Outbound studies whose count is not the number of their instances: the journal contradicts itself.
  public func miscountedStudies() throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT s.id FROM outboundStudy s WHERE NOT s.isFolded AND s.instances <>
              (SELECT COUNT(*) FROM taken t WHERE t.outboundStudy = s.id AND t.claimed = 1) LIMIT 100
            """))
    }
  }
}
