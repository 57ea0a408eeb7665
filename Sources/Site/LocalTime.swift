internal import Glibc

/// A time of the week as the clocks of this machine show it.
public struct LocalTime: Equatable, Sendable {
  /// 0 is Sunday.
  public let weekday: Int
  /// Minutes since midnight.
  public let minute: Int

  /// A time of the week.
  public init(weekday: Int, minute: Int) { (self.weekday, self.minute) = (weekday, minute) }

  /// What the clocks show at a moment, in seconds since 1970: by the system's time zone and its rules, which may change
  /// while a service runs.
  public static func system(at seconds: Int64) -> LocalTime {
    var (time, parts) = (time_t(seconds), tm())
    tzset()
    guard localtime_r(&time, &parts) != nil else { return LocalTime(weekday: 0, minute: 0) }
    return LocalTime(weekday: Int(parts.tm_wday), minute: Int(parts.tm_hour * 60 + parts.tm_min))
  }

  /// `18:00`.
  public var clock: String { Self.clock(minute) }
  /// `Mon 18:00`.
  public var dayAndClock: String {
    let name = Self.days[weekday]
    return "\(name.prefix(1).uppercased())\(name.dropFirst()) \(clock)"
  }

  /// The days, in the order of their numbers.
  static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  static func clock(_ minute: Int) -> String {
    let (hours, minutes) = minute.quotientAndRemainder(dividingBy: 60)
    return (hours < 10 ? "0" : "") + "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes)"
  }
}
