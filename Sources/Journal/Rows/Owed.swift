public import Custody
internal import FoundationEssentials
public import GRDB

/// A duty in the journal, until it is performed.
public struct Owed: Codable, Sendable {
  /// The order in which duties were written down.
  public var id: Int64?
  /// Who performs it.
  public var service: String
  /// What it is about: the duties of one subject are performed in order, one that fails holds back those after it, and
  /// nothing else.
  public var subject: String
  /// The duty, JSON.
  public var duty: String
  /// Since when it is owed.
  public var since: String
  /// How often performing it failed.
  public var failures: Int
  /// Why it failed last.
  public var error: String?

  init(_ duty: Duty, subject: String) throws {
    service = duty.service.rawValue
    self.subject = subject
    self.duty = String(decoding: try JSONEncoder().encode(duty), as: UTF8.self)
    since = journalTime()
    failures = 0
  }

  /// The duty.
  ///
  /// - Throws: `DecodingError` where a newer version wrote it.
  public func decoded() throws -> Duty { try JSONDecoder().decode(Duty.self, from: Data(duty.utf8)) }
}

extension Owed: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "owed"
}

/// An alert that stands until its cause is gone.
public struct StandingAlert: Codable, Sendable {
  /// What tells it from all others.
  public var key: String
  /// A fixed word.
  public var code: String
  /// `warning` or `critical`.
  public var severity: Alert.Severity
  /// What happened.
  public var message: String
  /// What to do.
  public var remedy: String
  /// Since when it stands.
  public var since: String
  /// When it was last seen.
  public var seen: String
  /// How often.
  public var count: Int
  /// The service that raised it.
  public var service: String
}

extension StandingAlert: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "alert"
}
