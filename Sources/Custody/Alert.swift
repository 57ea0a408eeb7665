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

  /// Creates an alert.
  public init(key: String, code: String, severity: Severity, message: String, remedy: String) {
    self.key = key
    self.code = code
    self.severity = severity
    self.message = message
    self.remedy = remedy
  }
}

extension Alert {
  /// The key of ``unseenImport(_:study:from:)``.
  public static func unseenImport(_ parcel: String) -> String { "unseen \(parcel)" }

  /// A parcel counts as imported, and was gone from the import folder before it was seen there.
  public static func unseenImport(_ parcel: String, study: String?, from sender: String) -> Alert {
    Alert(
      key: unseenImport(parcel), code: "unseen-import", severity: .warning,
      message: "\(parcel): it was gone from the import folder before this site could see it there.",
      remedy:
        "Look whether the PACS has study \(study ?? "?"), and say so: studypost ledger confirm \(parcel) --reason TEXT. "
        + "If not, let \(sender) send it again: studypost queue resend")
  }
}

extension Alert {
  /// What the keys of alerts about urgent studies begin with that are not complete.
  public static let incompletePrefix = "incomplete "

  /// The key of the alert that an urgent study is not complete.
  public static func incomplete(_ study: String, _ sender: String) -> String { "\(incompletePrefix)\(study) \(sender)" }
}

extension Alert {
  /// What the keys of alerts begin with that a parcel, or what arrived, does not get on.
  public static let stuckPrefix = "parcel "

  /// The key of the alert that a parcel does not get on.
  public static func stuck(_ parcel: String) -> String { stuckPrefix + parcel }

  /// What the keys of ``undone(_:study:_:)`` begin with.
  public static let undonePrefix = "undone "

  /// The key of ``undone(_:study:_:)``.
  public static func undone(_ parcel: String) -> String { undonePrefix + parcel }

  /// A person took a study back from a patient, and the PACS has some of it.
  public static func undone(_ parcel: String, study: String?, _ what: String) -> Alert {
    Alert(
      key: undone(parcel), code: "undone", severity: .critical, message: "\(parcel) was taken back: \(what)",
      remedy: "In the PACS, delete study \(study ?? "?") of the patient whose it is not; then decide anew: "
        + "studypost worklist show \(parcel)")
  }
}
