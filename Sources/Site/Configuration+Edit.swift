extension Configuration {
  /// A configuration's text with other values, each where its key stands, or where the template shows it as a comment; the
  /// rest stays byte for byte.
  ///
  /// - Parameters:
  ///   - text: a configuration file.
  ///   - values: by their full names; in a list of tables, the first is meant.
  public static func text(_ text: String, setting values: [(key: String, value: Setting.Value)]) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (name, value) in values {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let (table, key) = parts.count == 2 ? (parts[0], parts[1]) : ("", name)
      let line = "\(key) = \(value.toml)"
      let begin = table.isEmpty ? 0 : lines.firstIndex { isHeader($0, of: table) }.map { $0 + 1 }
      guard let begin else {
        if lines.last == "" { lines.removeLast() }
        lines += ["", "[\(table)]", line, ""]
        continue
      }
      let end = lines[begin...].firstIndex { isHeader($0, of: nil) } ?? lines.endIndex
      if let place = lines[begin..<end].firstIndex(where: { sets($0, key) })
        ?? lines[begin..<end].firstIndex(where: { $0.hasPrefix("#") && sets($0.dropFirst(), key) })
      {
        lines[place] = line
      } else {
        lines.insert(line, at: begin)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Whether a line begins a table; nil: whichever.
  private static func isHeader(_ line: String, of table: String?) -> Bool {
    let text = line.filter { !$0.isWhitespace }
    guard let table else { return text.hasPrefix("[") }
    return ["[\(table)]", "[[\(table)]]"].contains { text == $0 || text.hasPrefix($0 + "#") }
  }

  static func sets(_ line: some StringProtocol, _ key: String) -> Bool {
    line.hasPrefix(key) && line.dropFirst(key.count).drop { $0 == " " || $0 == "\t" }.hasPrefix("=")
  }
}
