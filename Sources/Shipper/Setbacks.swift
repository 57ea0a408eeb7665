internal import Spool

/// The parcels whose last attempt failed. In memory only, and not very many: at a restart all is tried at once.
struct Setbacks {
  private struct Setback {
    var backoff: Backoff
    var startsOver = false
  }

  private let newBackoff: Backoff
  private var entries: [String: Setback] = [:]

  /// Where so many fail, others would, too: nothing else is begun before one of them has gone through.
  static let most = 1024

  init(_ newBackoff: Backoff) { self.newBackoff = newBackoff }

  var isFull: Bool { entries.count >= Self.most }
  var ids: Set<String> { Set(entries.keys) }
  /// When the first of them is due; nil where none failed.
  var next: ContinuousClock.Instant? { entries.values.map(\.backoff.next).min() }

  /// Whether the server would not go on with what lies there of it.
  func startsOver(_ id: String) -> Bool { entries[id]?.startsOver ?? false }

  /// The parcels that are due, those that failed least first.
  func due(_ limit: Int) -> [String] {
    entries.filter { $0.value.backoff.isOver }.sorted { $0.value.backoff.failures < $1.value.backoff.failures }
      .prefix(limit).map(\.key)
  }

  mutating func fail(_ id: String, startsOver: Bool) {
    var setback = entries[id] ?? Setback(backoff: newBackoff)
    setback.backoff.fail()
    if startsOver { setback.startsOver = true }
    entries[id] = setback
  }

  mutating func clear(_ id: String) { entries[id] = nil }

  /// One is tried again after so long at the latest.
  mutating func shorten(_ id: String, to longest: Duration) { entries[id]?.backoff.shorten(to: longest) }

  /// A person wants them tried at once.
  mutating func hurry() { for id in entries.keys { entries[id]?.backoff.hurry() } }
}
