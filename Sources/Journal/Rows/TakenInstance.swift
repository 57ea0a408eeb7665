public import GRDB

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
