/// How a number is written: `9` stands for a digit, `A` for a letter, `X` for either, `S` for a letter, `+` or `-`.
struct Form: Sendable, ExpressibleByStringLiteral {
  let pattern: String

  init(stringLiteral pattern: String) { self.pattern = pattern }

  var length: Int { pattern.utf8.count }

  var isDigitsOnly: Bool { pattern.utf8.allSatisfy { $0 == UInt8(ascii: "9") } }

  func fits(_ number: Number) -> Bool {
    number.count == length
      && zip(pattern.utf8, number.bytes).allSatisfy { place, byte in
        switch place {
        case UInt8(ascii: "9"): byte.isDigit
        case UInt8(ascii: "A"): byte.isLetter
        case UInt8(ascii: "X"): byte.isDigit || byte.isLetter
        default: byte.isLetter || byte.isSign
        }
      }
  }
}

extension UInt8 {
  /// 0–9.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  /// In lower case, where it is a letter.
  var lowerCase: UInt8 { isLetter ? self | 0x20 : self }
  /// A–Z.
  var isLetter: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  /// The sign that tells the century in some countries.
  var isSign: Bool { self == UInt8(ascii: "+") || self == UInt8(ascii: "-") }
}
