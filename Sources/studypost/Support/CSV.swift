/// Rows of text as RFC 4180 has them, for a spreadsheet.
enum CSV {
  /// One row, with its end.
  ///
  /// What a spreadsheet would take for a formula gets an apostrophe in front: some of it comes from other sites.
  static func row(_ cells: [String?]) -> String {
    cells.map { cell in
      var text = cell ?? ""
      if let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
      let isPlain = !text.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
      return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\r\n"
  }
}
