public import GRDB

/// A pause of the bulk lane.
public struct BulkPause: Codable, Sendable {
  /// The partner; empty: all of them.
  public var partner: String
  /// Since when.
  public var since: String
  /// Who ordered it.
  public var actor: String
}

extension BulkPause: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "bulkPause"
}
