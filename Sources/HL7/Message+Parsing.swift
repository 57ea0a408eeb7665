extension Message {
  /// The longest text that is parsed, in bytes.
  public static let longest = 1 << 20
  /// The most segments, fields, repetitions, components and subcomponents that a message may have in all.
  public static let mostParts = 100_000

  /// Parses a message's bytes as they stand in a file: their character set is the one that MSH-18 names.
  ///
  /// - Throws: ``HL7Error`` as ``init(parsing:)-(String)``, and `characterSet` where the bytes are not text in that set.
  public init(parsing bytes: [UInt8]) throws(HL7Error) {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    guard bytes.count <= Self.longest else {
      throw HL7Error(.tooLong, "the message has \(bytes.count) bytes, and \(Self.longest) are the limit")
    }
    let delimiters = try Delimiters(header: bytes)
    let header = bytes.prefix { $0 != Delimiters.carriageReturn && $0 != Delimiters.lineFeed }
    let fields = header.split(separator: delimiters.field, maxSplits: 18, omittingEmptySubsequences: false)
    let declared = fields.count > 17 ? fields[17].split(separator: delimiters.repetition) : []
    try self.init(parsing: try CharacterSet(declared.map { String(decoding: $0, as: UTF8.self) }).text(bytes))
  }

  /// Parses a message, with the delimiters that its MSH segment names; segments end with CR, LF or both.
  ///
  /// - Throws: ``HL7Error`` when the text is too long, does not begin with MSH, or has a line that is no segment.
  public init(parsing text: String) throws(HL7Error) {
    guard text.utf8.count <= Self.longest else {
      throw HL7Error(.tooLong, "the message has \(text.utf8.count) bytes, and \(Self.longest) are the limit")
    }
    let bytes = Array(text.utf8)
    let delimiters = try Delimiters(header: bytes)
    // Counted first: each part takes more memory than its bytes do.
    guard bytes.count(where: delimiters.separates) < Self.mostParts else {
      throw HL7Error(.tooLong, "the message has more than \(Self.mostParts) parts")
    }
    segments = []
    let lines = bytes.split { $0 == Delimiters.carriageReturn || $0 == Delimiters.lineFeed }
    for (index, line) in lines.enumerated() {
      segments.append(try Segment(parsing: line, line: index + 1, by: delimiters))
    }
  }
}

extension Segment {
  fileprivate init(parsing line: ArraySlice<UInt8>, line number: Int, by delimiters: Delimiters) throws(HL7Error) {
    var parts = line.split(separator: delimiters.field, omittingEmptySubsequences: false)
    let name = parts.removeFirst()
    let isName =
      name.count == 3
      && name.allSatisfy { byte in
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
    guard isName, number == 1 || !name.elementsEqual("MSH".utf8) else {
      throw HL7Error(.segment, "line \(number) does not begin with the name of a segment that may stand there")
    }
    // MSH-2 holds the delimiters themselves.
    if number == 1 { parts.removeFirst() }
    self.init(String(decoding: name, as: UTF8.self), parts.map { Field(parsing: $0, by: delimiters) })
  }
}

extension Field {
  fileprivate init(parsing bytes: ArraySlice<UInt8>, by delimiters: Delimiters) {
    func split(_ part: ArraySlice<UInt8>, _ separator: UInt8) -> [ArraySlice<UInt8>] {
      part.split(separator: separator, omittingEmptySubsequences: false)
    }
    guard !bytes.isEmpty else {
      self.init()
      return
    }
    self.init(
      repetitions: split(bytes, delimiters.repetition).map { repetition in
        split(repetition, delimiters.component).map { component in
          split(component, delimiters.subcomponent).map { delimiters.unescaped($0) }
        }
      })
  }
}

extension Delimiters {
  /// The text of an escaped value (2.5.1, 2.7). What is no escape sequence of known meaning stays as it is.
  fileprivate func unescaped(_ value: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = value
    while let byte = rest.popFirst() {
      guard byte == escape, let end = rest.firstIndex(of: escape), let meaning = meaning(of: rest[..<end]) else {
        bytes.append(byte)
        continue
      }
      bytes += meaning
      rest = rest[rest.index(after: end)...]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func meaning(of sequence: ArraySlice<UInt8>) -> [UInt8]? {
    switch String(decoding: sequence.prefix(4), as: UTF8.self) {
    case "F": return [field]
    case "S": return [component]
    case "T": return [subcomponent]
    case "R": return [repetition]
    case "E": return [escape]
    case "H", "N": return []  // highlighting begins and ends
    case ".br": return [Self.lineFeed]
    default: break
    }
    guard sequence.first == UInt8(ascii: "X"), sequence.count > 1, sequence.count % 2 == 1 else { return nil }
    var digits = sequence.dropFirst()
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() {
      guard let high = Unicode.Scalar(high).hexDigit, let low = Unicode.Scalar(low).hexDigit else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}

extension Unicode.Scalar {
  fileprivate var hexDigit: UInt8? { Character(self).hexDigitValue.map { UInt8(truncatingIfNeeded: $0) } }
}
