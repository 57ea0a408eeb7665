internal import NationalID

/// A day of the Gregorian calendar that exists.
struct Day: Equatable {
  /// `YYYYMMDD`.
  let text: String

  init?(_ year: Int, _ month: Int, _ day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= PartialDate.days(inMonth: month, ofYear: year)
    else { return nil }
    let number = String(year * 10000 + month * 100 + day)
    text = String(repeating: "0", count: 8 - number.count) + number
  }

  /// Reads `YYYYMMDD`.
  init?(text: String) {
    guard text.utf8.count == 8, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
      return nil
    }
    self.init(number / 10000, number / 100 % 100, number % 100)
  }
}
