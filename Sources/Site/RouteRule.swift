public import DICOM

/// Where a recipient's name may stand, and how it is read from there.
public struct RouteRule: Equatable, Sendable {
  /// How the name is read from a value.
  public enum Match: Equatable, Sendable {
    /// The whole value is the name.
    case alias
    /// The name follows `XFER:`.
    case token
    /// The name is what the only capture group matches.
    case regex(pattern: String)
  }

  /// The DICOM element.
  public let tag: TagPath
  /// How the name is read.
  public let match: Match
  /// A study whose recipient the rule names is urgent.
  public let isUrgent: Bool

  /// A rule.
  public init(tag: TagPath, match: Match, isUrgent: Bool = false) {
    self.tag = tag
    self.match = match
    self.isUrgent = isUrgent
  }

  /// The rules of a site that sets none: Names of Intended Recipients of Results, Study Comments and Requested
  /// Procedure Comments.
  public static let defaults = [
    RouteRule(tag: TagPath(.namesOfIntendedRecipientsOfResults), match: .alias),
    RouteRule(tag: TagPath(.studyComments), match: .token),
    RouteRule(tag: TagPath(.requestedProcedureComments), match: .token),
  ]

  /// The names that the rule reads from one value of its element, as they are written there.
  public func names(in value: String) -> [String] {
    let pattern: String
    switch match {
    case .alias: return value.allSatisfy(\.isWhitespace) ? [] : [value]
    case .token: pattern = #"(?i)(?:^|\s)XFER:([A-Z0-9_-]{2,32})"#
    case .regex(let own): pattern = own
    }
    guard let regex = try? Regex(pattern) else { return [] }
    return value.matches(of: regex).compactMap { match in
      match.output.count > 1 ? match.output[1].substring.map(String.init) : nil
    }
  }
}

extension RouteRule {
  /// Nil, after a report, where the table gives no rule.
  init?(_ table: TableReader) {
    table.require("tag", "Name the element, for example tag = \"(0040,1010)\".")
    table.require("match", "Choose from \"alias\", \"token\", \"regex\".")
    let tag = table.form("tag", .tagPath)
    let kind = table.choice("match", Kind.self)
    let pattern = table.form("pattern", .regexWithOneGroup)
    isUrgent = table.truth("urgent") ?? false
    table.finish()
    if kind == .regex {
      table.require("pattern", "Write a regular expression with one capture group.")
    } else if kind != nil, table.sets("pattern") {
      table.report("pattern", "only match = \"regex\" has a pattern", "Remove it, or set match = \"regex\".")
    }
    guard let tag, let kind else { return nil }
    self.tag = tag
    switch kind {
    case .alias: match = .alias
    case .token: match = .token
    case .regex:
      guard let pattern else { return nil }
      match = .regex(pattern: pattern)
    }
  }

  enum Kind: String, CaseIterable { case alias, token, regex }
}

extension TextForm where Value == TagPath {
  /// A DICOM element or a path to one: `(0040,1010)`, `PatientID`, `(0029,"CREATOR",10)`,
  /// `(0040,0275)[*].(0040,1001)`.
  static var tagPath: TextForm {
    TextForm(name: "a DICOM element", remedy: "Write for example \"(0040,1010)\" or \"(0040,0275)[*].(0040,1001)\".") {
      guard let path = try? TagPath($0), !path.endsWithItems else { return nil }
      return path
    }
  }
}

extension TextForm where Value == String {
  static var regexWithOneGroup: TextForm {
    TextForm(
      name: "a regular expression with one capture group",
      remedy: "Mark the name with one pair of parentheses, for example \"^TO=([A-Z0-9]+)$\"; other groups are (?:…)."
    ) { text in
      // The empty alternative matches the empty text, so that the groups can be counted.
      guard text.utf8.count <= 1000, (try? Regex(text)) != nil, let counter = try? Regex("(?:\(text))|"),
        "".wholeMatch(of: counter)?.output.count == 2
      else { return nil }
      return text
    }
  }
}
