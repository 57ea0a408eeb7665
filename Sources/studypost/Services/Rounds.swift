import Site
import Spool
import Synchronization

/// A service's work, begun again whenever the configuration changes, until it is ended for good.
final class Rounds: Sendable {
  private struct State {
    var configuration: Configuration
    var stop = Stop()
    var isEnded = false
  }

  private let state: Mutex<State>

  init(_ configuration: Configuration) { state = Mutex(State(configuration: configuration)) }

  /// Works on this thread until the work ends by itself, fails, or is ended.
  func run(_ work: (Configuration, Stop) throws -> Void) throws {
    while true {
      let (configuration, stop, isEnded) = state.withLock { ($0.configuration, $0.stop, $0.isEnded) }
      if isEnded { return }
      try work(configuration, stop)
      guard state.withLock({ $0.stop !== stop }) else { return }
    }
  }

  /// Stops the work in good order, and begins it again by this configuration.
  func begin(_ configuration: Configuration) {
    let old = state.withLock { state in
      let old = state.stop
      state.configuration = configuration
      if !state.isEnded { state.stop = Stop() }
      return old
    }
    old.request()
  }

  /// Stops the work for good.
  func end() {
    let stop = state.withLock { state in
      state.isEnded = true
      return state.stop
    }
    stop.request()
  }
}
