/// What `contents.json`, the first member of the payload, says of the study as a whole. The instances that it announces may
/// be many: they are never all in memory, and ``ContentsFile`` leads through them.
public struct Contents: Encodable, Sendable, Equatable {
  /// The only format that this version knows.
  public static let format = "studypost-contents/1"
  /// The highest number that a file name in the tar can carry.
  static let most = 99_999_999
  /// Its name in the tar.
  public static let name = "contents.json"
  /// How large it may be. The announcement of an instance takes about 400 bytes.
  static func largest(instances: Int) -> Int64 { Int64(instances) * 2048 + 65_536 }

  /// What of the study this is.
  public enum Part: String, Codable, Sendable {
    /// The study.
    case complete
    /// The study as far as it could be sent: ``Contents/missing`` says what is not in it.
    case incomplete
    /// Instances that came after the study had been sealed.
    case supplement
    /// The study, for which a person wants it to be there once more: it is imported even where it was imported before.
    case again
    /// Some of an urgent study, which is still coming: ``Contents/portion`` says which.
    case portion

    /// What the next parcel of a study to a partner is.
    ///
    /// - Parameters:
    ///   - hasDelivered: the partner imported an earlier parcel of it.
    ///   - hasParcel: an earlier parcel of it was sealed for the partner.
    ///   - isMissingSome: something of the study is known and cannot be sent.
    public init(afterDelivery hasDelivered: Bool, afterParcel hasParcel: Bool, isMissingSome: Bool) {
      self = hasDelivered ? .again : hasParcel ? .supplement : isMissingSome ? .incomplete : .complete
    }
  }

  /// What showed that the study was complete.
  public struct Closed: Encodable, Sendable, Equatable {
    /// `quiet`, `marker`, `count`, or `manual`.
    public var rule: String
    /// With `quiet`: how long nothing had come.
    public var seconds: Double?
    /// (0020,1208), where a file carries it.
    public var expected: Int?

    /// Creates the evidence.
    public init(rule: String, seconds: Double? = nil, expected: Int? = nil) {
      self.rule = rule
      self.seconds = seconds
      self.expected = expected
    }
  }

  /// What named the recipient.
  public struct Route: Encodable, Sendable, Equatable {
    /// `folder`, `manual`, or the element that named the recipient.
    public var rule: String
    /// The name that stood there.
    public var value: String

    /// Creates the evidence.
    public init(rule: String, value: String) {
      self.rule = rule
      self.value = value
    }
  }

  /// Instances of the study that the sender knows of and could not send.
  public struct Missing: Encodable, Sendable, Equatable {
    /// How many reasons a parcel may give.
    public static let most = 100
    /// How long a reason may be, in Unicode scalars.
    static let longest = 512

    /// How many they are.
    public var count: Int
    /// Why: a word or a sentence, for people.
    public var reason: String

    /// Creates a statement.
    public init(count: Int, reason: String) {
      self.count = count
      self.reason = reason
    }
  }

  /// ``Contents/format``.
  public var format: String
  /// Study Instance UID.
  public var study: String
  /// The study, what came after it, or the study once more.
  public var part: Part
  /// What showed that it was complete.
  public var closedBy: Closed
  /// What named the recipient.
  public var route: Route
  /// What the sender knows of and could not send, where there is anything.
  public var missing: [Missing]?
  /// Where the study left in several parcels: which one this is.
  public var portion: Portion?

  /// Creates the announcement of a study.
  public init(
    study: String, part: Part, closedBy: Closed, route: Route, missing: [Missing]? = nil, portion: Portion? = nil
  ) {
    format = Contents.format
    self.study = study
    self.part = part
    self.closedBy = closedBy
    self.route = route
    self.missing = missing
    self.portion = portion
  }

  /// Whether it may announce no instance at all: it says only that those before it are the study.
  var mayBeEmpty: Bool { portion?.last?.parcels.isEmpty == false }

  /// How many instances the sender knows of and could not send.
  public var missingCount: Int { (missing ?? []).reduce(0) { $0.addingReportingOverflow($1.count).partialValue } }

  /// What is missing, for people; nil where nothing is. It may quote foreign text.
  public var missingInWords: String? {
    guard let missing, !missing.isEmpty else { return nil }
    return missing.map { "\($0.count) \($0.reason)" }.joined(separator: "; ")
  }

  /// The name of an instance in the tar, by its number counted from 1.
  public static func name(ofInstance number: Int) -> String {
    let digits = String(number)
    return "dicom/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".dcm"
  }

  /// What is wrong with it, as the end of a sentence that begins with "contents.json"; nil where nothing is.
  var fault: String? {
    if format != Contents.format { return "has a format that this version does not know" }
    if !isIdentifier(study) { return "names a study by something that cannot stand for a UID" }
    if let fault = portion?.fault { return fault }
    guard let missing else { return nil }
    if missing.count > Missing.most { return "gives more than \(Missing.most) reasons for missing instances" }
    for entry in missing where entry.count < 1 || entry.reason.unicodeScalars.count > Missing.longest {
      return "has a count or a reason of missing instances that cannot be"
    }
    return nil
  }
}
