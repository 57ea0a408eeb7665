/// Reads messages out of a file, one after the other: alone, in a batch (FHS, BHS), or as they went over a line (MLLP).
///
/// Bytes come in portions, and of a message that is too long nothing is kept, so that memory stays bounded whatever the
/// file is. A message that cannot be read is told, and the next one is read.
public struct MessageReader {
  /// A message, or why it is none.
  public struct Entry: Sendable {
    /// The line of its MSH segment, from 1. A line ends with CR, LF, or CR and LF.
    public let line: Int
    /// The message.
    public let message: Result<Message, HL7Error>
  }

  private let read: (Int) throws -> [UInt8]
  private var portion: ArraySlice<UInt8> = []
  private var line: [UInt8] = []
  private var lineNumber = 1
  private var lastWasCarriageReturn = false
  private var gathered = Gathered()

  /// A reader.
  ///
  /// - Parameter read: the file's next bytes, at most so many; none at its end.
  public init(read: @escaping (_ count: Int) throws -> [UInt8]) { self.read = read }

  /// A reader of bytes in memory.
  public init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    self.init { count in
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }

  /// The next message; nil at the end.
  ///
  /// - Throws: what reading the file throws.
  public mutating func next() throws -> Entry? {
    while let number = try nextLine() {
      let finished = gathered.add(line, number)
      if let entry = finished?.entry { return entry }
    }
    return gathered.finish()?.entry
  }

  /// Reads the next line into `line`, without what ends it and without MLLP's block characters.
  ///
  /// - Returns: its number; nil at the end.
  private mutating func nextLine() throws -> Int? {
    line.removeAll(keepingCapacity: true)
    while true {
      if portion.isEmpty { portion = try read(1 << 16)[...] }
      guard !portion.isEmpty else { return line.isEmpty ? nil : lineNumber }
      if lastWasCarriageReturn, portion.first == Delimiters.lineFeed { portion.removeFirst() }
      lastWasCarriageReturn = false
      let end = portion.firstIndex { $0 == Delimiters.carriageReturn || $0 == Delimiters.lineFeed }
      // One byte beyond the limit tells that it is exceeded.
      let room = Message.longest + 1 - line.count
      line += portion[..<(end ?? portion.endIndex)].prefix(room)
      guard let end else {
        portion = []
        continue
      }
      lastWasCarriageReturn = portion[end] == Delimiters.carriageReturn
      portion = portion[(end + 1)...]
      defer { lineNumber += 1 }
      return lineNumber
    }
  }
}

/// The lines of a message that is being read.
private struct Gathered {
  private var bytes: [UInt8] = []
  private var line = 0
  private var isTooLong = false

  /// Adds a line.
  ///
  /// - Returns: the message before, where the line does not belong to it.
  mutating func add(_ text: [UInt8], _ number: Int) -> Gathered? {
    // The block characters of MLLP stand before a message and after its last line (2.5.1, appendix C).
    let text = text.drop { $0 == 0x0B || $0 == 0x1C || $0 == 0x20 }.filter { $0 != 0x1C }
    if text.isEmpty { return nil }
    if ["FHS", "BHS", "BTS", "FTS"].contains(where: { text.starts(with: $0.utf8) }) { return finish() }
    let finished = text.starts(with: "MSH".utf8) ? finish() : nil
    if bytes.isEmpty, !isTooLong { line = number }
    if isTooLong || bytes.count + text.count >= Message.longest {
      isTooLong = true
      bytes = []
    } else {
      bytes += text + [Delimiters.carriageReturn]
    }
    return finished
  }

  /// Begins anew.
  ///
  /// - Returns: what was gathered; nil where there is nothing.
  mutating func finish() -> Gathered? {
    guard !bytes.isEmpty || isTooLong else { return nil }
    defer { self = Gathered() }
    return self
  }

  var entry: MessageReader.Entry {
    do throws(HL7Error) {
      guard !isTooLong else { throw HL7Error(.tooLong, "the message has more than \(Message.longest) bytes") }
      return .init(line: line, message: .success(try Message(parsing: bytes)))
    } catch {
      return .init(line: line, message: .failure(error))
    }
  }
}
