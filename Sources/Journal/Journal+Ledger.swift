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
    /// Refused here.
    public var quarantined = 0
    /// Let go by a person.
    public var discarded = 0

    /// The states' sum: equal to `taken`, or the ledger does not balance.
    public var sum: Int {
      collecting + held + sealed + shipped + received + delivered + refused + expired + quarantined + discarded
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

    /// The states' sum: equal to `arrived`, or the ledger does not balance.
    public var sum: Int { opening + held + imported + quarantined + discarded + duplicate }
  }

  /// What this site sends.
  public var out = Out()
  /// What this site receives.
  public var `in` = In()
}

extension Journal {
  /// The account as the journal has it, at one moment.
  public func ledger() throws -> Ledger {
    try read { database in
      var ledger = Ledger()
      ledger.out.taken = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM taken WHERE claimed = 1") ?? 0
      let taken = try Row.fetchAll(
        database,
        sql: """
          SELECT CASE
              WHEN t.quarantine IS NOT NULL THEN
                CASE q.state WHEN 'quarantined' THEN 'quarantined' WHEN 'discarded' THEN 'discarded' END
              WHEN c.state IN ('collecting', 'ready') THEN 'collecting'
              WHEN c.state = 'sealed' THEN CASE p.state WHEN 'cancelled' THEN 'discarded' ELSE p.state END
              ELSE c.state END AS state, COUNT(*) AS instances
          FROM taken t LEFT JOIN outboundStudy c ON c.id = t.outboundStudy
          LEFT JOIN outboundParcel p ON p.id = c.parcel
          LEFT JOIN quarantine q ON q.name = t.quarantine
          WHERE t.claimed = 1 GROUP BY 1
          """)
      for row in taken {
        let count: Int = row["instances"]
        switch row["state"] as String? {
        case "collecting": ledger.out.collecting = count
        case "held": ledger.out.held = count
        case "sealed": ledger.out.sealed = count
        case "shipped": ledger.out.shipped = count
        case "received": ledger.out.received = count
        case "delivered": ledger.out.delivered = count
        case "refused": ledger.out.refused = count
        case "expired": ledger.out.expired = count
        case "quarantined": ledger.out.quarantined = count
        case "discarded": ledger.out.discarded = count
        default: break  // counted as taken only: the ledger then does not balance, which is the truth
        }
      }
      let arrived = try Row.fetchAll(
        database,
        sql: """
          SELECT state, SUM(instances) AS instances, SUM(duplicates) AS duplicates FROM inboundParcel GROUP BY state
          """)
      for row in arrived {
        let instances: Int = row["instances"]
        let duplicates: Int = row["duplicates"]
        ledger.in.arrived += instances
        ledger.in.duplicate += duplicates
        let count = instances - duplicates
        switch InboundParcel.State(rawValue: row["state"]) {
        case .arrived, .accepted: ledger.in.opening += count
        case .held: ledger.in.held += count
        case .imported: ledger.in.imported += count
        case .quarantined: ledger.in.quarantined += count
        case .discarded: ledger.in.discarded += count
        case nil: break
        }
      }
      return ledger
    }
  }

  /// Every instance that must lie in the spool as a file of its own, with its path there.
  public func filesOwed() throws -> [TakenInstance] {
    try read { database in
      try TakenInstance.fetchAll(
        database,
        sql: """
          SELECT t.* FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
          WHERE t.claimed = 1 AND c.state IN ('collecting', 'held', 'ready')
          """)
    }
  }
}
