import Glibc
import SystemPackage

/// A non-blocking TCP connection; closed when let go.
final class TCPSocket {
  /// How long to sleep at most before asking again whether the caller still wants to wait, in milliseconds.
  static let slice: Int32 = 200

  let descriptor: Int32

  /// Connects to the first of the host's addresses that answers. Each gets its share of the time left.
  init(to endpoint: SFTPEndpoint, deadline: Deadline, isCancelled: () -> Bool) throws(SFTPError) {
    let host = endpoint.address
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard (1...65535).contains(endpoint.port), !endpoint.host.utf8.contains(0) else {
      throw SFTPError(
        .unreachable, host: host, "This is no valid address. Correct host and port on the partner's card.")
    }
    let status = getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
    guard status == 0, let list else {
      throw SFTPError(
        .unreachable, host: host, "The host's name cannot be looked up. Check the name, and this machine's DNS.",
        underlying: String(cString: gai_strerror(status)))
    }
    defer { freeaddrinfo(list) }
    let addresses = sequence(first: list, next: { $0.pointee.ai_next }).prefix(16).map(\.pointee)

    var failure: (code: SFTPError.Code, cause: String?) = (.unreachable, nil)
    for (index, address) in addresses.enumerated() {
      let share = Deadline(in: deadline.remaining / (addresses.count - index))
      switch Self.connect(to: address, deadline: share, isCancelled: isCancelled) {
      case .success(let descriptor):
        self.descriptor = descriptor
        configure()
        return
      case .failure(.canceled):
        throw SFTPError(.cancelled, host: host, "Cancelled while connecting.")
      case .failure(.timedOut): failure = (.timeout, nil)
      case .failure(let error): failure = (.unreachable, error.description)
      }
    }
    throw SFTPError(
      failure.code, host: host,
      failure.code == .timeout
        ? "The host does not answer. Is the network up, and does the firewall let us through?"
        : "The host cannot be reached. Is its SSH server running, and the port right?",
      underlying: failure.cause)
  }

  deinit { close(descriptor) }

  /// Waits at most a `slice` for any of poll(2)'s `events`, and tells whether one came.
  func isReady(for events: Int16, deadline: Deadline) -> Bool {
    Self.isReady(descriptor, for: events, deadline: deadline)
  }

  @discardableResult
  private static func isReady(_ descriptor: Int32, for events: Int16, deadline: Deadline) -> Bool {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    return poll(&entry, 1, deadline.milliseconds(atMost: slice)) > 0
  }

  private static func connect(
    to address: addrinfo, deadline: Deadline, isCancelled: () -> Bool
  ) -> Result<Int32, Errno> {
    let type = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.ai_family, type, address.ai_protocol)
    guard descriptor >= 0 else { return .failure(Errno(rawValue: errno)) }
    let outcome = { () -> Errno? in
      if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
      guard errno == EINPROGRESS else { return Errno(rawValue: errno) }
      while true {
        if isCancelled() { return .canceled }
        if deadline.hasPassed { return .timedOut }
        isReady(descriptor, for: Int16(POLLOUT), deadline: deadline)
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let connected = withUnsafeMutableBytes(of: &peer) {
          getpeername(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length) == 0
        }
        if connected { return nil }
        let error = option(SO_ERROR, of: descriptor)
        if error != 0 { return Errno(rawValue: error) }
      }
    }()
    guard let outcome else { return .success(descriptor) }
    close(descriptor)
    return .failure(outcome)
  }

  private static func option(_ name: Int32, of descriptor: Int32) -> Int32 {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : errno
  }

  /// Requests go out at once; a peer that is gone shows after about a minute and a half even when nothing is asked.
  private func configure() {
    for (level, name, value) in [
      (Int32(IPPROTO_TCP), TCP_NODELAY, 1), (SOL_SOCKET, SO_KEEPALIVE, 1),
      (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30), (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15),
      (Int32(IPPROTO_TCP), TCP_KEEPCNT, 4),
    ] as [(Int32, Int32, Int32)] {
      var value = value
      setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}
