/// The tag of a data element: a group and an element number (PS3.5 7.1.1).
public struct Tag: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Group in the upper, element in the lower sixteen bits.
  let rawValue: UInt32

  init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The tag of `group` and `element`.
  public init(_ group: UInt16, _ element: UInt16) {
    rawValue = UInt32(group) << 16 | UInt32(element)
  }

  /// Reads `(0010,0020)`, `00100020`, or the keyword `PatientID` of an attribute in this module's dictionary.
  public init?(_ text: String) {
    var digits = Substring(text)
    if digits.hasPrefix("("), digits.hasSuffix(")") { digits = digits.dropFirst().dropLast() }
    let halves = digits.split(separator: ",", omittingEmptySubsequences: false)
    if halves.count == 2 {
      guard let group = UInt16(hexadecimal: halves[0]), let element = UInt16(hexadecimal: halves[1]) else { return nil }
      self.init(group, element)
    } else if text.utf8.count == 8, let group = UInt16(hexadecimal: text.prefix(4)),
      let element = UInt16(hexadecimal: text.suffix(4))
    {
      self.init(group, element)
    } else if let tag = DataDictionary.tag(keyword: text) {
      self = tag
    } else {
      return nil
    }
  }

  /// The group number.
  public var group: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }

  /// The element number.
  public var element: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

  /// Whether the group is odd: the element belongs to a vendor (PS3.5 7.8).
  public var isPrivate: Bool { group % 2 == 1 }

  /// The attribute's keyword (PS3.6), where the dictionary has it.
  public var keyword: String? { DataDictionary.entry(self)?.keyword }

  /// `(gggg,eeee)`, hexadecimal in capitals.
  public var description: String {
    func digit(_ place: UInt32) -> UInt8 {
      let value = UInt8(truncatingIfNeeded: rawValue >> (4 * place)) & 0xF
      return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
    let text = [
      UInt8(ascii: "("), digit(7), digit(6), digit(5), digit(4),
      UInt8(ascii: ","), digit(3), digit(2), digit(1), digit(0), UInt8(ascii: ")"),
    ]
    return String(decoding: text, as: UTF8.self)
  }

  /// Orders by group, then element, as data sets are sorted.
  public static func < (left: Tag, right: Tag) -> Bool { left.rawValue < right.rawValue }

  /// (gggg,0000), retired: the length of the group's other elements (PS3.5 7.2).
  var isGroupLength: Bool { element == 0 }

  /// (gggg,0010-00FF) of an odd group: names the vendor of a block of private elements (PS3.5 7.8.1).
  var isPrivateCreator: Bool { isPrivate && (0x10...0xFF).contains(element) }

  /// Pixel data of any kind: never kept in memory.
  var isPixelData: Bool { self == .pixelData || self == Tag(0x7FE0, 0x0008) || self == Tag(0x7FE0, 0x0009) }

  static let item = Tag(0xFFFE, 0xE000)
  static let itemDelimiter = Tag(0xFFFE, 0xE00D)
  static let sequenceDelimiter = Tag(0xFFFE, 0xE0DD)
}

extension UInt16 {
  /// Exactly four hexadecimal digits; no sign, no prefix.
  fileprivate init?(hexadecimal text: Substring) {
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let value = UInt16(text, radix: 16) else { return nil }
    self = value
  }
}
