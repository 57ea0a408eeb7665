/// Why a text is not the JSON that it should be. The sentence quotes nothing of the text, which is foreign.
struct JSONFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Reads JSON (RFC 8259) as a stream, value by value, with memory independent of the text's length.
///
/// The caller asks for what must come next, so that nothing is held but one text at a time. Depth, the length of a text
/// and the number of keys and elements are bounded. All faults of the text are ``JSONFault``s; what the input throws comes
/// out as it is.
final class JSONReader {
  /// What a text may be.
  struct Limits {
    var depth = 8
    /// Bytes of one text.
    var text = 64 << 10
    /// Keys and elements in all.
    var elements = Int.max
  }

  private enum Container { case object, array }

  private let input: (UnsafeMutableRawBufferPointer) throws -> Int
  private let limits: Limits
  private let buffer: UnsafeMutableRawBufferPointer
  private var position = 0
  private var end = 0
  private var isAtEnd = false
  private var open: [(container: Container, isFirst: Bool)] = []
  private var elements = 0
  private var scratch: [UInt8] = []

  /// - Parameters:
  ///   - capacity: the size of the memory that `input` is asked to fill.
  ///   - input: writes some of the text and returns how many bytes; 0 at the end.
  init(
    limits: Limits, capacity: Int = 64 << 10, input: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) {
    self.limits = limits
    self.input = input
    buffer = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { buffer.deallocate() }

  // MARK: Containers

  /// Enters an object; ``nextKey()`` then leads through it.
  func beginObject() throws { try begin(.object, with: UInt8(ascii: "{"), "an object") }

  /// Enters an array; ``nextElement()`` then leads through it.
  func beginArray() throws { try begin(.array, with: UInt8(ascii: "["), "an array") }

  /// The object's next key, whose value must be read next; nil at its end.
  func nextKey() throws -> String? {
    guard try goOn(in: .object, until: UInt8(ascii: "}")) else { return nil }
    let key = try text()
    guard try next() == UInt8(ascii: ":") else { throw JSONFault("is not valid JSON") }
    position += 1
    return key
  }

  /// Whether there is another element, which must be read next.
  func nextElement() throws -> Bool { try goOn(in: .array, until: UInt8(ascii: "]")) }

  /// The end of the text: nothing but white space may follow.
  func finish() throws {
    guard open.isEmpty, try next() == nil else { throw JSONFault("does not end where it should") }
  }

  private func begin(_ container: Container, with byte: UInt8, _ name: String) throws {
    guard try next() == byte else { throw JSONFault("lacks \(name) where one is due") }
    guard open.count < limits.depth else { throw JSONFault("is deeper than \(limits.depth) levels") }
    position += 1
    open.append((container, true))
  }

  private func goOn(in container: Container, until close: UInt8) throws -> Bool {
    guard let top = open.last, top.container == container else { throw JSONFault("is not valid JSON") }
    let byte = try next()
    if byte == close {
      position += 1
      open.removeLast()
      return false
    }
    if !top.isFirst {
      guard byte == UInt8(ascii: ",") else { throw JSONFault("is not valid JSON") }
      position += 1
    }
    open[open.count - 1].isFirst = false
    elements += 1
    guard elements <= limits.elements else { throw JSONFault("has more than \(limits.elements) keys and elements") }
    return true
  }

  // MARK: Values

  /// A text: UTF-8, checked.
  func text() throws -> String {
    guard try next() == UInt8(ascii: "\"") else { throw JSONFault("lacks a text where one is due") }
    position += 1
    scratch.removeAll(keepingCapacity: true)
    while true {
      guard let byte = try peek() else { throw JSONFault("is cut off") }
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        position += 1
        try escape()
      } else {
        try plain()
      }
      guard scratch.count <= limits.text else { throw JSONFault("has a text of more than \(limits.text) bytes") }
    }
    position += 1
    guard let text = String(validating: scratch, as: UTF8.self) else { throw JSONFault("is not UTF-8") }
    return text
  }

