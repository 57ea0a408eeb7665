public import GRDB

/// A sealed parcel on its way to a partner.
public struct OutboundParcel: Codable, Sendable {
  /// How far it is: the states of the outbound ledger.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// Lies in `outbound/`, not yet delivered to the partner's mailbox.
    case sealed
    /// Lies in the partner's mailbox.
    case shipped
    /// The partner's receipt says that it is durable there.
    case received
    /// The partner's receipt says that all instances are imported.
    case delivered
    /// The partner refused it.
    case refused
    /// It was not delivered within `ship.expire_after`.
    case expired
    /// A person called it back before it was shipped.
    case cancelled
  }

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
  public var state: State
  /// `complete` or `supplement`.
  public var part: String
  /// DICOM files in it.
  public var instances: Int
  /// Of the DICOM files.
  public var bytes: Int64
  /// Of `payload.tar.zst.age`.
  public var payloadBytes: Int64
  /// Hexadecimal SHA-256 of `manifest.json`: receipts name it.
  public var manifestDigest: String
  /// When it was sealed.
  public var created: String
  /// Since when it is in this state.
  public var since: String
  /// How often shipping was tried and failed.
  public var attempts: Int
  /// Seconds that it has waited for its delivery while the shipper ran: unmoved by jumps of the clock.
  public var waited: Double
  /// The partner's worklist holds it.
  public var heldThere: Bool
  /// How often it was sent again after a refusal with `digest`.
  public var resent: Int
  /// To be shipped before others.
  public var urgent: Bool
  /// Why it was refused, expired or cancelled, or why the last attempt failed.
  public var reason: String?

  /// Creates a parcel that has just been sealed.
  public init(
    id: String, outboundStudy: String, study: String, recipient: String, sequence: Int, part: String, instances: Int,
    bytes: Int64, payloadBytes: Int64, manifestDigest: String
  ) {
    self.id = id
    self.outboundStudy = outboundStudy
    self.study = study
    self.recipient = recipient
    self.sequence = sequence
    self.part = part
    self.instances = instances
    self.bytes = bytes
    self.payloadBytes = payloadBytes
    self.manifestDigest = manifestDigest
    state = .sealed
    created = journalTime()
    since = created
    attempts = 0
    waited = 0
    heldThere = false
    resent = 0
    urgent = false
  }
}

extension OutboundParcel: FetchableRecord, PersistableRecord {}
