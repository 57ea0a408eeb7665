public import GRDB

/// One line of a study's history.
public struct Event: Codable, Sendable {
  /// The order of recording.
  public var id: Int64?
  /// When: UTC, ISO 8601.
  public var at: String
  /// The partner concerned.
  public var site: String?
  /// What happened, a fixed word: `claimed`, `sealed`, `shipped` …
  public var what: String
  /// Study Instance UID.
  public var study: String?
  /// Parcel id.
  public var parcel: String?
  /// The local number of a patient.
  public var patient: String?
  /// A file or folder.
  public var file: String?
  /// A sentence for people.
  public var detail: String

  /// Creates an event of this moment.
  public init(
    _ what: String, site: String? = nil, study: String? = nil, parcel: String? = nil, patient: String? = nil,
    file: String? = nil, _ detail: String
  ) {
    at = journalTime()
    self.what = what
    self.site = site
    self.study = study
    self.parcel = parcel
    self.patient = patient
    self.file = file
    self.detail = detail
  }
}

extension Event: FetchableRecord, PersistableRecord {}

extension Journal {
  /// Adds to the history.
  public func record(_ event: Event) throws {
    try write { try event.insert($0) }
  }

  /// All events that concern the text: a study, parcel, instance, patient or file, whole or in part, in time order; with
  /// the events of every parcel and study that those name.
  public func trace(_ text: String, limit: Int = 10_000) throws -> [Event] {
    let pattern = "%" + likeEscaped(text) + "%"
    return try read { database in
      try Event.fetchAll(
        database,
        sql: """
          WITH hit AS (
            SELECT study, parcel FROM event
            WHERE study LIKE :p ESCAPE '\\' OR parcel LIKE :p ESCAPE '\\' OR patient LIKE :p ESCAPE '\\'
              OR file LIKE :p ESCAPE '\\'
            UNION SELECT c.study, c.parcel FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
            WHERE t.origin LIKE :p ESCAPE '\\' OR t.sopInstanceUID LIKE :p ESCAPE '\\' OR c.id LIKE :p ESCAPE '\\'
            UNION SELECT p.study, p.id FROM imported i JOIN inboundParcel p ON p.id = i.parcel
            WHERE i.sopInstanceUID LIKE :p ESCAPE '\\')
          SELECT * FROM event
          WHERE study IN (SELECT study FROM hit) OR parcel IN (SELECT parcel FROM hit)
            OR patient LIKE :p ESCAPE '\\' OR file LIKE :p ESCAPE '\\'
          ORDER BY id LIMIT :limit
          """, arguments: ["p": pattern, "limit": limit])
    }
  }
}
