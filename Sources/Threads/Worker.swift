internal import Foundation
internal import Synchronization

/// A thread for work that blocks: Swift's own threads are few and must never wait for a disk or a network.
public final class Worker: Sendable {
  private let ended = DispatchGroup()

  /// Starts the work.
  public init(_ name: String, _ work: @escaping @Sendable () -> Void) {
    ended.enter()
    let held = Mutex<(@Sendable () -> Void)?>(work)
    let thread = Thread { [ended] in
      held.withLock { $0.take() }?()
      ended.leave()
    }
    thread.name = name
    thread.start()
  }

  /// Waits until the work has ended and what it held is let go, a lock for example.
  public func join() { ended.wait() }
}
