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
