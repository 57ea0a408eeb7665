internal import Crypto
public import GRDB

/// One line of a study's history. Lines are only ever added; each carries a digest over itself and the one before, so that
/// a line that was changed or taken out later shows.
public struct Event: Codable, Sendable, Equatable {
  /// The order of recording.
  public var id: Int64?
  /// When: UTC, ISO 8601.
  public var at: String
  /// The partner concerned.
  public var site: String?
  /// What happened, a fixed word: `claimed`, `sealed`, `shipped` …
  public var what: String
  /// The person who decided it.
  public var actor: String?
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
  /// Why, in the words of who decided it; with a disclosure: what was searched for.
  public var why: String?
  /// What it was before a decision.
  public var before: String?
  /// What it is after it.
  public var after: String?
  /// Hexadecimal SHA-256 over the line before's and this line.
  public internal(set) var chain: String

  /// Creates an event of this moment.
  public init(
    _ what: String, by actor: String? = nil, site: String? = nil, study: String? = nil, parcel: String? = nil,
    patient: String? = nil, file: String? = nil, _ detail: String, why: String? = nil, before: String? = nil,
    after: String? = nil
  ) {
    at = journalTime()
    self.what = what
    self.actor = actor
    self.site = site
    self.study = study
    self.parcel = parcel
    self.patient = patient
    self.file = file
    self.detail = detail
    self.why = why
    self.before = before
    self.after = after
    chain = ""
  }

  /// The digest of this line after another one.
  func link(after previous: String) -> String {
    // A unit separator cannot stand in any of the fields but as itself: absent and empty differ by their mark.
    func marked(_ values: [String?]) -> [String] { values.map { $0.map { "+" + $0 } ?? "-" } }
    var fields = [at, what, detail] + marked([site, actor, study, parcel, patient, file])
    // Lines without these are linked as they were before there were such fields.
    if why != nil || before != nil || after != nil { fields += marked([why, before, after]) }
    let line = ([previous] + fields.map { "\($0.utf8.count):\($0)" }).joined(separator: "\u{1F}")
    return SHA256.hash(data: Array(line.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// Adds it to the history.
  func append(to database: Database) throws {
    var event = self
    let last = try String.fetchOne(
      database.cachedStatement(sql: "SELECT chain FROM event ORDER BY id DESC LIMIT 1"))
    event.chain = event.link(after: last ?? "")
    try event.insert(database)
  }
}

extension Event: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "event"
}
