/// Rows of comma-separated values as RFC 4180 defines them, with CRLF or LF at the line ends.
struct CSVReader {
  struct Row {
    /// The line on which the row starts, from 1.
    let line: Int
    var fields: [ArraySlice<UInt8>]
  }

  private let bytes: [UInt8]
  private var position: Int
  private var line = 1

  /// Reads from the bytes, skipping a byte order mark.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next row, nil at the end; a row that breaks the quoting rules is skipped and reported.
  mutating func next() -> Result<Row, ReconciliationError.LineError>? {
    guard position < bytes.count else { return nil }
    var row = Row(line: line, fields: [])
    while true {
      guard let field = field() else {
        skipLine()
        return .failure(.init(line: row.line, message: "the quotation marks are not closed or stand inside a field"))
      }
      row.fields.append(field)
      guard position < bytes.count else { return .success(row) }
      let separator = bytes[position]
      position += 1
      if separator == UInt8(ascii: ",") { continue }
      if separator == UInt8(ascii: "\r"), position < bytes.count { position += 1 }  // the LF, as field() saw
      line += 1
      return .success(row)
    }
  }

  /// One field up to its separator; nil where the quoting is broken.
  private mutating func field() -> ArraySlice<UInt8>? {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return plainField() }
    position += 1
    var value: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
          return isAtSeparator ? value[...] : nil
        }
        position += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      value.append(byte)
    }
    return nil
  }

  private mutating func plainField() -> ArraySlice<UInt8>? {
    let start = position
    while !isAtSeparator {
      guard bytes[position] != UInt8(ascii: "\"") else { return nil }
      position += 1
    }
    return bytes[start..<position]
  }

  /// At a comma, a line end or the end of the text.
  private var isAtSeparator: Bool {
    guard position < bytes.count else { return true }
    switch bytes[position] {
    case UInt8(ascii: ","), UInt8(ascii: "\n"): return true
    case UInt8(ascii: "\r"): return position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n")
    default: return false
    }
  }

  private mutating func skipLine() {
    while position < bytes.count {
      position += 1
      if bytes[position - 1] == UInt8(ascii: "\n") {
        line += 1
        return
      }
    }
  }
}
