/// Rows of values as RFC 4180 defines them, with any separator, CRLF or LF at the line ends, read piece by piece.
///
/// A field is where it lies in the buffer, valid until the next row is read.
final class CSVRows {
  /// A row has at most so many bytes, and so many fields.
  static let longestRow = 1 << 16
  static let mostFields = 256

  private let source: FeedSource
  private let separator: UInt8
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  /// What of the file is in the buffer.
  private var base: Int64
  private var count = 0
  private var isAtEnd = false
  private var position = 0

  private var fields: [(start: Int, end: Int, isEscaped: Bool)] = []
  /// The line on which the row starts, from 1.
  private(set) var line: Int
  private var nextLine: Int
  /// What is wrong with the row as a whole.
  private(set) var problem: String?

  init(_ source: FeedSource, separator: UInt8, offset: Int64 = 0, line: Int = 1, bufferSize: Int = 1 << 19) {
    self.source = source
    self.separator = separator
    base = offset
    self.line = line
    nextLine = line
    buffer = .allocate(capacity: max(bufferSize, 2 * Self.longestRow))
    fields.reserveCapacity(Self.mostFields)
  }

  deinit { buffer.deallocate() }

  /// Where the next row starts.
  var offset: Int64 { base + Int64(position) }
  /// The line on which it starts.
  var lineOfNext: Int { nextLine }
  /// How many fields the row has.
  var fieldCount: Int { fields.count }
  /// Whether the row is a blank line.
  var isBlank: Bool { problem == nil && fields.count == 1 && fields[0].start == fields[0].end }

  /// Goes to a row that was met before.
  func seek(to offset: Int64, line: Int) {
    nextLine = line
    guard offset != self.offset else { return }
    // What was read before may not be as it was: quotation marks were taken out of it.
    if offset > self.offset, offset < base + Int64(count) {
      position = Int(offset - base)
    } else {
      base = offset
      position = 0
      count = 0
      isAtEnd = false
    }
  }

  /// A field without surrounding spaces.
  subscript(index: Int) -> UnsafeRawBufferPointer {
    guard index < fields.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    var (start, end, _) = fields[index]
    while start < end, buffer[start] == 0x20 { start += 1 }
    while end > start, buffer[end - 1] == 0x20 { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
  }

  /// Reads the next row.
  ///
  /// - Returns: false at the end.
  func next() throws -> Bool {
    while true {
      if position < count {
        problem = nil
        switch scan() {
        case .row(let end, let lines):
          line = nextLine
          nextLine += lines
          position = end
          unescape()
          return true
        case .broken(let what):
          guard try skipLine() else { continue }
          problem = what
          return true
        case .unfinished: break
        }
      } else if isAtEnd {
        return false
      }
      try refill()
    }
  }

  private enum Scan {
    case row(end: Int, lines: Int)
    case broken(String)
    case unfinished
  }

  private func scan() -> Scan {
    fields.removeAll(keepingCapacity: true)
    var index = position
    var lines = 1
    while true {
      let start = index
      if index < count, buffer[index] == UInt8(ascii: "\"") {
        var isEscaped = false
        index += 1
        while true {
          guard index < count else { return unfinished("the quotation marks are not closed") }
          let byte = buffer[index]
          if byte == UInt8(ascii: "\"") {
            guard index + 1 < count else {
              if !isAtEnd { return unfinished("") }
              break
            }
            guard buffer[index + 1] == UInt8(ascii: "\"") else { break }
            isEscaped = true
            index += 1
          } else if byte == UInt8(ascii: "\n") {
            lines += 1
          }
          index += 1
        }
        fields.append((start + 1, index, isEscaped))
        index += 1
        if index < count, buffer[index] == UInt8(ascii: "\r") {
          if index + 1 == count, !isAtEnd { return unfinished("") }
          if index + 1 == count || buffer[index + 1] == UInt8(ascii: "\n") { index += 1 }
        }
        guard index >= count || buffer[index] == separator || buffer[index] == UInt8(ascii: "\n") else {
          return .broken("the quotation marks are not closed or stand inside a field")
        }
      } else {
        while index < count, buffer[index] != separator, buffer[index] != UInt8(ascii: "\n") {
          if buffer[index] == UInt8(ascii: "\"") {
            return .broken("the quotation marks are not closed or stand inside a field")
          }
          index += 1
        }
        let isLineEnd = index >= count || buffer[index] == UInt8(ascii: "\n")
        let end = isLineEnd && index > start && buffer[index - 1] == UInt8(ascii: "\r") ? index - 1 : index
        fields.append((start, end, false))
      }
      guard index < count else { return isAtEnd ? .row(end: count, lines: lines) : unfinished("") }
      if index - position > Self.longestRow { return .broken("the row has more than \(Self.longestRow) bytes") }
      let isLineEnd = buffer[index] == UInt8(ascii: "\n")
      index += 1
      if isLineEnd { return .row(end: index, lines: lines) }
      guard fields.count < Self.mostFields else { return .broken("the row has more than \(Self.mostFields) fields") }
    }
  }

  /// At the end of the buffer: more may come, unless the row is too long already or the file ends here.
  private func unfinished(_ what: String) -> Scan {
    if count - position > Self.longestRow { return .broken("the row has more than \(Self.longestRow) bytes") }
    return isAtEnd ? .broken(what) : .unfinished
  }

  /// Goes to the line after the one on which the row starts.
  ///
  /// - Returns: false where the buffer ends before: it is to be refilled, and the row read again.
  private func skipLine() throws -> Bool {
    var index = position
    while index < count, buffer[index] != UInt8(ascii: "\n") { index += 1 }
    if index == count, !isAtEnd {
      guard index - position > Self.longestRow else {
        try refill()
        return false
      }
      // A line without end: what follows is another broken row, and counts as such.
    }
    line = nextLine
    nextLine += index < count ? 1 : 0
    position = min(index + 1, count)
    fields.removeAll(keepingCapacity: true)
    return true
  }

  /// Takes one of each two quotation marks out, once the row is known to be whole.
  private func unescape() {
    for index in fields.indices where fields[index].isEscaped {
      var target = fields[index].start
      var from = target
      while from < fields[index].end {
        buffer[target] = buffer[from]
        if buffer[from] == UInt8(ascii: "\"") { from += 1 }
        target += 1
        from += 1
      }
      fields[index].end = target
    }
  }

  private func refill() throws {
    let rest = count - position
    if position > 0, rest > 0, let start = buffer.baseAddress {
      start.update(from: start + position, count: rest)
    }
    base += Int64(position)
    position = 0
    count = rest
    let room = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[rest...])
    let read = try source.fill(room, at: base + Int64(rest))
    if read < room.count { isAtEnd = true }
    count += read
  }
}
