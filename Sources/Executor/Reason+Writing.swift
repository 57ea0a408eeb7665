public import Custody
internal import FoundationEssentials
public import Spool
public import SystemPackage

extension Reason {
  /// The names of its two files.
  public static let files = ["WHY.txt", "why.json"]

  /// One of many files that a reason is about.
  public struct ListedFile: Sendable, Encodable {
    /// Where it lies, beside the reason.
    public var path: String
    /// Where it came from.
    public var origin: String
    /// Its size.
    public var bytes: Int64
  }

  /// `WHY.txt`: for people.
  public var text: String { text(listing: []) }

  private func text(listing files: [ListedFile]) -> String {
    var lines = [Quoted.text(sentence, limit: 2000), ""]
    for (key, value) in about.sorted(by: { $0.key < $1.key }) { lines.append("  \(key): \(Quoted.text(value))") }
    lines.append("  since: \(since)")
    lines.append("  reason code: \(code)")
    lines.append("")
    lines.append("What you can do:")
    for line in remedy { lines.append("  \(Quoted.text(line))") }
    if !files.isEmpty {
      lines.append("")
      lines.append("What lies here:")
      for file in files { lines.append("  \(Quoted.text(file.path, limit: 4096)) (\(file.bytes) bytes)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `why.json`: for programs.
  private func document(listing files: [ListedFile]) throws -> [UInt8] {
    struct Document: Encodable {
      var code, reason: String
      var remedy: [String]
      var about: [String: String]
      var since: String
      var files: [ListedFile]?
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(
      try encoder.encode(
        Document(
          code: code, reason: Quoted.text(sentence, limit: 2000), remedy: remedy.map { Quoted.text($0) },
          about: about.mapValues { Quoted.text($0) }, since: since,
          files: files.isEmpty ? nil : files.map(\.quoted))))
  }

  /// Puts `WHY.txt` and `why.json` into a folder, durable.
  ///
  /// - Parameter files: what else they list.
  public func write(into folder: FilePath, listing files: [ListedFile] = [], of disk: Disk) throws {
    try disk.write(document(listing: files), to: folder.appending("why.json"))
    try disk.write(Array(text(listing: files).utf8), to: folder.appending("WHY.txt"))
  }
}

extension Reason.ListedFile {
  fileprivate var quoted: Self {
    Self(path: Quoted.text(path, limit: 4096), origin: Quoted.text(origin, limit: 4096), bytes: bytes)
  }
}
