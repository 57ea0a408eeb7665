internal import Glibc

/// What a service says to the service manager that started it, systemd for example: sd_notify(3), datagrams to the socket that
/// `NOTIFY_SOCKET` names. Nothing is said where there is none.
public enum ServiceManager {
  /// The service works, or works again after ``reloading()``.
  public static func ready() { say("READY=1") }

  /// The service takes up a changed configuration; ``ready()`` must follow.
  public static func reloading() {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    say("RELOADING=1\nMONOTONIC_USEC=\(Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)")
  }

  /// The service got on: this, and nothing else, keeps the watchdog quiet.
  ///
  /// - Parameter doing: a word or two, without patient data.
  static func gotOn(_ doing: String) { say("WATCHDOG=1\nSTATUS=\(doing)") }

  /// The service ends: who is told takes it for gone, so it must not come back.
  public static func stopping() { say("STOPPING=1") }

  private static let socket = NotifySocket(getenv("NOTIFY_SOCKET").map { String(cString: $0) })

  private static func say(_ message: String) { socket?.send(message) }
}

/// The manager's end of a datagram socket.
struct NotifySocket: Sendable {
  private let descriptor: Int32
  private let address: sockaddr_un
  private let length: socklen_t

  /// - Parameter name: the path of the socket, or `@` and a name in the abstract space; nil where neither is given.
  init?(_ name: String?) {
    guard let name, let first = name.utf8.first else { return nil }
    let isAbstract = first == UInt8(ascii: "@")
    guard isAbstract || first == UInt8(ascii: "/") else { return nil }
    var bytes = Array(name.utf8)
    // An abstract name begins with a zero byte and has none at its end.
    if isAbstract { bytes[0] = 0 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let begin = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    length = socklen_t(begin + bytes.count + (isAbstract ? 0 : 1))
    self.address = address
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
  }

  /// Sends a message, whole; what cannot be sent is dropped: the manager then finds out by itself.
  func send(_ message: String) {
    var message = Array(message.utf8)
    var address = address
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        while sendto(descriptor, &message, message.count, Int32(MSG_NOSIGNAL), pointer, length) < 0,
          errno == EINTR
        {}
      }
    }
  }
}
