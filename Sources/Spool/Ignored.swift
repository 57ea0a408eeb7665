/// Names in a source that are not the PACS's files: passed over, whatever they hold.
public enum Ignored {
  /// Copies in progress, hidden files, and what desktop systems and media leave behind.
  public static func contains(_ name: String) -> Bool {
    let lower = name.lowercased()
    return name.hasPrefix(".") || name.hasSuffix("~") || lower == "thumbs.db" || lower == "desktop.ini"
      || name == "DICOMDIR"
      || [".tmp", ".part", ".partial", ".filepart", ".crdownload"].contains { lower.hasSuffix($0) }
  }
}
