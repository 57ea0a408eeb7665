import FoundationEssentials

// How amounts and times are put for people.

/// `1 study`, `3 studies`.
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// `283.7 MB`.
func bytesInWords(_ bytes: Int64) -> String {
  var amount = Double(bytes)
  for unit in ["B", "kB", "MB", "GB"] {
    if amount < 1000 { return unit == "B" ? "\(bytes) B" : "\(rounded(amount)) \(unit)" }
    amount /= 1000
  }
  return "\(rounded(amount)) TB"
}

private func rounded(_ amount: Double) -> Double { (amount * 10).rounded() / 10 }

/// The moment that the journal wrote: always UTC.
private func moment(_ text: String) -> Date? {
  try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text.hasSuffix("Z") ? text : text + "Z")
}

/// Seconds since a moment that the journal wrote; none where it lies ahead.
func age(since text: String) -> TimeInterval {
  moment(text).map { max(0, Date().timeIntervalSince($0)) } ?? 0
}

/// `3 h 12 min`: how long ago the journal wrote that.
func ageInWords(since text: String) -> String { durationInWords(age(since: text)) }

/// `3 h 12 min`.
func durationInWords(_ seconds: TimeInterval) -> String {
  let seconds = Int(min(max(seconds, 0), 1e9))
  return switch seconds {
  case ..<60: "\(seconds) s"
  case ..<3600: "\(seconds / 60) min"
  case ..<86400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  default: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
  }
}

extension Duration {
  /// Whole and broken seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
