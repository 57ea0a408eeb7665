/// A date (DA, PS3.5 6.2), in the Gregorian calendar.
public struct DICOMDate: Hashable, Sendable, CustomStringConvertible {
  /// The year, 0 to 9999.
  public let year: Int
  /// The month, 1 to 12.
  public let month: Int
  /// The day, 1 to the last of the month.
  public let day: Int

  /// Reads `YYYYMMDD`, and the `YYYY.MM.DD` of old files; nil for what is no day of the calendar.
  public init?(_ text: String) {
    let dots = text.utf8.count == 10 && text.utf8.dropFirst(4).first == UInt8(ascii: ".")
    let digits = dots ? text.replacing(".", with: "") : text
    guard digits.utf8.count == 8, let numbers = digits.digits([4, 2, 2]) else { return nil }
    (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard (1...12).contains(month), (1...DICOMDate.days(month, year)).contains(day) else { return nil }
  }

  /// `YYYYMMDD`.
  public var description: String { year.padded(4) + month.padded(2) + day.padded(2) }

  static func days(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// A time of day (TM, PS3.5 6.2), as precise as it was written.
public struct DICOMTime: Hashable, Sendable, CustomStringConvertible {
  /// The hour, 0 to 23.
  public let hour: Int
  /// The minute, 0 to 59.
  public let minute: Int?
  /// The second, 0 to 60: a leap second counts.
  public let second: Int?
  /// The digits of the second's fraction, at most six; empty where there are none.
  public let fraction: String

  /// Reads `HHMMSS.FFFFFF`, of which the end may be missing, and the `HH:MM:SS` of old files; nil for what is no time.
  public init?(_ text: String) {
    let text = text.utf8.contains(UInt8(ascii: ":")) ? text.replacing(":", with: "") : text
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Substring($0) }
    let length = parts.first?.utf8.count ?? 0
    guard parts.count <= 2, [2, 4, 6].contains(length), parts.count == 1 || length == 6,
      let numbers = parts[0].digits(Array(repeating: 2, count: length / 2))
    else { return nil }
    hour = numbers[0]
    minute = numbers.count > 1 ? numbers[1] : nil
    second = numbers.count > 2 ? numbers[2] : nil
    fraction = parts.count == 2 ? String(parts[1]) : ""
    guard hour < 24, minute ?? 0 < 60, second ?? 0 <= 60, fraction.utf8.count <= 6,
      fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }), parts.count == 1 || !fraction.isEmpty
    else { return nil }
  }

  /// `HHMMSS.FFFFFF`, as far as it is known.
  public var description: String {
    hour.padded(2) + (minute?.padded(2) ?? "") + (second?.padded(2) ?? "") + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}

/// A date and time (DT, PS3.5 6.2), as precise as it was written.
public struct DICOMDateTime: Hashable, Sendable, CustomStringConvertible {
  /// The year, 0 to 9999.
  public let year: Int
  /// The month, 1 to 12.
  public let month: Int?
  /// The day, 1 to the last of the month.
  public let day: Int?
  /// The time of that day.
  public let time: DICOMTime?
  /// Minutes that local time is ahead of UTC; nil where it is not said.
  public let offset: Int?

  /// Reads `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, of which the end may be missing; nil for what is none.
  public init?(_ text: String) {
    var digits = text[...]
    if let sign = text.utf8.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
      let zone = text[text.utf8.index(after: sign)...]
      guard zone.utf8.count == 4, let numbers = zone.digits([2, 2]), numbers[0] <= 14, numbers[1] < 60 else {
        return nil
      }
      offset = (text[sign] == "-" ? -1 : 1) * (numbers[0] * 60 + numbers[1])
      digits = text[..<sign]
    } else {
      offset = nil
    }
    let date = Substring(digits.utf8.prefix(8))
    guard [4, 6, 8].contains(date.utf8.count), digits.utf8.count == date.utf8.count || date.utf8.count == 8,
      let numbers = date.digits([4] + Array(repeating: 2, count: (date.utf8.count - 4) / 2))
    else { return nil }
    year = numbers[0]
    month = numbers.count > 1 ? numbers[1] : nil
    day = numbers.count > 2 ? numbers[2] : nil
    guard (1...12).contains(month ?? 1), (1...DICOMDate.days(month ?? 1, year)).contains(day ?? 1) else { return nil }
    let rest = Substring(digits.utf8.dropFirst(8))
    time = rest.isEmpty ? nil : DICOMTime(String(rest))
    if !rest.isEmpty, time == nil || rest.utf8.contains(UInt8(ascii: ":")) { return nil }
  }

  /// `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, as far as it is known.
  public var description: String {
    let zone = offset.map { ($0 < 0 ? "-" : "+") + (abs($0) / 60).padded(2) + (abs($0) % 60).padded(2) }
    return year.padded(4) + (month?.padded(2) ?? "") + (day?.padded(2) ?? "") + (time?.description ?? "") + (zone ?? "")
  }
}

extension DataSet {
  /// The first value as a date; nil where there is none.
  public func date(_ tag: Tag) -> DICOMDate? { (try? string(tag)).flatMap(DICOMDate.init) }

  /// The first value as a time of day; nil where there is none.
  public func time(_ tag: Tag) -> DICOMTime? { (try? string(tag)).flatMap(DICOMTime.init) }

  /// The first value as a date and time; nil where there is none.
  public func dateTime(_ tag: Tag) -> DICOMDateTime? { (try? string(tag)).flatMap(DICOMDateTime.init) }
}

extension StringProtocol {
  /// The numbers of so many digits each, which make up all of the text.
  fileprivate func digits(_ lengths: [Int]) -> [Int]? {
    guard utf8.allSatisfy({ (0x30...0x39).contains($0) }), utf8.count == lengths.reduce(0, +) else { return nil }
    var rest = Array(utf8)[...]
    return lengths.map { length in
      defer { rest = rest.dropFirst(length) }
      return rest.prefix(length).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
  }
}

extension Int {
  /// In decimal, with zeros in front up to that many digits.
  fileprivate func padded(_ digits: Int) -> String {
    let text = String(self)
    return String(repeating: "0", count: Swift.max(0, digits - text.utf8.count)) + text
  }
}
