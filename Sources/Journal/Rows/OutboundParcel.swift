public import Custody
public import GRDB

/// A sealed parcel on its way to a partner.
public struct OutboundParcel: Codable, Sendable {
  /// How far it is.
  public typealias State = OutboundParcelState

  /// UUIDv7, lower case.
  public var id: String
  /// The outbound study that it holds.
  public var outboundStudy: String
  /// Study Instance UID.
  public var study: String
  /// The partner that it is for.
  public var recipient: String
  /// Rises by one for each parcel to this recipient.
  public var sequence: Int
  /// How far it is.
  public internal(set) var state: State
  /// `complete`, `supplement` or `again`.
  public var part: String
  /// The earlier parcel whose payload this one carries once more.
  public var again: String?
  /// DICOM files in it.
  public var instances: Int
  /// Instances of the study that are known of and could not be sent.
  public var missing: Int
  /// Why not.
  public var missingReason: String?
  /// Of the DICOM files.
  public var bytes: Int64
  /// Of `payload.tar.zst.age`.
  public var payloadBytes: Int64
  /// Hexadecimal SHA-256 of `manifest.json`: receipts name it.
  public var manifestDigest: String
  /// When it was sealed.
  public var created: String
  /// Since when it is in this state.
  public internal(set) var since: String
  /// How often shipping was tried and failed since it was sealed or a person wanted it tried again.
  public var attempts: Int
  /// Seconds that it has waited for its delivery while the shipper ran: unmoved by jumps of the clock.
  public var waited: Double
  /// Seconds that it has waited for the first receipt since it was shipped, while the shipper ran.
  public var unproven: Double
  /// How often it was put into the partner's mailbox.
  public var deliveries: Int
  /// How often it was sent again because it arrived damaged.
  public var resent: Int
  /// Its study is urgent: it is shipped before others.
  public var urgent: Bool
  /// A person wants it shipped before others that are not urgent.
  public var expedited: Bool
  /// A person wants it shipped after all others.
  public var bulk: Bool
  /// A person wants it tried at once, whatever pause there is.
  public var tryNow: Bool
  /// Its files here were removed after `retention.sent`.
  public internal(set) var isPurged: Bool
  /// Why it was refused: the partner's fixed word.
  public var reasonCode: String?
  /// Why it was refused, expired or cancelled, or why the last attempt failed.
  public var reason: String?
  /// What a person at the partner's wrote, if that could be read here.
  public var note: String?

  /// Creates a parcel that has just been sealed.
  public init(
    id: String, outboundStudy: String, study: String, recipient: String, sequence: Int, part: String,
    again: String? = nil, instances: Int, missing: Int = 0, missingReason: String? = nil, bytes: Int64,
    payloadBytes: Int64, manifestDigest: String
  ) {
    self.id = id
    self.outboundStudy = outboundStudy
    self.study = study
    self.recipient = recipient
    self.sequence = sequence
    self.part = part
    self.again = again
    self.instances = instances
    self.missing = missing
    self.missingReason = missingReason
    self.bytes = bytes
    self.payloadBytes = payloadBytes
    self.manifestDigest = manifestDigest
    state = .sealed
    created = journalTime()
    since = created
    attempts = 0
    waited = 0
    unproven = 0
    deliveries = 0
    resent = 0
    urgent = false
    expedited = false
    bulk = false
    tryNow = false
    isPurged = false
  }

  var facts: OutboundParcelFacts { OutboundParcelFacts(id: id, recipient: recipient) }
}

extension OutboundParcel: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "outboundParcel"
}

/// A receipt of a partner whose signature held, kept as it came: the proof of what became of a parcel.
public struct StoredReceipt: Codable, Sendable {
  /// Hexadecimal SHA-256 of the document.
  public var digest: String
  /// The parcel that it answers.
  public var parcel: String
  /// `received`, `held`, `imported` or `refused`.
  public var status: String
  /// When the partner wrote it, by its clock.
  public var at: String
  /// The file as the partner signed it.
  public var document: String
  /// Its SSHSIG signature, armoured.
  public var signature: String
  /// It was applied, or a later one settled it: it says nothing new if it is met again.
  public internal(set) var isSettled: Bool

  /// Creates a receipt.
  public init(digest: String, parcel: String, status: String, at: String, document: String, signature: String) {
    self.digest = digest
    self.parcel = parcel
    self.status = status
    self.at = at
    self.document = document
    self.signature = signature
    isSettled = false
  }
}

extension StoredReceipt: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "receipt"
}
