/// What is known of the line to a partner as long as this service runs.
final class Line {
  /// What one connection is held back by.
  enum Bound { case line, window, processor }

  private var last: (bound: Bound, at: ContinuousClock.Instant)?
  /// Measured so long ago, it may be another line by now.
  private let age: Duration
  private var acknowledged: [String: (gaps: Gaps, until: ContinuousClock.Instant?)] = [:]
  /// Of so many payloads at most; of others their files tell.
  private static let most = 1024

  init(age: Duration = .seconds(600)) { self.age = age }

  /// What held one connection back when that was last measured; nil: it is to be measured.
  var bound: Bound? {
    get { last.flatMap { $0.at.duration(to: .now) < age ? $0.bound : nil } }
    set { last = newValue.map { ($0, .now) } }
  }

  /// What the partner had acknowledged of a parcel's payload when its upload ended: more than the file there can say, or less,
  /// since what was under way then may be there in any order.
  subscript(parcel: String) -> Gaps? {
    acknowledged[parcel].flatMap { $0.until.map { $0 > .now } ?? true ? $0.gaps : nil }
  }

  /// Keeps in mind what the partner has acknowledged of a parcel's payload.
  ///
  /// - Parameter memory: for so long; nil: until the parcel is forgotten.
  func note(_ gaps: Gaps, of parcel: String, for memory: Duration? = nil) {
    if acknowledged.count >= Self.most { acknowledged = [:] }
    acknowledged[parcel] = (gaps, memory.map { .now.advanced(by: $0) })
  }

  func forget(_ parcel: String) { acknowledged[parcel] = nil }
}