  /// A number without fraction and exponent.
  func integer() throws -> Int64 {
    guard let number = Int64(try numeral()) else { throw JSONFault("lacks an integer where one is due") }
    return number
  }

  /// A number.
  func number() throws -> Double {
    guard let number = Double(try numeral()), number.isFinite else { throw JSONFault("has a number that cannot be") }
    return number
  }

  /// Passes over `null`, if that is what comes.
  ///
  /// - Returns: whether it was there.
  func null() throws -> Bool {
    guard try next() == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  /// `true` or `false`.
  func bool() throws -> Bool {
    guard try next() == UInt8(ascii: "t") else {
      try literal("false")
      return false
    }
    try literal("true")
    return true
  }

  /// Passes over a value of any kind.
  func skip() throws {
    switch try next() {
    case UInt8(ascii: "{"):
      try beginObject()
      while try nextKey() != nil { try skip() }
    case UInt8(ascii: "["):
      try beginArray()
      while try nextElement() { try skip() }
    case UInt8(ascii: "\""): _ = try text()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: _ = try numeral()
    }
  }

  // MARK: Parts of values

  /// Takes the bytes of a text that stand for themselves, as far as they are in memory.
  private func plain() throws {
    let start = position
    while position < end {
      let byte = buffer[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      guard byte >= 0x20 else { throw JSONFault("has a control character in a text") }
      position += 1
    }
    scratch.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[start..<position]))
  }

  private func escape() throws {
    guard let byte = try take() else { throw JSONFault("is cut off") }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(byte)
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0C)
    case UInt8(ascii: "n"): scratch.append(0x0A)
    case UInt8(ascii: "r"): scratch.append(0x0D)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      var value = try codeUnit()
      if (0xD800..<0xDC00).contains(value) {
        guard try take() == UInt8(ascii: "\\"), try take() == UInt8(ascii: "u") else { throw Self.loneSurrogate }
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw Self.loneSurrogate }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw Self.loneSurrogate }
      scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw JSONFault("has an escape that JSON does not know")
    }
  }

  private static let loneSurrogate = JSONFault("has half of a surrogate pair")

  private func codeUnit() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = try take(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw JSONFault("has an escape that JSON does not know")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private func literal(_ word: StaticString) throws {
    for index in 0..<word.utf8CodeUnitCount {
      guard try take() == word.utf8Start[index] else { throw JSONFault("is not valid JSON") }
    }
  }

  /// A number as it is written (RFC 8259, 6).
  private func numeral() throws -> String {
    scratch.removeAll(keepingCapacity: true)
    var byte = try next()
    func take() throws {
      if let byte { scratch.append(byte) }
      guard scratch.count <= 64 else { throw JSONFault("has a number of more than 64 characters") }
      position += 1
      byte = try peek()
    }
    func isDigit() -> Bool { byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false }
    func digits() throws {
      guard isDigit() else { throw JSONFault("lacks a value where one is due") }
      while isDigit() { try take() }
    }
    if byte == UInt8(ascii: "-") { try take() }
    if byte == UInt8(ascii: "0") { try take() } else { try digits() }
    if byte == UInt8(ascii: ".") {
      try take()
      try digits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      try take()
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { try take() }
      try digits()
    }
    return String(decoding: scratch, as: UTF8.self)
  }

  // MARK: Bytes

  /// The next byte behind white space; nil at the end.
  private func next() throws -> UInt8? {
    repeat {
      while position < end {
        let byte = buffer[position]
        guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
        position += 1
      }
    } while try peek() != nil
    return nil
  }

  private func take() throws -> UInt8? {
    let byte = try peek()
    if byte != nil { position += 1 }
    return byte
  }

  private func peek() throws -> UInt8? {
    if position == end {
      if isAtEnd { return nil }
      position = 0
      end = 0
      end = try input(buffer)
      isAtEnd = end == 0
      if isAtEnd { return nil }
    }
    return buffer[position]
  }
}
