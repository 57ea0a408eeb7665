internal import FoundationEssentials

/// The wall clock beside one that nobody sets.
struct Clocks {
  private let wall = Date()
  private let steady = ContinuousClock.now

  /// Whether the wall clock went as the steady one since the start, give or take some minutes. Where it jumped, nothing is
  /// let go for its age.
  var isSteady: Bool {
    let passed = steady.duration(to: .now) / .seconds(1)
    return abs(Date().timeIntervalSince(wall) - passed) < 600
  }
}
