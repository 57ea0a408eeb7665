public import Custody
internal import Journal
internal import Spool

/// Something that needs a person, as `status` shows it: an alert that a service raised, or what the desk sees by itself.
public struct Concern: Sendable, Equatable {
  /// A fixed word.
  public var code: String
  /// How bad it is.
  public var severity: Alert.Severity
  /// How many studies, parcels, entries or files; at least so many where only a portion was looked at.
  public var count: Int
  /// Since when, of the oldest, where that is known.
  public var since: String?
  /// What it is.
  public var message: String
  /// What to do.
  public var remedy: String

  /// Describes a concern.
  public init(
    _ code: String, _ severity: Alert.Severity, count: Int = 1, since: String? = nil, _ message: String,
    remedy: String
  ) {
    self.code = code
    self.severity = severity
    self.count = count
    self.since = since
    self.message = Quoted.text(message, limit: 1000)
    self.remedy = Quoted.text(remedy, limit: 1000)
  }

  init(_ alert: StandingAlert) {
    self.init(alert.code, alert.severity, since: alert.since, alert.message, remedy: alert.remedy)
  }

  /// The worst first, then the oldest.
  static func isWorse(_ one: Concern, _ other: Concern) -> Bool {
    if one.severity != other.severity { return one.severity == .critical }
    return (one.since ?? "~", one.code, one.message) < (other.since ?? "~", other.code, other.message)
  }
}
