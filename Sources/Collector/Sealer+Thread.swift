internal import Spool

extension Sealer {
  /// Seals on a thread of its own until the stop is requested.
  func start() -> Worker {
    Worker("seal") {
      var resting: [String: ContinuousClock.Instant] = [:]
      while !stop.isRequested {
        do {
          try sealAll(resting: &resting)
        } catch {
          logger.error("sealing failed; it is tried again: \(error)")
          stop.wait(.seconds(5))
        }
        stop.wait(.milliseconds(100))
      }
    }
  }
}
