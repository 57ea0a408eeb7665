public import FoundationEssentials
internal import Journal

// How amounts and times are put for people.

/// `283.7 MB`.
public func bytesInWords(_ bytes: Int64) -> String {
  var amount = Double(bytes)
  for unit in ["B", "kB", "MB", "GB"] {
    if amount < 1000 { return unit == "B" ? "\(bytes) B" : "\(rounded(amount)) \(unit)" }
    amount /= 1000
  }
  return "\(rounded(amount)) TB"
}

private func rounded(_ amount: Double) -> Double { (amount * 10).rounded() / 10 }

/// `2026-11-28 13:09:34`: a time of the journal, to the second, UTC.
public func timeInWords(_ time: String) -> String {
  String(time.prefix(19)).replacing("T", with: " ")
}

/// Seconds since a moment that the journal wrote; none where it lies ahead.
public func age(since text: String) -> TimeInterval {
  date(ofJournalTime: text).map { max(0, Date().timeIntervalSince($0)) } ?? 0
}

/// `3 h 12 min`: how long ago the journal wrote that.
public func ageInWords(since text: String) -> String { durationInWords(age(since: text)) }

/// `3 h 12 min`.
public func durationInWords(_ seconds: TimeInterval) -> String {
  let seconds = Int(min(max(seconds, 0), 1e9))
  return switch seconds {
  case ..<60: "\(seconds) s"
  case ..<3600: "\(seconds / 60) min"
  case ..<86400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  default: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
  }
}

/// `unpacking: 412.0 MB of 1.0 GB, 85.2 MB/s, 7 s left`: how far bytes have got, within 80 columns.
///
/// - Parameters:
///   - what: what is done with them, in a word or two.
///   - seconds: how long it has taken.
public func progressInWords(_ what: String, _ done: Int64, of total: Int64, after seconds: TimeInterval) -> String {
  let rate = Double(done) / max(seconds, 0.001)
  let left = done > 0 ? ", \(durationInWords(Double(max(0, total - done)) / rate)) left" : ""
  return "\(what): \(bytesInWords(done)) of \(bytesInWords(total)), \(bytesInWords(Int64(min(rate, 1e18))))/s\(left)"
}

extension Duration {
  /// Whole and broken seconds.
  public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
