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
  /// What is being done with it.
  public var state: State
  /// Since when it is in this state.
  public var since: String
  /// The recipient, once routed.
  public var partner: String?
  /// The rule that named the recipient, and the value that it matched: for `contents.json`.
  public var routeRule: String?
  /// The value that the rule matched.
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
  /// The order of taking.
  public var id: Int64?
  /// The outbound study that it belongs to.
  public var outboundStudy: String?
  /// The quarantine entry that holds it instead.
  public var quarantine: String?
  /// False between the intent to claim and the claim.
  public var claimed: Bool
  /// Where it was found.
  public var origin: String
  /// Where it lies, relative to the spool.
  public var file: String
  /// (0008,0018).
  public var sopInstanceUID: String?
  /// (0008,0016).
  public var sopClassUID: String?
  /// (0020,000E).
  public var seriesInstanceUID: String?
  /// (0002,0010), or what the file shows.
  public var transferSyntaxUID: String?
  /// The file's size.
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
  /// The table.
  public static let databaseTableName = "taken"
  /// Takes the row's number over.
  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
