/// Reads the resources of a file of JSON one after the other: of a Bundle, of an array, one a line (NDJSON), or a single one.
///
/// The file is looked through in portions, and only one resource is in memory at a time. What lies around the resources,
/// such as a Bundle's own elements, is passed over.
public struct ResourceReader {
  /// The longest resource that is read, in bytes, with what a Bundle says of it.
  public static let longest = 4 << 20
  /// The deepest that objects and arrays may lie in one another.
  public static let deepest = 100

  /// The bytes of an entry of a Bundle (an object with a `resource`) or of a resource, or why it is none.
  public struct Element: Sendable {
    /// Its number in the file, from 1.
    public let number: Int
    /// Its JSON.
    public let json: Result<[UInt8], FHIRError>
  }

  private let read: (Int) throws -> [UInt8]
  private var portion: ArraySlice<UInt8> = []
  private var number = 0
  private var scanner = JSONScanner(longest: Self.longest, deepest: Self.deepest)
  private var isAtEnd = false

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

  /// The next element; nil at the end.
  ///
  /// - Throws: ``FHIRError`` `json` where the file is not JSON, so that no next element can be found; what reading throws.
  public mutating func next() throws -> Element? {
    while !isAtEnd {
      if portion.isEmpty { portion = try read(1 << 16)[...] }
      guard let byte = portion.popFirst() else {
        isAtEnd = true
        if scanner.isInside { throw FHIRError(.json, "the file ends in the middle of element \(number + 1)") }
        return nil
      }
      if let json = try scanner.take(byte) {
        number += 1
        return Element(number: number, json: json)
      }
    }
    return nil
  }
}

/// Finds the objects that are elements, byte by byte: each object at the top or in an array at the top, and each in an
/// `entry` of an object at the top, which then is none itself.
struct JSONScanner {
  private let longest: Int
  private let deepest: Int

  /// What is open, from the outside in: `{` or `[`.
  private var open: [UInt8] = []
  private var isInString = false
  private var isEscaped = false
  /// The string that was read last in an object at the top, as far as a key's name is needed.
  private var word: [UInt8] = []
  private var isEntryNext = false
  /// How deep the array lies whose objects are elements; nil outside one.
  private var array: Int?
  /// How deep the object lies that is gathered.
  private var element: Int?
  private var gathered: [UInt8] = []
  private var isTooLong = false
  private var hadEntries = false

  init(longest: Int, deepest: Int) {
    self.longest = longest
    self.deepest = deepest
  }

  var isInside: Bool { !open.isEmpty }

  /// Takes the next byte.
  ///
  /// - Returns: an element that ends with it, or that it was too long.
  /// - Throws: ``FHIRError`` `json` where brackets do not match, or lie too deep.
  mutating func take(_ byte: UInt8) throws(FHIRError) -> Result<[UInt8], FHIRError>? {
    gather(byte)
    if isInString {
      string(byte)
      return nil
    }
    switch byte {
    case UInt8(ascii: "\""):
      isInString = true
      word = []
    case UInt8(ascii: ":") where open.count == 1: isEntryNext = word == Array("entry".utf8)
    case UInt8(ascii: ","): isEntryNext = false
    case UInt8(ascii: "{"), UInt8(ascii: "["): try begin(byte)
    case UInt8(ascii: "}"), UInt8(ascii: "]"): return try end(byte)
    case _ where open.isEmpty && !Self.isSpace(byte):
      throw FHIRError(.json, "something other than an object or an array stands at the top")
    default: break
    }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    // A byte order mark counts as space; so does RFC 7464's record separator.
    [0x09, 0x0A, 0x0D, 0x20, 0xEF, 0xBB, 0xBF, 0x1E].contains(byte)
  }

  private mutating func string(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      return
    }
    if word.count < 8 { word.append(byte) }
  }

  private mutating func begin(_ byte: UInt8) throws(FHIRError) {
    guard open.count < deepest else { throw FHIRError(.json, "objects lie more than \(deepest) deep in one another") }
    open.append(byte)
    if byte == UInt8(ascii: "[") {
      if open.count == 1 || (open.count == 2 && isEntryNext && open[0] == UInt8(ascii: "{")) {
        array = open.count
        // The Bundle is not gathered any further: its entries are.
        element = nil
        hadEntries = true
      }
    } else if element == nil, open.count == (array ?? 0) + 1, !(hadEntries && array == nil) {
      element = open.count
      gathered = [byte]
      isTooLong = false
    }
    isEntryNext = false
  }

  private mutating func end(_ byte: UInt8) throws(FHIRError) -> Result<[UInt8], FHIRError>? {
    guard let opened = open.popLast(), (opened == UInt8(ascii: "{")) == (byte == UInt8(ascii: "}")) else {
      throw FHIRError(.json, "a bracket is closed that is not open")
    }
    if let array, open.count < array { self.array = nil }
    defer { if open.isEmpty { hadEntries = false } }
    guard let element, open.count < element else { return nil }
    self.element = nil
    defer { gathered = [] }
    return isTooLong
      ? .failure(FHIRError(.tooLong, "the resource has more than \(longest) bytes")) : .success(gathered)
  }

  private mutating func gather(_ byte: UInt8) {
    guard element != nil, !isTooLong else { return }
    gathered.append(byte)
    if gathered.count > longest {
      isTooLong = true
      gathered = []
    }
  }
}
