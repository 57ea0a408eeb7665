internal import Foundation

/// A thread for work that blocks: Swift's own threads are few and must never wait for a disk or a network.
public final class Worker: Sendable {
  private let ended = DispatchGroup()

  /// Starts the work.
  public init(_ name: String, _ work: @escaping @Sendable () -> Void) {
    ended.enter()
    let thread = Thread { [ended] in
      work()
      ended.leave()
    }
    thread.name = name
    thread.start()
  }

  /// Waits until the work has ended.
  public func join() { ended.wait() }
}
