internal import FoundationEssentials
internal import NationalID

/// Times and dates as messages write them.
enum FeedTime {
  /// The instant of an HL7 time stamp, `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]` (2.5.1, 2A.22); without its zone it is in this
  /// machine's.
  static func instant(hl7 text: String) -> Date? {
    let zoneStart = text.firstIndex { $0 == "+" || $0 == "-" } ?? text.endIndex
    let digits = Array(text[..<zoneStart].prefix { $0 != "." }.utf8)
    guard digits.count >= 4, digits.count <= 14, digits.count.isMultiple(of: 2), digits.allSatisfy(isDigit) else {
      return nil
    }
    func part(_ range: Range<Int>, _ otherwise: Int) -> Int {
      range.upperBound > digits.count ? otherwise : number(digits[range])
    }
    let (hour, minute, second) = (part(8..<10, 0), part(10..<12, 0), part(12..<14, 0))
    guard let day = Day(part(0..<4, 0), part(4..<6, 1), part(6..<8, 1)), hour < 24, minute < 60, second < 61 else {
      return nil
    }
    let asIfUTC = Date(timeIntervalSince1970: day.secondsSince1970 + Double(hour * 3600 + minute * 60 + second))
    guard zoneStart < text.endIndex else {
      return asIfUTC.addingTimeInterval(-Double(TimeZone.current.secondsFromGMT(for: asIfUTC)))
    }
    let zone = Array(text[text.index(after: zoneStart)...].utf8)
    guard zone.count == 4, zone.allSatisfy(isDigit) else { return nil }
    let offset = Double(number(zone[0..<2]) * 3600 + number(zone[2..<4]) * 60)
    return asIfUTC.addingTimeInterval(text[zoneStart] == "+" ? -offset : offset)
  }

  /// The instant of a FHIR `instant`, `YYYY-MM-DDThh:mm:ss.sss+zz:zz`.
  static func instant(fhir text: String) -> Date? {
    (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      ?? (try? Date(text, strategy: .iso8601))
  }

  /// What a message says of a day that the index keeps in full: a part of a date tells nothing, and a time is cut off.
  ///
  /// - Returns: nil where there is no such day.
  static func day(_ text: String) -> Field<String>? {
    // FHIR writes `YYYY-MM-DD`, HL7 `YYYYMMDD`, where a hyphen begins a zone.
    let isHyphenated = text.dropFirst(4).first == "-"
    let date = isHyphenated ? text.prefix { $0 != "T" } : text.prefix { $0.isNumber }.prefix(8)
    guard let partial = PartialDate(String(date)) else { return nil }
    guard let year = partial.year, let month = partial.month, let number = partial.day else { return .leave }
    return Day(year, month, number).map { .set($0.text) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func number(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1) - 0x30 } }
}

extension Day {
  /// The beginning of the day in UTC, by the days of the Gregorian calendar.
  fileprivate var secondsSince1970: Double {
    let number = Int(text) ?? 0
    // Years that begin in March have their leap day at the end.
    let month = number / 100 % 100
    let year = number / 10000 - (month < 3 ? 1 : 0)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + number % 100 - 1
    let days = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    return Double(days) * 86400
  }
}
