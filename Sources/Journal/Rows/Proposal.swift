public import GRDB

/// What one person decided about an inbound study where it takes two: the second one confirms it.
public struct Proposal: Codable, Sendable, Equatable {
  /// What was decided.
  public enum What: String, Codable, Sendable {
    /// The study is a patient's.
    case accept
    /// The study is not the patient's to whom it was given.
    case undo
    /// The study's images are of several patients.
    case split
  }

  /// Its number.
  public var id: Int64?
  /// The study: its UID, or the parcel's id where that is not known yet.
  public var study: String
  /// What was decided.
  public var what: What
  /// The local number of the patient.
  public var patient: String?
  /// With a split: what becomes of each group, as a person names it.
  public var shares: String?
  /// Why; nil: everything agrees.
  public var reason: String?
  /// Who decided.
  public var actor: String
  /// When: UTC, ISO 8601.
  public var at: String

  /// Describes a decision of this moment.
  public init(
    _ what: What, about study: String, patient: String?, shares: String? = nil, reason: String?, by actor: String
  ) {
    self.what = what
    self.study = study
    self.patient = patient
    self.shares = shares
    self.reason = reason
    self.actor = actor
    at = journalTime()
  }
}

extension Proposal: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "proposal"
}
