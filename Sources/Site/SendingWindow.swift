/// The times of day at which ordinary parcels go to a partner: `window` in its settings.
///
/// They are times of this machine's clocks. Nothing but what the clock shows decides, so that no change to or from summer time
/// can leave a window open or closed: where an hour is left out, so is what of the window lies in it; where an hour comes twice,
/// the window is open both times.
public struct SendingWindow: Equatable, Sendable {
  /// From one time of day to another, on some days.
  struct Hours: Equatable, Sendable {
    /// As it was written.
    let text: String
    /// On which days it begins, by their numbers.
    let days: Set<Int>
    /// Minutes since midnight. Where the end is not after the beginning, it is on the next day.
    let from, to: Int

    func contains(_ time: LocalTime) -> Bool {
      if from < to { return days.contains(time.weekday) && (from..<to).contains(time.minute) }
      return days.contains(time.weekday) && time.minute >= from
        || days.contains((time.weekday + 6) % 7) && time.minute < to
    }
  }

  let hours: [Hours]

  /// As the settings give them: `mon-fri 18:00-07:00`.
  public var texts: [String] { hours.map(\.text) }

  /// Whether ordinary parcels may go.
  public func isOpen(at time: LocalTime) -> Bool { hours.contains { $0.contains(time) } }

  /// When it opens next, after a moment at which it is closed: `18:00`, or `Mon 18:00` where that is further away than a day.
  ///
  /// - Parameters:
  ///   - seconds: the moment, since 1970.
  ///   - local: what the clocks show at a moment.
  /// - Returns: nil where it does not open within a week.
  public func opening(after seconds: Int64, local: (Int64) -> LocalTime = LocalTime.system) -> String? {
    let start = seconds - seconds % 60
    var moment = start
    while moment - start <= 8 * 86400 {
      let time = local(moment)
      if isOpen(at: time) { return moment - start < 86400 ? time.clock : time.dayAndClock }
      // Clocks are set at quarters of an hour.
      let next = hours.map { ($0.from - time.minute + 1439) % 1440 + 1 }.min() ?? 15
      moment += Int64(min(next, 15 - time.minute % 15)) * 60
    }
    return nil
  }
}

extension SendingWindow.Hours {
  /// `18:00-07:00`, `mon-fri 18:00-07:00`, `sat,sun 00:00-24:00`.
  static var form: TextForm<Self> {
    TextForm(
      name: "times of day",
      remedy: "Write from when to when, on all days or on some: \"18:00-07:00\", \"mon-fri 18:00-07:00\", "
        + "\"sat,sun 00:00-24:00\"."
    ) { text in
      let words = text.lowercased().split(separator: " ", omittingEmptySubsequences: false)
      guard let last = words.last, words.count <= 2 else { return nil }
      let times = last.split(separator: "-", omittingEmptySubsequences: false).map(minutes)
      guard times.count == 2, let from = times[0], let to = times[1], from < 1440, from != to else { return nil }
      guard let days = words.count == 2 ? days(words[0]) : Set(0..<7) else { return nil }
      return Self(text: text, days: days, from: from, to: to)
    }
  }

  private static func minutes(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39) ~= $0 } }),
      let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60
    else { return nil }
    let minute = hours * 60 + minutes
    return minute <= 1440 ? minute : nil
  }

  /// `mon-fri,sun`.
  private static func days(_ text: Substring) -> Set<Int>? {
    var days: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { word in
        LocalTime.days.firstIndex { $0 == word }
      }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else { return nil }
      days.formUnion((first...(last < first ? last + 7 : last)).map { $0 % 7 })
    }
    return days
  }
}
