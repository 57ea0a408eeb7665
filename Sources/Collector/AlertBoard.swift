internal import Custody
internal import Journal
internal import Synchronization

/// The alerts of this service: each is written down when it is new or has changed, and once a minute while it stands.
final class AlertBoard: Sendable {
  private let journal: Journal
  private let standing = Mutex<[String: (message: String, at: ContinuousClock.Instant)]>([:])
  /// Keys that are known to be settled: an alert from before the start may stand under any other.
  private let settled = Mutex<Set<String>>([])

  private static let often = Duration.seconds(60)

  init(_ journal: Journal) { self.journal = journal }

  /// Raises an alert, or says that it still stands.
  func raise(_ key: String, _ code: String, _ severity: Alert.Severity, _ message: String, remedy: String) throws {
    let isKnown = standing.withLock { standing in
      standing[key].map { $0.message == message && $0.at.advanced(by: Self.often) > .now } ?? false
    }
    if isKnown { return }
    try journal.raise(
      Alert(key: key, code: code, severity: severity, message: message, remedy: remedy), by: .collect)
    standing.withLock { $0[key] = (message, .now) }
    settled.withLock { _ = $0.remove(key) }
  }

  /// The cause of an alert is gone.
  func settle(_ key: String) throws {
    if settled.withLock({ $0.contains(key) }) { return }
    try journal.settle(alert: key)
    standing.withLock { $0[key] = nil }
    // Studies come and go: what is forgotten is asked for once more.
    settled.withLock { settled in
      if settled.count > 1000 { settled = [] }
      settled.insert(key)
    }
  }

  /// The causes of all alerts whose keys begin so are gone, but for these.
  func settle(beginning prefix: String, except keys: Set<String>) throws {
    try journal.settle(alertsBeginning: prefix, except: keys)
    standing.withLock { $0 = $0.filter { !$0.key.hasPrefix(prefix) || keys.contains($0.key) } }
  }
}
