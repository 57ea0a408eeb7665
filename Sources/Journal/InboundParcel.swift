public import GRDB

/// A parcel that arrived from a partner and whose signature and digest hold.
public struct InboundParcel: Codable, Sendable {
  /// How far it is.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// Durable here, being opened.
    case arrived
    /// It waits for a person.
    case held
    /// A person or the policy decided: to be coerced and handed to the PACS.
    case accepted
    /// In the PACS import folder, or picked up from it.
    case imported
    /// Refused.
    case quarantined
    /// A person let it go.
    case discarded
  }

  /// The parcel's id.
  public var id: String
  /// The partner that sent it.
  public var sender: String
  /// The sender's count of parcels to this site.
  public var sequence: Int
  /// How far it is.
  public var state: State
  /// Hexadecimal SHA-256 of `manifest.json`.
  public var manifestDigest: String
  /// Since when it is in this state.
  public var since: String
  /// As the manifest says.
  public var instances: Int
  /// Of the DICOM files.
  public var bytes: Int64
  /// How many instances had been imported before, byte for byte.
  public var duplicates: Int
  /// Study Instance UID, once opened.
  public var study: String?
  /// `complete` or `supplement`, once opened.
  public var part: String?
  /// The local number of the patient to whom the study was assigned.
  public var patient: String?
  /// The reconciliation's decision, JSON.
  public var decision: String?
  /// Why it is held, quarantined or discarded.
  public var reason: String?
  /// What a person ordered: `accept` or `reject`, and not yet carried out.
  public var order: String?
  /// Its folder in `import/`, once imported.
  public var folder: String?

  /// Creates a parcel that has just arrived.
  public init(id: String, sender: String, sequence: Int, manifestDigest: String, instances: Int, bytes: Int64) {
    self.id = id
    self.sender = sender
    self.sequence = sequence
    self.manifestDigest = manifestDigest
    self.instances = instances
    self.bytes = bytes
    state = .arrived
    since = journalTime()
    duplicates = 0
  }
}

extension InboundParcel: FetchableRecord, PersistableRecord {}
