import Glibc
import Synchronization
public import SystemPackage

/// A throw-away OpenSSH server on 127.0.0.1 that serves folders over SFTP: for the demo and the tests.
///
/// Everybody logs in as the current user; the key decides in which folder the session begins (`internal-sftp -d`), so
/// paths should be relative. Nobody is locked into a folder: this is no model for a real server.
public final class LoopbackSSHD: Sendable {
  /// A folder and the key that logs into it.
  public typealias Account = (directory: FilePath, publicKey: String)

  /// The kind of host key that the server presents.
  public enum HostKeyType: String, Sendable {
    /// The kinds that OpenSSH still offers.
    case ed25519, ecdsa, rsa
  }

  /// The port on 127.0.0.1 that the server listens on.
  public let port: Int
  /// The host key's public line: type and base64, without a comment.
  public let hostKey: String
  /// The user name to log in with: the current user's.
  public let user: String
  /// The server's log.
  public let log: FilePath
  private let configuration: FilePath
  private let listener: Mutex<Child?>

  /// Writes a configuration into a folder, starts the server and waits until it listens.
  ///
  /// - Parameters:
  ///   - directory: An existing folder for the configuration, the host key and the log; a host key found there is
  ///     used again.
  ///   - accounts: The folders to serve and the public key line that opens each.
  ///   - hostKeyType: The kind of host key to make.
  ///   - settings: Further lines for `sshd_config`.
  /// - Throws: `LoopbackSSHDError`, or `Errno` where a file cannot be written.
  public init(
    directory: FilePath, accounts: [Account], hostKeyType: HostKeyType = .ed25519, settings: [String] = []
  ) throws {
    let files = try Configuration(directory: directory, accounts: accounts, hostKeyType: hostKeyType)
    var failure: any Error = LoopbackSSHDError("no port tried")
    for _ in 0..<5 {
      // Between choosing a free port and sshd's listening on it, somebody else can take it.
      let port = try Self.freePort()
      do {
        try files.write(port: port, settings: settings)
        let child = try Self.start(files.path, port: port, log: files.log)
        (self.port, hostKey, user, log, configuration) = (port, files.hostKey, files.user, files.log, files.path)
        listener = Mutex(child)
        return
      } catch { failure = error }
    }
    throw failure
  }

  deinit { stop() }

  /// Ends the server and all its sessions at once, as a crash would.
  public func stop() {
    listener.withLock { child in
      child?.killFamily()
      child = nil
    }
  }

  /// Ends the server if it runs, and starts it again on the same port with the same host key.
  ///
  /// - Throws: `LoopbackSSHDError` if it does not start.
  public func restart() throws {
    try listener.withLock { child in
      child?.killFamily()
      child = nil
      child = try Self.start(configuration, port: port, log: log)
    }
  }

  private static func start(_ configuration: FilePath, port: Int, log: FilePath) throws -> Child {
    let logged = (try? TextFile.read(log).utf8.count) ?? 0
    let child = try Child("/usr/sbin/sshd", ["-D", "-e", "-f", configuration.string], output: log)
    for _ in 0..<1000 {
      let said = try TextFile.read(log, from: Int64(logged))
      if said.contains("Server listening on 127.0.0.1 port \(port).") { return child }
      if child.exitStatus != nil { throw LoopbackSSHDError("sshd ended at once. It said: \(said)", path: log.string) }
      usleep(10_000)
    }
    child.killFamily()
    throw LoopbackSSHDError("sshd did not listen within 10 s.", path: log.string)
  }

  /// A TCP port of 127.0.0.1 that nobody uses at the moment.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw Errno(rawValue: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
