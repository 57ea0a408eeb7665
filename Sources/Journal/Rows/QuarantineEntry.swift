public import Custody
public import GRDB

/// Something that was refused, and why.
public struct QuarantineEntry: Codable, Sendable {
  /// Which side of the site refused it.
  public enum Direction: String, Codable, Sendable { case out, `in` }
  /// What became of it.
  public typealias State = QuarantineState

  /// The folder's name in `quarantine/`.
  public var name: String
  /// Which side refused it.
  public var direction: Direction
  /// What became of it.
  public internal(set) var state: State
  /// A fixed word: `not-dicom`, `partial`, `signature`, `digest` …
  public var code: String
  /// A sentence for people.
  public var reason: String
  /// The partner concerned.
  public var partner: String?
  /// Study Instance UID, where it is known.
  public var study: String?
  /// Parcel id.
  public var parcel: String?
  /// What lies in it beside the reason; for a file of a source ``file``, for files of a dropped folder ``files``.
  public var item: String
  /// With `out`: where it came from, the path of the file or of the dropped folder.
  public var origin: String?
  /// Instances that are accounted for here and not by an inbound parcel: with `out`, its files.
  public internal(set) var instances: Int
  /// Of the files.
  public internal(set) var bytes: Int64
  /// Since when it is in this state; where it grew, since then.
  public internal(set) var since: String

  /// The name under which one file of a source lies in its entry.
  public static let file = "file"
  /// The folder in which files of a dropped folder lie in their entry, as they lay there.
  public static let files = "files"

  /// Describes a file of a source that is refused.
  public init(name: String, file: String, code: String, reason: String, study: String?) {
    self.init(
      name: name, direction: .out, code: code, reason: reason, partner: nil, study: study, parcel: nil,
      item: Self.file, instances: 0, bytes: 0)
    origin = file
  }

  /// Describes files of a dropped folder that are refused together. More may follow.
  public init(name: String, folder: String, code: String, reason: String) {
    self.init(
      name: name, direction: .out, code: code, reason: reason, partner: nil, study: nil, parcel: nil,
      item: Self.files, instances: 0, bytes: 0)
    origin = folder
  }

  /// Describes what a partner sent and is refused; a parcel that is in the journal accounts for its instances itself.
  public init(
    name: String, partner: String, parcel: String?, item: String, code: String, reason: String, study: String? = nil,
    bytes: Int64 = 0
  ) {
    self.init(
      name: name, direction: .in, code: code, reason: reason, partner: partner, study: study, parcel: parcel,
      item: item, instances: 0, bytes: bytes)
  }

  private init(
    name: String, direction: Direction, code: String, reason: String, partner: String?, study: String?,
    parcel: String?, item: String, instances: Int, bytes: Int64
  ) {
    self.name = name
    self.direction = direction
    self.code = code
    self.reason = reason
    self.partner = partner
    self.study = study
    self.parcel = parcel
    self.item = item
    self.instances = instances
    self.bytes = bytes
    state = .quarantined
    since = journalTime()
  }
}

extension QuarantineEntry: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "quarantine"
}
