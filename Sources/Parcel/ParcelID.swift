internal import FoundationEssentials

/// The name of a parcel: a UUID in lower case; those that this site makes are version 7 (RFC 9562), so that they sort
/// by time.
public struct ParcelID: Hashable, Sendable, CustomStringConvertible {
  /// 36 characters: `01939d3e-…`.
  public let text: String

  /// A new one, of this moment.
  public init() {
    let milliseconds = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
    let random = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
    let high = milliseconds << 16 | 0x7000 | (random.0 & 0x0FFF)
    let low = 0x8000_0000_0000_0000 | (random.1 >> 2)
    let digits = hexadecimal(withUnsafeBytes(of: (high.bigEndian, low.bigEndian), Array.init))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    self.text = text
  }

  /// A name that came from elsewhere: nil unless it is a UUID in lower case, and so harmless as a file name.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return nil }
    for (index, byte) in bytes.enumerated() {
      switch index {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
      default: guard isHexadecimal(byte) else { return nil }
      }
    }
    self.text = text
  }

  /// The name.
  public var description: String { text }
}

/// Lower-case hexadecimal.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// Whether a byte is a lower-case hexadecimal digit.
func isHexadecimal(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}

/// Whether a text is a SHA-256 in lower-case hexadecimal.
func isDigest(_ text: String) -> Bool { text.utf8.count == 64 && text.utf8.allSatisfy(isHexadecimal) }

/// Whether a text is a UID (PS3.5 9.1): digits and periods, at most 64. Leading zeros of a component, which the standard
/// forbids and devices write, are let pass: they are harmless.
public func isUID(_ text: String) -> Bool {
  let bytes = text.utf8
  return (1...64).contains(bytes.count) && bytes.first != UInt8(ascii: ".") && bytes.last != UInt8(ascii: ".")
    && bytes.allSatisfy { $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    && !text.contains("..")
}
