/// Why something is held or in quarantine.
public struct Reason: Codable, Sendable, Equatable {
  /// A fixed word: `no-recipient`, `not-dicom`, `digest` …
  public var code: String
  /// What happened, one sentence. It may quote foreign text; who shows it makes that harmless.
  public var sentence: String
  /// What a person can do.
  public var remedy: [String]
  /// What it concerns: file, study, parcel, partner …
  public var about: [String: String]
  /// Since when: UTC, ISO 8601.
  public var since: String

  /// Creates a reason.
  public init(code: String, sentence: String, remedy: [String], about: [String: String?], since: String) {
    self.code = code
    self.sentence = sentence
    self.remedy = remedy
    self.about = about.compactMapValues(\.self)
    self.since = since
  }
}
