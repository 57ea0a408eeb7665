internal import Foundation
internal import Glibc
internal import Synchronization

/// A port on 127.0.0.1 that leads to another one, over a link as bad as a test wants it.
///
/// One thread serves all connections. What it keeps is bounded: so many connections, and for each so many bytes that
/// are on their way; further ones wait in the kernel.
public final class FaultProxy: Sendable {
  /// What the thread is told.
  struct Orders {
    var faults: Faults
    var cuts = false
    var stops = false
  }

  /// The port that clients connect to.
  public let port: Int
  private let orders: Mutex<Orders>
  private let bell: Bell
  private let ended = DispatchGroup()

  /// Begins to pass connections on.
  ///
  /// - Parameters:
  ///   - target: the port on 127.0.0.1 that the connections are for.
  ///   - port: the port to listen on; 0: a free one.
  ///   - faults: what happens to the connections at first.
  /// - Throws: `Errno` where the port is taken.
  public init(to target: Int, port: Int = 0, _ faults: Faults = Faults()) throws {
    let door = try Door(port: port)
    self.port = door.port
    bell = try Bell()
    orders = Mutex(Orders(faults: faults))
    if !faults.refuses { try door.open() }
    let relay = Relay(door: door, target: target, bell: bell)
    let (bell, ended) = (bell, ended)
    ended.enter()
    // The thread must not hold this object: it ends when nobody else does.
    let take: @Sendable () -> Orders? = { [weak self] in
      self?.orders.withLock { orders in
        defer { orders.cuts = false }
        return orders
      }
    }
    Thread.detachNewThread {
      relay.run(take)
      withExtendedLifetime(bell) { ended.leave() }
    }
  }

  deinit { bell.ring() }

  /// What happens to the connections, those that stand among them. A change is in force a moment later.
  public var faults: Faults {
    get { orders.withLock { $0.faults } }
    set { order { $0.faults = newValue } }
  }

  /// Ends all connections that stand; new ones are made as before.
  public func cut() { order { $0.cuts = true } }

  /// Ends all connections and closes the port.
  public func stop() {
    order { $0.stops = true }
    ended.wait()
  }

  private func order(_ change: (inout Orders) -> Void) {
    orders.withLock { change(&$0) }
    bell.ring()
  }
}
