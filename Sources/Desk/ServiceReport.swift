public import Custody
internal import Executor
internal import Glibc
internal import Spool

/// Whether a service runs, and gets on.
public struct ServiceReport: Sendable, Equatable {
  /// What a service is seen to do.
  public enum State: String, Sendable, CaseIterable {
    /// It runs and gets on.
    case running
    /// Its process is there, and it has not got on for minutes.
    case hanging
    /// Its process ended without its will.
    case ended
    /// It ended in good order, or was never started.
    case stopped
  }

  /// The service.
  public var service: Service
  /// What it is seen to do.
  public var state: State
  /// What it did last: a word or two.
  public var doing: String?
  /// How long ago it got on, in seconds.
  public var age: Double?
  /// Its process.
  public var process: Int32?

  /// A service that waits says so every few seconds; one that works does with each step.
  static let patience = 180.0

  init(_ service: Service, in spool: Spool) {
    self.service = service
    guard let beat = Heartbeat.last(of: service, in: spool) else {
      state = .stopped
      return
    }
    doing = Quoted.text(beat.doing, limit: 80)
    age = beat.age
    process = beat.process
    // A process of another user is one, too.
    let isThere = kill(beat.process, 0) == 0 || errno == EPERM
    state = !isThere ? .ended : beat.age > Self.patience ? .hanging : .running
  }
}
