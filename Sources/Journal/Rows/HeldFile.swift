public import Custody
public import GRDB

/// A file of a source that cannot be taken as it is, and lies where it lay: its writer may go on.
public struct HeldFile: Codable, Sendable, Equatable {
  /// Where it lies, as ``Original`` has it.
  public var path: String
  /// A fixed word: `unfinished`.
  public var code: String
  /// A sentence for people.
  public var reason: String
  /// Study Instance UID, where it could be read.
  public var study: String?
  /// In bytes, when it was looked at.
  public var bytes: Int64
  /// Since when it is held.
  public internal(set) var since: String

  /// Describes a file that is held.
  public init(_ original: Original, code: String, reason: String, study: String?) {
    path = original.path
    bytes = original.size
    self.code = code
    self.reason = reason
    self.study = study
    since = journalTime()
  }
}

extension HeldFile: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "heldFile"
}
