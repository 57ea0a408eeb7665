internal import Glibc
internal import Site
internal import Spool
internal import SystemPackage

/// Why audit messages did not get where they should.
struct SyslogFailure: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ number: Int32 = errno) {
    description = "\(what): \(Errno(rawValue: number))"
  }

  init(words: String) { description = words }
}

/// Takes messages to where they go, in order: whole, or it says why not.
final class SyslogSink {
  private let address: SyslogAddress
  private let disk: Disk
  private var socket: Int32 = -1

  /// So long may connecting, sending or the other end's taking over last.
  private static let patience: Int32 = 10_000

  init(_ address: SyslogAddress, disk: Disk) {
    self.address = address
    self.disk = disk
  }

  deinit { close() }

  /// Sends messages. After a failure some of them may have arrived: they are to be sent again.
  func send(_ messages: [[UInt8]]) throws {
    if case .file(let path) = address {
      return try disk.append(messages.flatMap { $0 + [UInt8(ascii: "\n")] }, to: path)
    }
    do {
      // A server may have closed a connection on which nothing came for a while.
      if socket >= 0, isClosedByServer { close() }
      if socket < 0 { try connect() }
      switch address {
      case .tcp:
        // Octets are counted (RFC 6587, 3.4.1).
        for message in messages { try push(Array("\(message.count) ".utf8) + message) }
        try waitUntilTaken()
      default:
        for message in messages { try push(message) }
        try expectNoRefusal()
      }
    } catch {
      close()
      throw error
    }
  }

  private func close() {
    if socket >= 0 { _ = Glibc.close(socket) }
    socket = -1
  }

  // MARK: Connecting

  private func connect() throws {
    switch address {
    case .file: return
    case .unix(let path): try connect(to: path)
    case .udp(let host, let port): try connect(host, port, Int32(SOCK_DGRAM.rawValue))
    case .tcp(let host, let port): try connect(host, port, Int32(SOCK_STREAM.rawValue))
    }
  }

  private func connect(to path: FilePath) throws {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.string.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else {
      throw SyslogFailure("\(path): the path is too long for a socket", ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw SyslogFailure("no socket can be had") }
    try limit()
    let result = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw SyslogFailure("\(path) cannot be connected to") }
  }

  private func connect(_ host: String, _ port: Int, _ kind: Int32) throws {
    var hints = addrinfo()
    hints.ai_socktype = kind
    var found: UnsafeMutablePointer<addrinfo>?
    let answer = getaddrinfo(host, "\(port)", &hints, &found)
    guard answer == 0, let found else {
      throw SyslogFailure(words: "\(host): \(String(cString: gai_strerror(answer)))")
    }
    defer { freeaddrinfo(found) }
    var failure = SyslogFailure("\(host) port \(port) cannot be connected to", EADDRNOTAVAIL)
    var next: UnsafeMutablePointer<addrinfo>? = found
    while let entry = next {
      next = entry.pointee.ai_next
      socket = Glibc.socket(
        entry.pointee.ai_family, kind | Int32(SOCK_CLOEXEC.rawValue), entry.pointee.ai_protocol)
      guard socket >= 0 else { continue }
      // Also for connect(2), socket(7).
      try limit()
      if Glibc.connect(socket, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 { return }
      failure = SyslogFailure("\(host) port \(port) cannot be connected to")
      close()
    }
    throw failure
  }

  private func limit() throws {
    var time = timeval(tv_sec: Int(Self.patience / 1000), tv_usec: 0)
    guard setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size)) == 0 else {
      throw SyslogFailure("the socket cannot be set up")
    }
  }

  // MARK: Sending

  private func push(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if sent < 0 {
        if errno == EINTR { continue }
        throw SyslogFailure("\(address) does not take a message")
      }
      rest = rest.dropFirst(sent)
    }
  }

  /// What lies in the kernel only is lost with the connection: it is sent when the other machine has all of it.
  private func waitUntilTaken() throws {
    for _ in 0..<Self.patience / 20 {
      var left: Int32 = 0
      guard ioctl(socket, UInt(TIOCOUTQ), &left) == 0 else { throw SyslogFailure("the socket cannot be asked") }
      try expectNoRefusal(after: 0)
      if left == 0 { return }
      if isClosedByServer { throw SyslogFailure("\(address) closed the connection", ECONNRESET) }
      usleep(20_000)
    }
    throw SyslogFailure("\(address) does not take the messages over", ETIMEDOUT)
  }

  /// Whether the other end is there: of a datagram that nobody takes, the network may tell a moment later.
  private func expectNoRefusal(after wait: Int32 = 20) throws {
    var look = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    _ = poll(&look, 1, wait)
    var number: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size)
    if number != 0 { throw SyslogFailure("\(address) refuses messages", number) }
  }

  /// Nothing is ever said back: what can be read is the end.
  private var isClosedByServer: Bool {
    guard case .tcp = address else { return false }
    var byte: UInt8 = 0
    return recv(socket, &byte, 1, Int32(MSG_DONTWAIT)) == 0
  }
}
