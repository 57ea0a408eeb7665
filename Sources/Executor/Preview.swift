internal import FoundationEssentials
public import Spool
public import SystemPackage

/// Pictures of a study that waits for a person, one for each series: they lie beside the reason, with this list of them.
public struct Preview: Codable, Sendable, Equatable {
  /// One series.
  public struct Picture: Codable, Sendable, Equatable {
    /// Its name beside the list, a PNG; nil: none could be made.
    public var file: String?
    /// Why none could be made.
    public var problem: String?
    /// Series Instance UID.
    public var series: String
    /// (0008,0060).
    public var modality: String?
    /// (0008,103E).
    public var description: String?
    /// How many instances the series has in this parcel.
    public var instances: Int
    /// Which of them is shown: its SOP Instance UID.
    public var instance: String
    /// Which of its frames, from 1.
    public var frame: Int?

    /// A series of which no picture was made yet.
    public init(series: String, instances: Int, instance: String) {
      self.series = series
      self.instances = instances
      self.instance = instance
    }
  }

  /// In the order in which the series begin.
  public var pictures: [Picture]
  /// How many further series there are.
  public var others: Int

  /// The name of the folder, beside the reason.
  public static let folder = "preview"
  private static let list = "preview.json"
  private static let largestList = 1 << 20

  /// What was made.
  public init(pictures: [Picture], others: Int) {
    self.pictures = pictures
    self.others = others
  }

  /// Reads the list in a folder; nil where there is none, or it cannot be read.
  public init?(in folder: FilePath, of disk: Disk) {
    guard let bytes = try? disk.readSmall(folder.appending(Self.list), limit: Self.largestList),
      let preview = try? JSONDecoder().decode(Preview.self, from: Data(bytes))
    else { return nil }
    self = preview
  }

  /// Writes the list into a folder, durable.
  public func write(into folder: FilePath, of disk: Disk) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try disk.write(Array(try encoder.encode(self)), to: folder.appending(Self.list))
  }
}
