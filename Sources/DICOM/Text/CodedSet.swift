/// One coded character set that ISO 2022 escape sequences can put into the lower (G0) or upper (G1) half of a byte
/// (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5).
enum CodedSet: Hashable, Sendable {
  case ascii
  /// JIS X 0201: ASCII but for ¥ and ‾, and half-width katakana.
  case romaji, katakana
  /// The upper half of a set of the ISO 8859 family, or TIS 620, by the C library's name.
  case upper(String)
  /// Two bytes a character; the JIS sets in G0, the others in G1.
  case jisX0208, jisX0212, ksX1001, gb2312

  var isLower: Bool {
    switch self {
    case .ascii, .romaji, .jisX0208, .jisX0212: true
    case .katakana, .upper, .ksX1001, .gb2312: false
    }
  }

  var isDouble: Bool {
    switch self {
    case .ascii, .romaji, .katakana, .upper: false
    case .jisX0208, .jisX0212, .ksX1001, .gb2312: true
    }
  }

  /// What follows the escape byte to designate the set.
  var escape: [UInt8] {
    let text =
      switch self {
      case .ascii: "(B"
      case .romaji: "(J"
      case .katakana: ")I"
      case .jisX0208: "$B"
      case .jisX0212: "$(D"
      case .ksX1001: "$)C"
      case .gb2312: "$)A"
      case .upper(let name): "-" + (CodedSet.finals.first { $0.name == name }?.final ?? "A")
      }
    return Array(text.utf8)
  }

  private static let finals = [
    (name: "ISO-8859-1", final: "A"), (name: "ISO-8859-2", final: "B"), (name: "ISO-8859-3", final: "C"),
    (name: "ISO-8859-4", final: "D"), (name: "ISO-8859-5", final: "L"), (name: "ISO-8859-6", final: "G"),
    (name: "ISO-8859-7", final: "F"), (name: "ISO-8859-8", final: "H"), (name: "ISO-8859-9", final: "M"),
    (name: "ISO-8859-15", final: "b"), (name: "TIS-620", final: "T"),
  ]

  static let all: [CodedSet] =
    [.ascii, .romaji, .katakana, .jisX0208, .jisX0212, .ksX1001, .gb2312] + finals.map { .upper($0.name) }

  /// JIS X 0201's lower half: ASCII with two characters replaced.
  static func romaji(_ byte: UInt8) -> Unicode.Scalar {
    switch byte {
    case 0x5C: "¥"
    case 0x7E: "‾"
    default: Unicode.Scalar(byte & 0x7F)
    }
  }

  /// The text of bytes that were written in this set, in whichever half.
  func text(_ bytes: ArraySlice<UInt8>) -> String? {
    switch self {
    case .ascii: String(validating: bytes, as: UTF8.self)
    case .romaji: bytes.reduce(into: "") { $0.unicodeScalars.append(CodedSet.romaji($1)) }
    // The encodings of the EUC family hold the same sets, marked by their upper bits.
    case .katakana: Conversions.text(bytes.flatMap { [0x8E, $0] }, from: "EUC-JP")
    case .upper(let name): Conversions.text(bytes, from: name)
    case .jisX0208: Conversions.text(bytes.map { $0 | 0x80 }, from: "EUC-JP")
    case .jisX0212:
      Conversions.text(
        bytes.enumerated().flatMap { $0.offset % 2 == 0 ? [0x8F, $0.element | 0x80] : [$0.element | 0x80] },
        from: "EUC-JP")
    case .ksX1001: Conversions.text(bytes, from: "EUC-KR")
    case .gb2312: Conversions.text(bytes, from: "EUC-CN")
    }
  }

  /// The bytes of one character in this set, or nil where it is not in it.
  func bytes(_ character: Unicode.Scalar) -> [UInt8]? {
    let text = String(character)
    switch self {
    case .ascii: return character.isASCII ? [UInt8(character.value)] : nil
    case .romaji: return (0..<0x80).first { CodedSet.romaji($0) == character }.map { [$0] }
    case .katakana:
      guard let bytes = Conversions.bytes(text, in: "EUC-JP"), bytes.count == 2, bytes[0] == 0x8E else { return nil }
      return [bytes[1]]
    case .upper(let name):
      guard let bytes = Conversions.bytes(text, in: name), bytes.count == 1, bytes[0] >= 0xA0 else { return nil }
      return bytes
    case .jisX0208:
      guard let bytes = Conversions.bytes(text, in: "EUC-JP"), bytes.count == 2, bytes[0] >= 0xA1 else { return nil }
      return bytes.map { $0 & 0x7F }
    case .jisX0212:
      guard let bytes = Conversions.bytes(text, in: "EUC-JP"), bytes.count == 3, bytes[0] == 0x8F else { return nil }
      return bytes.dropFirst().map { $0 & 0x7F }
    case .ksX1001: return Conversions.bytes(text, in: "EUC-KR").flatMap { $0.count == 2 ? $0 : nil }
    case .gb2312: return Conversions.bytes(text, in: "EUC-CN").flatMap { $0.count == 2 ? $0 : nil }
    }
  }
}
