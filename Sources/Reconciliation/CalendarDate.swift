import NationalID

/// A day of the Gregorian calendar that exists.
struct CalendarDate: Hashable, Comparable, Sendable {
  let year: Int
  let month: Int
  let day: Int

  /// Reads `YYYYMMDD`, `YYYY-MM-DD`, and the `YYYY.MM.DD` of ACR-NEMA (PS3.5 6.2, DA).
  init?(_ text: String) {
    var digits = Array(text.utf8)
    if digits.count == 10 {
      guard digits[4] == digits[7], digits[4] == UInt8(ascii: "-") || digits[4] == UInt8(ascii: ".") else { return nil }
      digits.remove(at: 7)
      digits.remove(at: 4)
    }
    let values = digits.map { Int($0) - 0x30 }
    guard values.count == 8, values.allSatisfy({ (0...9).contains($0) }) else { return nil }
    func number(_ range: Range<Int>) -> Int { values[range].reduce(0) { $0 * 10 + $1 } }
    year = number(0..<4)
    month = number(4..<6)
    day = number(6..<8)
    guard year > 0, (1...12).contains(month), day >= 1, day <= PartialDate.days(inMonth: month, ofYear: year) else {
      return nil
    }
  }

  /// `YYYYMMDD`.
  var text: String { Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2) }

  static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
