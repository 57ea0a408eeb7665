import Foundation
import Testing

@testable import Site

/// When ordinary parcels may go.
@Suite struct SendingWindowTests {
  private func window(_ texts: String...) throws -> SendingWindow {
    SendingWindow(hours: try texts.map { try #require(SendingWindow.Hours.form.read($0), "\($0)") })
  }

  private func time(_ text: String) throws -> LocalTime {
    let words = text.split(separator: " ")
    let day = try #require(LocalTime.days.firstIndex { $0 == words[0] })
    let parts = words[1].split(separator: ":").compactMap { Int($0) }
    return LocalTime(weekday: day, minute: parts[0] * 60 + parts[1])
  }

  @Test(arguments: [
    ("18:00-07:00", "mon 18:00", true), ("18:00-07:00", "mon 17:59", false), ("18:00-07:00", "sat 06:59", true),
    ("18:00-07:00", "sat 07:00", false), ("08:30-08:31", "sun 08:30", true), ("08:30-08:31", "sun 08:31", false),
    ("00:00-24:00", "wed 23:59", true), ("mon-fri 18:00-07:00", "sat 06:00", true),
    ("mon-fri 18:00-07:00", "sat 18:00", false), ("mon-fri 18:00-07:00", "mon 06:00", false),
    ("sat-mon 12:00-13:00", "sun 12:30", true), ("sat-mon 12:00-13:00", "tue 12:30", false),
    ("SAT,sun 00:00-24:00", "sat 00:00", true), ("sat,sun 00:00-24:00", "fri 23:59", false),
    ("sat 22:00-02:00", "sun 01:59", true), ("sat 22:00-02:00", "sat 01:59", false),
  ]) func itIsOpenAtItsTimes(_ text: String, _ at: String, _ isOpen: Bool) throws {
    #expect(try window(text).isOpen(at: time(at)) == isOpen)
  }

  @Test(arguments: [
    "", "18:00", "18-07", "18:00-07:00-08:00", "24:00-07:00", "18:00-18:00", "18:60-19:00", "1:00-2:00", "18:00-24:01",
    "mon", "mon 18:00", "mo 18:00-19:00", "mon- 18:00-19:00", "mon,,tue 18:00-19:00", "mon-wed-fri 18:00-19:00",
    "mon  18:00-19:00", "mon 18:00 - 19:00", "٠١:٠٠-02:00", "-1:00-02:00",
  ]) func whatIsNoTimesOfDayIsRefused(_ text: String) {
    #expect(SendingWindow.Hours.form.read(text) == nil)
  }

  @Test func itSaysWhenItOpens() throws {
    let utc = { (seconds: Int64) in Self.clocks("UTC", seconds) }
    // 2026-11-28 is a Saturday.
    let noon = Self.seconds("2026-11-28T12:00:30Z")
    #expect(try window("18:00-07:00").opening(after: noon, local: utc) == "18:00")
    #expect(try window("18:00-07:00", "13:07-13:08").opening(after: noon, local: utc) == "13:07")
    #expect(try window("mon-fri 18:05-07:00").opening(after: noon, local: utc) == "Mon 18:05")
    #expect(try window("sat 11:00-12:00").opening(after: noon, local: utc) == "Sat 11:00")
    #expect(try window("sun 11:00-12:00").opening(after: noon, local: utc) == "11:00")
  }

  /// In Brussels the clocks went from 02:00 to 03:00 on 2026-03-29, and go from 03:00 back to 02:00 on 2026-10-25.
  @Test func summerTimeLeavesItNeitherOpenNorClosed() throws {
    let local = { (seconds: Int64) in Self.clocks("Europe/Brussels", seconds) }
    func open(_ window: SendingWindow, _ first: String, hours: Int) -> [Int64] {
      let start = Self.seconds(first)
      return (0..<Int64(hours * 60)).filter { window.isOpen(at: local(start + $0 * 60)) }
    }
    // 22:00 to 07:00: an hour less in spring, an hour more in autumn.
    let night = try window("22:00-07:00")
    #expect(open(night, "2026-03-28T12:00:00Z", hours: 24).count == 8 * 60)
    #expect(open(night, "2026-10-24T12:00:00Z", hours: 24).count == 10 * 60)
    // All of it left out, and all of it twice.
    let two = try window("02:15-02:45")
    #expect(open(two, "2026-03-28T12:00:00Z", hours: 24).isEmpty)
    #expect(open(two, "2026-10-24T12:00:00Z", hours: 24).count == 60)
    // It opens by the clock of that day.
    #expect(night.opening(after: Self.seconds("2026-03-29T05:30:00Z"), local: local) == "22:00")
    #expect(two.opening(after: Self.seconds("2026-03-28T12:00:00Z"), local: local) == "Mon 02:15")
    #expect(try window("03:00-04:00").opening(after: Self.seconds("2026-03-29T00:59:00Z"), local: local) == "03:00")
  }

  @Test func theSystemSaysWhatTheClocksShow() throws {
    for seconds in [0, 1_000_000_000, 1_774_745_999, 1_774_746_000, 1_792_893_600] {
      let date = Process()
      let output = Pipe()
      date.executableURL = URL(fileURLWithPath: "/bin/date")
      date.arguments = ["-d", "@\(seconds)", "+%w %H:%M"]
      date.standardOutput = output
      try date.run()
      date.waitUntilExit()
      let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(
        separator: " ")
      let time = LocalTime.system(at: Int64(seconds))
      #expect("\(time.weekday)" == words[0] && time.clock == words[1].dropLast())
    }
  }

  private static func seconds(_ text: String) -> Int64 {
    Int64((try? Date(text, strategy: .iso8601))?.timeIntervalSince1970 ?? 0)
  }

  /// By Foundation's own rules.
  private static func clocks(_ zone: String, _ seconds: Int64) -> LocalTime {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
    let parts = calendar.dateComponents(
      [.weekday, .hour, .minute], from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    return LocalTime(weekday: (parts.weekday ?? 1) - 1, minute: (parts.hour ?? 0) * 60 + (parts.minute ?? 0))
  }
}
