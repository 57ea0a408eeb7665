/// A calendar date of which parts may be unknown, as national identifiers carry it.
public struct PartialDate: Hashable, Codable, Sendable {
  /// The full year, nil when unknown.
  public let year: Int?
  /// The year's last two digits where the identifier does not tell the century, else nil.
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

  /// Whether a known part differs from the given full date; unknown parts contradict nothing.
  public func contradicts(year: Int, month: Int, day: Int) -> Bool {
    func differs(_ known: Int?, _ given: Int) -> Bool { known.map { $0 != given } ?? false }
    return differs(self.year, year) || differs(yearOfCentury, year % 100)
      || differs(self.month, month) || differs(self.day, day)
  }

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
}
