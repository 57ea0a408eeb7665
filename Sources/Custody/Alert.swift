/// Something that a person should look at.
public struct Alert: Codable, Sendable, Equatable {
  /// How bad it is.
  public enum Severity: String, Codable, Sendable, CaseIterable {
    /// It will do harm if nobody looks at it.
    case warning
    /// A study does not get on, or something is lost.
    case critical
  }

  /// What tells it from all others: the same trouble of the same thing is one alert.
  public var key: String
  /// A fixed word.
  public var code: String
  /// How bad it is.
  public var severity: Severity
  /// What happened, one sentence, without patient data.
  public var message: String
  /// What to do.
  public var remedy: String

  /// The key of the alert that a parcel counts as imported and was not seen in the import folder.
  public static func unseenImport(_ parcel: String) -> String { "unseen \(parcel)" }

  /// Creates an alert.
  public init(key: String, code: String, severity: Severity, message: String, remedy: String) {
    self.key = key
    self.code = code
    self.severity = severity
    self.message = message
    self.remedy = remedy
  }
}
