internal import FoundationEssentials

/// A calendar date of which parts may be unknown, as national identifiers and patient lists carry it.
public struct PartialDate: Hashable, Codable, Sendable {
  /// The full year, nil when unknown.
  public let year: Int?
  /// The year's last two digits where the century is not told, else nil.
  public let yearOfCentury: Int?
  /// The month 1–12, nil when unknown.
  public let month: Int?
  /// The day of the month 1–31, nil when unknown.
  public let day: Int?

  /// A date of the parts that are known.
  public init(year: Int? = nil, yearOfCentury: Int? = nil, month: Int? = nil, day: Int? = nil) {
    self.year = year
    self.yearOfCentury = yearOfCentury
    self.month = month
    self.day = day
  }

  /// Reads `YYYY`, `YYYYMM`, `YYYYMMDD`, also with hyphens or dots between the parts; a part of zeros is not known.
  ///
  /// - Returns: nil for any other text, and for a day that does not exist.
  public init?(_ text: String) {
    guard text.utf8.count <= 10 else { return nil }
    var digits = Array(text.utf8)
    for place in [7, 4] where digits.count > place && (digits[place] == 0x2D || digits[place] == 0x2E) {
      digits.remove(at: place)
    }
    guard digits.allSatisfy(\.isDigit), [4, 6, 8].contains(digits.count) else { return nil }
    func number(_ places: Range<Int>) -> Int? {
      guard places.upperBound <= digits.count else { return nil }
      let number = digits[places].reduce(0) { $0 * 10 + Int($1) - 0x30 }
      return number == 0 ? nil : number
    }
    self.init(year: number(0..<4), month: number(4..<6), day: number(6..<8))
    if let month, month > 12 { return nil }
    if let day, day > Self.days(inMonth: month ?? 1, ofYear: year ?? 2000) { return nil }
  }

  /// Whether every part is known.
  public var isFull: Bool { year != nil && month != nil && day != nil }

  /// Whether a part that both know differs; unknown parts contradict nothing.
  public func contradicts(_ other: PartialDate) -> Bool {
    func differ(_ mine: Int?, _ its: Int?) -> Bool {
      guard let mine, let its else { return false }
      return mine != its
    }
    return differ(year, other.year) || differ(lastTwoDigits, other.lastTwoDigits)
      || differ(month, other.month) || differ(day, other.day)
  }

  private var lastTwoDigits: Int? { year.map { $0 % 100 } ?? yearOfCentury }

  /// Whether this lies after `other`, as far as the known parts tell.
  func isAfter(_ other: PartialDate) -> Bool {
    for (mine, its) in [(year, other.year), (month, other.month), (day, other.day)] {
      guard let mine, let its else { return false }
      if mine != its { return mine > its }
    }
    return false
  }

  /// The number of days of a month of the Gregorian calendar; 0 when `month` is none.
  public static func days(inMonth month: Int, ofYear year: Int) -> Int {
    switch month {
    case 1, 3, 5, 7, 8, 10, 12: 31
    case 4, 6, 9, 11: 30
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    default: 0
    }
  }

  /// The current day in UTC, or the day after it: where east of Greenwich the next day has begun.
  static var today: PartialDate {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSinceNow: 14 * 3600))
    return PartialDate(year: parts.year, month: parts.month, day: parts.day)
  }
}

extension PartialDate: CustomStringConvertible {
  /// `YYYY-MM-DD` with a question mark for each digit that is not known.
  public var description: String {
    func digits(_ number: Int?, _ width: Int) -> String {
      number.map { $0.digits(width) } ?? String(repeating: "?", count: width)
    }
    let years = year.map { digits($0, 4) } ?? "??" + digits(yearOfCentury, 2)
    return "\(years)-\(digits(month, 2))-\(digits(day, 2))"
  }
}
