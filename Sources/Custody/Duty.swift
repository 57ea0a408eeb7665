/// Something that is owed: it follows from a decision, is written down with it, and is performed until it is done.
///
/// Each can be performed again after a kill at any point, and then changes nothing that was done before.
public enum Duty: Codable, Sendable, Equatable {
  /// A folder is to be moved, by one rename.
  case move(Location, to: Location)
  /// What lies there is to be removed.
  case remove(Location)
  /// The reason is to be written for people and programs, as `WHY.txt` and `why.json`.
  case explain(Location, Reason)

  /// The pictures of a study that waits, where any were made, are to lie beside the reason.
  case illustrate(parcel: String)

  /// The files of an outbound study that is held are to lie in its folder.
  case gather(study: String)
  /// The files of an outbound study that is sealed or was discarded are to be removed.
  case removeInstances(study: String)
  /// The payload of a parcel is to be sealed once more, as a new parcel.
  case reseal(parcel: String, as: String)
  /// A file of a source is to be removed: its copy is durable and in the journal.
  case removeOriginal(Original)
  /// Files of a source are to be taken into an entry of the quarantine.
  case quarantineOriginals([RefusedFile], entry: String)
  /// A claimed file that changed is to go back to its source.
  case giveBack(file: String, to: String)
  /// Files are to go back from an entry of the quarantine to where they came from.
  case putBack([ReleasedFile], entry: String)

  /// What was uploaded of a parcel that was called back is to be removed from the partner's mailbox.
  case withdraw(parcel: String, recipient: String)

  /// What lies in a partner's mailbox under a name is to be taken out of the partner's reach.
  case fetch(arrival: String, partner: String, name: String)
  /// A coerced study is to be handed to the PACS.
  case handOver(HandOver)
  /// What of a study the PACS has not taken is to be taken out of the import folder again.
  case recall(HandOver)
  /// A message for the patient record, which the journal has, is to be written where the EHR reads it.
  case record(message: String)
  /// A message that the EHR must not get any more is to be removed, if it still lies there.
  case removeRecord(file: String)
  /// A receipt is to be signed and written.
  case answer(Answer)
  /// Receipts that are not true any more are to be removed.
  case retract(parcel: String, partner: String, statuses: [Answer.Status])

  /// People are to be told by the site's own command.
  case notify(alert: String, by: Service)

  /// Who performs it.
  public var service: Service {
    switch self {
    case .move(let place, _), .remove(let place), .explain(let place, _): place.service
    case .gather, .removeInstances, .reseal, .removeOriginal, .quarantineOriginals, .giveBack, .putBack: .collect
    case .withdraw: .ship
    case .illustrate, .fetch, .handOver, .recall, .record, .removeRecord, .answer, .retract: .receive
    case .notify(_, let service): service
    }
  }
}

/// A file of a source, as it was when it was decided about: a file that has changed since is another one.
public struct Original: Codable, Sendable, Hashable {
  /// Where it lies; absolute.
  public var path: String
  /// In bytes.
  public var size: Int64
  /// Last change of content, nanoseconds since 1970.
  public var modified: Int64
  /// The file's number on its file system.
  public var inode: UInt64

  /// Names a file.
  public init(path: String, size: Int64, modified: Int64, inode: UInt64) {
    self.path = path
    self.size = size
    self.modified = modified
    self.inode = inode
  }
}

/// A file of a source that was refused, and its place in the quarantine.
public struct RefusedFile: Codable, Sendable, Equatable {
  /// The file as it was.
  public var original: Original
  /// Where it is to lie in the entry's folder.
  public var item: String

  /// Names a file and its place.
  public init(_ original: Original, as item: String) {
    self.original = original
    self.item = item
  }
}

/// A file of an entry of the quarantine that goes back to its source.
public struct ReleasedFile: Codable, Sendable, Equatable {
  /// Where it lies in the entry's folder.
  public var item: String
  /// Where it came from; absolute.
  public var target: String

  /// Names a file and its target.
  public init(_ item: String, to target: String) {
    self.item = item
    self.target = target
  }
}

/// How a coerced study gets into the PACS's import folder.
public struct HandOver: Codable, Sendable, Equatable {
  /// The parcel.
  public var parcel: String
  /// The folder in which the coerced files lie, durable; absolute.
  public var staging: String
  /// The import folder; absolute.
  public var target: String
  /// The study's folder there; nil: all files lie side by side.
  public var folder: String?
  /// A file to be written last, beside the others; nil: none.
  public var marker: String?
  /// In how many files the study lies there.
  public var files: Int
  /// Which of several of one parcel it is; nil: the only one.
  public var number: Int?

  /// Describes a hand-over.
  public init(
    parcel: String, staging: String, target: String, folder: String?, marker: String?, files: Int, number: Int? = nil
  ) {
    self.parcel = parcel
    self.staging = staging
    self.target = target
    self.folder = folder
    self.marker = marker
    self.files = files
    self.number = number
  }
}

/// What the sender of a parcel is to be told.
public struct Answer: Codable, Sendable, Equatable {
  /// What became of the parcel.
  public enum Status: String, Codable, Sendable, CaseIterable { case received, held, imported, refused }

  /// The parcel.
  public var parcel: String
  /// Its sender.
  public var partner: String
  /// Hexadecimal SHA-256 of the `manifest.json` that is answered, as it was found here.
  public var manifestDigest: String
  /// In how many instances.
  public var instances: Int
  /// What became of it.
  public var status: Status
  /// With `refused`, and with `imported` where not all was: a fixed word.
  public var reason: String?
  /// With these: what a person wrote for the sender.
  public var note: String?
  /// When it was decided: UTC, ISO 8601.
  public var at: String

  /// Creates an answer.
  public init(
    parcel: String, partner: String, manifestDigest: String, instances: Int, status: Status, reason: String? = nil,
    note: String? = nil, at: String
  ) {
    self.parcel = parcel
    self.partner = partner
    self.manifestDigest = manifestDigest
    self.instances = instances
    self.status = status
    self.reason = reason
    self.note = note
    self.at = at
  }
}
