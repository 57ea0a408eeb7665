public import GRDB

/// The instances of one study that are gathered until they are sealed into one parcel, or wait for a person.
public struct OutboundStudy: Codable, Sendable {
  /// What is being done with it.
  public enum State: String, Codable, Sendable {
    /// Instances may still come.
    case collecting
    /// It waits for a person.
    case held
    /// Complete and routed: to be sealed.
    case ready
    /// In a parcel; the parcel's state tells the rest.
    case sealed
    /// A person let it go.
    case discarded
  }

  /// Short unique name, shown to people: the hold's id.
  public var id: String
  /// Study Instance UID.
  public var study: String
  public var state: State
  /// Since when it is in this state.
  public var since: String
  /// The recipient, once routed.
  public var partner: String?
  /// The rule that named the recipient, and the value that it matched: for `contents.json`.
  public var routeRule: String?
  public var routeValue: String?
  /// Why it is held.
  public var reason: String?
  /// (0020,1208) Number of Study Related Instances, where a file carries it.
  public var expected: Int?
  /// What showed that the study was complete: `quiet`, `marker`, `count` or `manual`.
  public var closedRule: String?
  /// The parcel that holds it.
  public var parcel: String?
}

extension OutboundStudy: FetchableRecord, PersistableRecord {}

/// One instance that was taken from a source: the unit of the outbound ledger.
public struct TakenInstance: Codable, Sendable {
  public var id: Int64?
  public var outboundStudy: String?
  /// The quarantine entry that holds it instead.
  public var quarantine: String?
  /// False between the intent to claim and the claim.
  public var claimed: Bool
  /// Where it was found.
  public var origin: String
  /// Where it lies, relative to the spool.
  public var file: String
  public var sopInstanceUID: String?
  public var sopClassUID: String?
  public var seriesInstanceUID: String?
  public var transferSyntaxUID: String?
  public var bytes: Int64
  /// Hexadecimal SHA-256 of the file as claimed.
  public var sha256: String
  /// What it says of its recipient, as the collector encodes it.
  public var route: String?

  /// Creates the intent to claim a file.
  public init(
    origin: String, file: String, sopInstanceUID: String?, sopClassUID: String?, seriesInstanceUID: String?,
    transferSyntaxUID: String?, bytes: Int64, sha256: String, route: String?
  ) {
    self.origin = origin
    self.file = file
    self.sopInstanceUID = sopInstanceUID
    self.sopClassUID = sopClassUID
    self.seriesInstanceUID = seriesInstanceUID
    self.transferSyntaxUID = transferSyntaxUID
    self.bytes = bytes
    self.sha256 = sha256
    self.route = route
    claimed = false
  }
}

extension TakenInstance: FetchableRecord, MutablePersistableRecord {
  public static let databaseTableName = "taken"
  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
