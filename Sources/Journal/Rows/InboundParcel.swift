public import Custody
public import GRDB

/// What was found in a partner's mailbox and is being taken out of it, or is taken and not yet verified.
public struct Arrival: Codable, Sendable, Equatable {
  /// Unique, made here: names the place where it is looked at.
  public var id: String
  /// The partner in whose mailbox it lay.
  public var partner: String
  /// Its name there.
  public var name: String
  /// It lies in its place: to be verified.
  public internal(set) var isHere: Bool
  /// When it was seen.
  public var since: String

  /// Describes an arrival of this moment.
  public init(id: String, partner: String, name: String) {
    self.id = id
    self.partner = partner
    self.name = name
    isHere = false
    since = journalTime()
  }
}

extension Arrival: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "arrival"
}

/// A parcel that arrived from a partner and whose signature and digest hold.
public struct InboundParcel: Codable, Sendable {
  /// How far it is.
  public typealias State = InboundParcelState

  /// The parcel's id.
  public var id: String
  /// The partner that sent it.
  public var sender: String
  /// The sender's count of parcels to this site.
  public var sequence: Int
  /// How far it is.
  public internal(set) var state: State
  /// Hexadecimal SHA-256 of `manifest.json`.
  public var manifestDigest: String
  /// When it arrived.
  public var arrivedAt: String
  /// Since when it is in this state.
  public internal(set) var since: String
  /// As the manifest says.
  public var instances: Int
  /// Of the DICOM files.
  public var bytes: Int64
  /// How many instances had been imported before, byte for byte.
  public var duplicates: Int
  /// The earlier parcel whose payload this one carries once more.
  public var again: String?
  /// Study Instance UID, once opened.
  public var study: String?
  /// `complete`, `incomplete`, `supplement` or `again`, once opened.
  public var part: String?
  /// Which of the portions this is in which an urgent study came, once opened.
  public var portion: Int?
  /// Of the last one: which parcels the others are, and how many instances all hold together, JSON.
  public var completes: String?
  /// When all portions of the study were here.
  public internal(set) var completed: String?
  /// Instances of the study that the sender knows of and could not send.
  public var missing: Int
  /// Why not, as the sender says.
  public var missingReason: String?
  /// The local number of the patient to whom the study was assigned; empty: imported as a stranger.
  public var patient: String?
  /// What a person decided where its images are of several patients: then there is no ``patient``.
  public var split: Split?
  /// How many of its instances went to nobody when it was split.
  public internal(set) var leftOut: Int
  /// What its instances say of their patients, JSON, each statement once: while a person may split them, and after that.
  public var said: String?
  /// A person assigned it.
  public var isDecidedByPerson: Bool
  /// The reconciliation's decision, JSON.
  public var decision: String?
  /// Why it is held, quarantined, rejected or discarded: a fixed word.
  public var reasonCode: String?
  /// Why it is held, quarantined, rejected or discarded: a sentence for people.
  public var reason: String?
  /// Its entry in the quarantine.
  public var entry: String?
  /// Its folder in the import folder, once its coerced files are durable.
  public var folder: String?
  /// Its files were seen in the import folder after they were handed over.
  public internal(set) var isSeen: Bool?
  /// The parcel as it came was removed after `retention.imported`.
  public internal(set) var isPurged: Bool
  /// How often a person took it back from a patient.
  public internal(set) var undone: Int
  /// How it was handed to the PACS, JSON: kept until the parcel is purged.
  public internal(set) var handOver: String?
  /// What became of the files that were handed to the PACS when it was last taken back, JSON.
  public internal(set) var recalled: String?
  /// Who looks at it while it waits for a person.
  public internal(set) var assignee: String?
  /// Its instances have no rows of their own any more: it was imported long ago.
  public internal(set) var isFolded: Bool

  /// Creates a parcel that has just arrived.
  public init(id: String, sender: String, sequence: Int, manifestDigest: String, instances: Int, bytes: Int64) {
    self.id = id
    self.sender = sender
    self.sequence = sequence
    self.manifestDigest = manifestDigest
    self.instances = instances
    self.bytes = bytes
    state = .arrived
    arrivedAt = journalTime()
    since = arrivedAt
    duplicates = 0
    leftOut = 0
    missing = 0
    isDecidedByPerson = false
    isPurged = false
    undone = 0
    isFolded = false
  }

  /// An answer to its sender; the change that it is given to says with which status.
  public func answer(reason: String? = nil, note: String? = nil) -> Answer {
    Answer(
      parcel: id, partner: sender, manifestDigest: manifestDigest, instances: instances, status: .received,
      reason: reason, note: note, at: journalTime())
  }
}

extension InboundParcel: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "inboundParcel"
}
