/// Names in a source that are not the PACS's files: passed over, whatever they hold. What the collector passes over and what
/// people are told of as left behind come from this one list.
public enum Ignored: Sendable, Equatable {
  /// Hidden files and copies in progress: they are left alone, since somebody may still want them.
  case inProgress
  /// What desktop systems and media leave behind: of no use to anybody without what lay beside it.
  case rubbish

  /// What a name says; nil: it may be an instance.
  public init?(_ name: String) {
    let lower = name.lowercased()
    if Self.rubbishNames.contains(lower) || lower.hasPrefix("._") || Self.isMediaDirectory(lower) {
      self = .rubbish
    } else if name.hasPrefix(".") || name.hasSuffix("~") || Self.endings.contains(where: { lower.hasSuffix($0) }) {
      self = .inProgress
    } else {
      return nil
    }
  }

  /// Whether a name is passed over.
  public static func contains(_ name: String) -> Bool { Ignored(name) != nil }

  private static let endings = [".tmp", ".part", ".partial", ".filepart", ".crdownload"]
  private static let rubbishNames: Set = [
    "thumbs.db", "ehthumbs.db", "desktop.ini", "autorun.inf", ".ds_store", "__macosx", ".apdisk", ".volumeicon.icns",
    "$recycle.bin", "system volume information",
  ]

  /// `DICOMDIR`, the index of a medium, as file systems of media spell it: `dicomdir`, `DICOMDIR.`, `DICOMDIR;1`.
  private static func isMediaDirectory(_ lower: String) -> Bool {
    guard lower.hasPrefix("dicomdir") else { return false }
    var rest = lower.dropFirst("dicomdir".count)
    if rest.first == "." { rest.removeFirst() }
    if rest.first == ";" { rest = rest.dropFirst().drop { $0.isASCII && $0.isNumber } }
    return rest.isEmpty
  }
}
