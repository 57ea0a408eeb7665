internal import Glibc

/// The work of a proxy's thread: takes connections and passes their bytes on, as it is ordered.
struct Relay {
  /// Connections at a time; further ones wait until one has ended.
  private static let most = 256

  /// When the link has room for the next piece, each way.
  private struct Link {
    var up = ContinuousClock.now
    var down = ContinuousClock.now
  }

  /// A connection with its two ends.
  private struct Connection {
    let client, server: Descriptor
    var up, down: Stream

    init(_ client: Descriptor, _ server: Descriptor) {
      (self.client, self.server) = (client, server)
      up = Stream(from: client, to: server)
      down = Stream(from: server, to: client)
    }

    /// Takes and passes on what can be.
    ///
    /// - Returns: whether the connection goes on.
    mutating func serve(_ faults: Faults, _ link: inout Link, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
      let delay = faults.roundTrip / 2
      guard up.take(faults.up, delay: delay, into: buffer), down.take(faults.down, delay: delay, into: buffer),
        up.pass(faults.up, rate: faults.rate, free: &link.up),
        down.pass(faults.down, rate: faults.rate, free: &link.down)
      else { return false }
      return !up.isCut(faults.up) && !down.isCut(faults.down) && !(up.isOver && down.isOver)
    }

    /// Adds what poll(2) is to watch for.
    ///
    /// - Returns: when something is due in any case.
    func watch(_ faults: Faults, _ link: Link, _ watched: inout [pollfd]) -> ContinuousClock.Instant? {
      let (up, down) = (up.wants(faults.up, free: link.up), down.wants(faults.down, free: link.down))
      for (end, reads, writes) in [(client, up.read, down.write), (server, down.read, up.write)] where reads || writes {
        let events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0)
        watched.append(pollfd(fd: end.number, events: Int16(events), revents: 0))
      }
      return [up.due, down.due].compactMap { $0 }.min()
    }
  }

  let door: Door
  let target: Int
  let bell: Bell

  /// Works until it is told to stop, or until there are no orders any more.
  func run(_ orders: () -> FaultProxy.Orders?) {
    var connections: [Connection] = []
    var link = Link()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while let order = orders(), !order.stops {
      if order.cuts { connections = [] }
      if order.faults.refuses { door.close() } else { try? door.open() }
      while connections.count < Self.most, let client = door.next() {
        // Where nothing listens at the target, the client finds its connection closed.
        if let server = try? Descriptor.connected(to: target) { connections.append(Connection(client, server)) }
      }
      connections = connections.compactMap { connection in
        var connection = connection
        return connection.serve(order.faults, &link, buffer) ? connection : nil
      }
      wait(for: connections, link, order.faults)
    }
    door.close()
  }

  /// Waits until there is something to do.
  private func wait(for connections: [Connection], _ link: Link, _ faults: Faults) {
    var watched = [pollfd(fd: bell.reader.number, events: Int16(POLLIN), revents: 0)]
    if connections.count < Self.most, let door = door.descriptor {
      watched.append(pollfd(fd: door, events: Int16(POLLIN), revents: 0))
    }
    var due: ContinuousClock.Instant?
    for connection in connections {
      if let next = connection.watch(faults, link, &watched) { due = min(due ?? next, next) }
    }
    let rest = due.map { ContinuousClock.now.duration(to: $0) / .milliseconds(1) }
    _ = poll(&watched, nfds_t(watched.count), rest.map { Int32(min(max($0.rounded(.up), 0), 60_000)) } ?? -1)
    bell.silence()
  }
}
