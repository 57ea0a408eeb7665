import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: they ask the demo to stop, so that it ends what it started.
enum Interruption {
  private static let isAsked = Atomic<Bool>(false)

  /// Takes these signals from now on.
  static func take() {
    // Made now, not by the first signal.
    isAsked.store(false, ordering: .relaxed)
    // Whoever reads along may stop reading or close the terminal: server and services must be ended nevertheless.
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in Interruption.isAsked.store(true, ordering: .relaxed) }
    }
  }

  /// - Throws: `Stopped` once one of them came.
  static func check() throws {
    if isAsked.load(ordering: .relaxed) { throw Stopped() }
  }
}
