public import GRDB

/// Whom and what a study is about, as its sender says: for lists, and so that it can be found.
public struct Subject: Codable, Sendable, Equatable {
  /// The outbound study or inbound parcel.
  public var owner: String
  /// Study Instance UID.
  public var study: String
  /// (0010,0020).
  public var patientID: String?
  /// (0010,0010), decoded.
  public var patientName: String?
  /// (0010,0030).
  public var birthDate: String?
  /// (0008,0050).
  public var accessionNumber: String?
  /// (0008,0020).
  public var studyDate: String?
  /// (0008,1030), decoded.
  public var description: String?
  /// (0008,0060) or (0008,0061).
  public var modality: String?

  /// Describes a study.
  public init(
    owner: String, study: String, patientID: String? = nil, patientName: String? = nil, birthDate: String? = nil,
    accessionNumber: String? = nil, studyDate: String? = nil, description: String? = nil, modality: String? = nil
  ) {
    self.owner = owner
    self.study = study
    self.patientID = patientID
    self.patientName = patientName
    self.birthDate = birthDate
    self.accessionNumber = accessionNumber
    self.studyDate = studyDate
    self.description = description
    self.modality = modality
  }
}

extension Subject: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "subject"
}
