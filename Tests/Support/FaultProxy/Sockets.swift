internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A descriptor that blocks nobody, is not inherited, and is closed with this object.
final class Descriptor: Sendable {
  let number: Int32

  init(_ number: Int32) throws {
    guard number >= 0 else { throw Errno(rawValue: errno) }
    self.number = number
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
  }

  deinit { close(number) }

  /// A TCP socket.
  static func socket() throws -> Descriptor {
    let socket = try Descriptor(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    // Each piece leaves when it is due, not with the next one.
    var yes: Int32 = 1
    setsockopt(socket.number, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    return socket
  }

  /// A connection to a port of 127.0.0.1: made at once or refused, on loopback.
  static func connected(to port: Int) throws -> Descriptor {
    let socket = try socket()
    let status = withLoopback(port) { connect(socket.number, $0, $1) }
    guard status == 0 || errno == EINPROGRESS else { throw Errno(rawValue: errno) }
    return socket
  }
}

/// A port on 127.0.0.1 that stays ours, whether anybody can connect to it or not.
final class Door: Sendable {
  let port: Int
  /// Holds the port and never listens.
  private let holder: Descriptor
  private let listener = Mutex<Descriptor?>(nil)
  var descriptor: Int32? { listener.withLock { $0?.number } }

  init(port: Int) throws {
    let holder = try Self.bound(to: port)
    self.holder = holder
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(holder.number, $0, &length) }
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
    self.port = Int(UInt16(bigEndian: address.sin_port))
  }

  func open() throws {
    guard descriptor == nil else { return }
    let socket = try Self.bound(to: port)
    guard listen(socket.number, 64) == 0 else { throw Errno(rawValue: errno) }
    listener.withLock { $0 = socket }
  }

  func close() { listener.withLock { $0 = nil } }

  /// Takes the next connection that waits, if one does.
  func next() -> Descriptor? {
    guard let descriptor else { return nil }
    return try? Descriptor(accept(descriptor, nil, nil))
  }

  /// Linux lets several sockets have one port while none of them listens.
  private static func bound(to port: Int) throws -> Descriptor {
    let socket = try Descriptor.socket()
    var yes: Int32 = 1
    setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard withLoopback(port, { bind(socket.number, $0, $1) }) == 0 else { throw Errno(rawValue: errno) }
    return socket
  }
}

/// Wakes a thread from poll(2).
final class Bell: Sendable {
  let reader: Descriptor
  private let writer: Descriptor

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
    reader = try Descriptor(ends[0])
    writer = try Descriptor(ends[1])
  }

  /// A full pipe rings as well.
  func ring() {
    var byte: UInt8 = 0
    _ = write(writer.number, &byte, 1)
  }

  func silence() {
    var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    _ = read(reader.number, &bytes, MemoryLayout.size(ofValue: bytes))
  }
}

private func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
  address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
  }
}
