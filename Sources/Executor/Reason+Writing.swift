public import Custody
internal import FoundationEssentials
public import Spool
public import SystemPackage

extension Reason {
  /// The names of its two files.
  public static let files = ["WHY.txt", "why.json"]

  /// `WHY.txt`: for people.
  public var text: String {
    var lines = [Quoted.text(sentence, limit: 2000), ""]
    for (key, value) in about.sorted(by: { $0.key < $1.key }) { lines.append("  \(key): \(Quoted.text(value))") }
    lines.append("  since: \(since)")
    lines.append("  reason code: \(code)")
    lines.append("")
    lines.append("What you can do:")
    for line in remedy { lines.append("  \(Quoted.text(line))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `why.json`: for programs.
  func document() throws -> [UInt8] {
    struct Document: Encodable {
      var code, reason: String
      var remedy: [String]
      var about: [String: String]
      var since: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(
      try encoder.encode(
        Document(
          code: code, reason: Quoted.text(sentence, limit: 2000), remedy: remedy.map { Quoted.text($0) },
          about: about.mapValues { Quoted.text($0) }, since: since)))
  }

  /// Puts `WHY.txt` and `why.json` into a folder, durable.
  public func write(into folder: FilePath, of disk: Disk) throws {
    try disk.write(document(), to: folder.appending("why.json"))
    try disk.write(Array(text.utf8), to: folder.appending("WHY.txt"))
  }
}
