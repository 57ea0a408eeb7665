/// What is known of the line to a partner as long as this service runs.
final class Line {
  /// What one connection is held back by.
  enum Bound { case line, window, processor }

  private var last: (bound: Bound, at: ContinuousClock.Instant)?
  /// Measured so long ago, it may be another line by now.
  private let age: Duration

  /// What the partner had acknowledged of a payload when its upload over several connections failed: more than the file there
  /// can say.
  var torn: (parcel: String, gaps: Gaps)?

  init(age: Duration = .seconds(600)) { self.age = age }

  /// What held one connection back when that was last measured; nil: it is to be measured.
  var bound: Bound? {
    get { last.flatMap { $0.at.duration(to: .now) < age ? $0.bound : nil } }
    set { last = newValue.map { ($0, .now) } }
  }
}
