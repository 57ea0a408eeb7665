/// What was measured of the line to a partner, for the parcels that come next.
final class Line {
  /// What one connection is held back by.
  enum Bound { case line, window, processor }

  private var last: (bound: Bound, at: ContinuousClock.Instant)?
  /// Measured so long ago, it may be another line by now.
  private let age: Duration

  init(age: Duration = .seconds(600)) { self.age = age }

  /// What held one connection back when that was last measured; nil: it is to be measured.
  var bound: Bound? {
    get { last.flatMap { $0.at.duration(to: .now) < age ? $0.bound : nil } }
    set { last = newValue.map { ($0, .now) } }
  }
}
