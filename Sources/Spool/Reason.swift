internal import FoundationEssentials
public import SystemPackage

/// Escaping of what other sites and devices wrote, before people or terminals see it.
public enum Quoted {
  /// The text with every control, format and direction character, and all beyond a length, made harmless and visible.
  ///
  /// Terminal escapes, line breaks and bidirectional overrides could otherwise forge lines of a log, a list or a
  /// reason.
  public static func text(_ text: some StringProtocol, limit: Int = 512) -> String {
    var quoted = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count >= limit {
        quoted += "…"
        break
      }
      count += 1
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        quoted += "\\u{\(String(scalar.value, radix: 16))}"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted
  }
}

/// Why something is held or in quarantine: `WHY.txt` for people and `why.json` for programs.
public struct Reason: Codable, Sendable {
  /// A fixed word.
  public var code: String
  /// What happened, one sentence.
  public var reason: String
  /// What a person can do.
  public var remedy: [String]
  /// What it concerns: file, study, parcel, partner …
  public var about: [String: String]
  /// When: UTC, ISO 8601.
  public var since: String

  /// The names of its two files.
  public static let files = ["WHY.txt", "why.json"]

  /// Creates a reason; foreign text in it is quoted here.
  public init(code: String, reason: String, remedy: [String], about: [String: String?], since: String) {
    self.code = code
    self.reason = Quoted.text(reason)
    self.remedy = remedy.map { Quoted.text($0) }
    self.about = about.compactMapValues { $0.map { Quoted.text($0) } }
    self.since = since
  }

  /// `WHY.txt`.
  public var text: String {
    var lines = [reason, ""]
    for (key, value) in about.sorted(by: { $0.key < $1.key }) { lines.append("  \(key): \(value)") }
    lines.append("  since: \(since)")
    lines.append("  reason code: \(code)")
    lines.append("")
    lines.append("What you can do:")
    for line in remedy { lines.append("  \(line)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Puts `WHY.txt` and `why.json` into a folder, durable.
  public func write(into folder: FilePath, disk: Disk) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try disk.write(try encoder.encode(self), to: folder.appending("why.json"))
    try disk.write(text.utf8, to: folder.appending("WHY.txt"))
  }
}
