public import Custody
public import GRDB

/// A message for the patient record, as the EHR reads it, and what the EHR said of it.
public struct RecordMessage: Codable, Sendable {
  /// How far it is.
  public typealias State = RecordMessageState
  /// What it tells.
  public enum Kind: String, Codable, Sendable {
    /// Images of a patient were imported.
    case result
    /// A result was told of the wrong patient.
    case correction
    /// The EHR is asked to register a patient.
    case request
  }

  /// MSH-10, by which the EHR answers: unique, and the same however often it is written.
  public var id: String
  /// What it tells.
  public var kind: Kind
  /// How far it is.
  public internal(set) var state: State
  /// Since when it is in this state.
  public internal(set) var since: String
  /// The inbound parcel that it is about.
  public var parcel: String
  /// Study Instance UID.
  public var study: String?
  /// The local number of the patient that it is about; with a request: none yet.
  public var patient: String?
  /// Of a result or correction the filler order number; of a request this site's own number for the patient, by which the
  /// patient that the EHR registers is recognised.
  public var reference: String
  /// Its name in `records/`.
  public internal(set) var file: String
  /// Its text; nil: it was closed long ago.
  public internal(set) var message: String?
  /// How often it was written.
  public internal(set) var attempts: Int
  /// When it was last to be written.
  public internal(set) var writtenAt: String
  /// When it is looked at again, or written again; nil: never by itself.
  public var due: String?
  /// The EHR's last word: `AA`, `AE`, `AR`, `CA`, `CE` or `CR`.
  public var answer: String?
  /// What the EHR said beside it.
  public var words: String?
  /// When it answered.
  public var answeredAt: String?

  /// Describes a message that is to be written.
  ///
  /// - Parameter due: when it is looked at again where no answer came; nil: none is expected.
  public init(
    id: String, kind: Kind, parcel: String, study: String?, patient: String?, reference: String, message: String,
    due: String?
  ) {
    self.id = id
    self.kind = kind
    self.parcel = parcel
    self.study = study
    self.patient = patient
    self.reference = reference
    self.message = message
    self.due = due
    state = .written
    since = journalTime()
    writtenAt = since
    attempts = 1
    file = "\(parcel).hl7"
  }

  var facts: RecordMessageFacts { RecordMessageFacts(id: id, file: file) }
}

extension RecordMessage: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "recordMessage"
}
