public import Custody
public import GRDB

/// The instances of one study that are gathered until they are sealed, or wait for a person.
public struct OutboundStudy: Codable, Sendable {
  /// What is being done with it.
  public typealias State = OutboundStudyState

  /// Short unique name, shown to people: the hold's id.
  public var id: String
  /// Study Instance UID.
  public var study: String
  /// What is being done with it.
  public internal(set) var state: State
  /// Since when it is in this state.
  public internal(set) var since: String
  /// When its last instance was taken.
  public var lastTaken: String
  /// How many instances are in it.
  public internal(set) var instances: Int
  /// Of their files.
  public internal(set) var bytes: Int64
  /// (0020,1208) Number of Study Related Instances, where a file carries it.
  public var expected: Int?
  /// What showed that the study was complete: `quiet`, `marker`, `count` or `manual`; or ``urgentRule``: it is not.
  public var closedRule: String?
  /// With `quiet`: how long nothing had come, in seconds.
  public var closedSeconds: Double?
  /// Why it is held: a fixed word.
  public var reasonCode: String?
  /// Why it is held or was discarded: a sentence for people.
  public var reason: String?
  /// Its instances have no rows of their own any more: it was closed long ago.
  public internal(set) var isFolded: Bool
  /// It does not wait for the rest of the study.
  public internal(set) var urgent: Bool
  /// Portions of it have left: it ends in a parcel that says so, even if nothing more comes.
  public internal(set) var continues: Bool

  /// The rule of a portion of an urgent study, which leaves before the study is complete.
  public static let urgentRule = "urgent"

  init(id: String, study: String) {
    self.id = id
    self.study = study
    state = .collecting
    since = journalTime()
    lastTaken = since
    instances = 0
    bytes = 0
    isFolded = false
    urgent = false
    continues = false
  }

  /// Ten characters that a person can read out.
  public static func newID() -> String {
    let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    return String((0..<10).compactMap { _ in alphabet.randomElement() })
  }
}

extension OutboundStudy: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "outboundStudy"
}

/// One partner that an outbound study goes to.
public struct Recipient: Codable, Sendable, Equatable {
  /// The outbound study.
  public var outboundStudy: String
  /// The partner.
  public var partner: String
  /// `folder`, `manual`, or the element that named the partner.
  public var rule: String
  /// The name that stood there.
  public var value: String
  /// The parcel that was sealed for this partner; nil while it is not.
  public internal(set) var parcel: String?

  /// The rule of a partner whom a person named.
  public static let manualRule = "manual"

  /// Names a partner for a study.
  public init(outboundStudy: String, partner: String, rule: String, value: String) {
    self.outboundStudy = outboundStudy
    self.partner = partner
    self.rule = rule
    self.value = value
  }
}

extension Recipient: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "recipient"
}
