import CSSH2

/// An SFTP session with a partner's server, over libssh2.
///
/// All calls are synchronous and belong on one thread at a time, which is not one of Swift's cooperative pool. Each
/// ends by its deadline, whatever the server does, and within about 200 ms of `isCancelled` becoming true. A failure
/// that leaves the connection in doubt ends the session: what is asked of it afterwards fails as `disconnected`.
public final class SFTPSession {
  /// The server that this session is with.
  public let endpoint: SFTPEndpoint
  let timeouts: SFTPTimeouts
  let transport: Transport
  private var sftp: OpaquePointer?
  /// Those that are open must be closed before the session is.
  var listings: [WeakListing] = []

  struct WeakListing { weak var listing: SFTPListing? }

  /// Connects, checks the host key, and logs in.
  ///
  /// - Parameters:
  ///   - endpoint: The server. Its host key is compared before anything of this site is shown to it.
  ///   - privateKey: The text of an unencrypted OpenSSH Ed25519 private key.
  ///   - publicKeyLine: The public key's line, `ssh-ed25519 AAAA…`.
  ///   - timeouts: How long to wait for what.
  ///   - isCancelled: Asked at least every 200 ms while waiting; `true` ends the session.
  /// - Throws: `SFTPError`: `unreachable`, `timeout`, `hostKey`, `authentication`, `disconnected`, `protocolError`,
  ///   `refused` (no SFTP there), `cancelled`.
  public init(
    connecting endpoint: SFTPEndpoint, privateKey: String, publicKeyLine: String, timeouts: SFTPTimeouts = .init(),
    isCancelled: @escaping () -> Bool = { false }
  ) throws(SFTPError) {
    self.endpoint = endpoint
    self.timeouts = timeouts
    _ = try HostKey(pinnedBy: endpoint)
    let deadline = Deadline(in: timeouts.connect)
    transport = try Transport(to: endpoint, deadline: deadline, isCancelled: isCancelled)
    try transport.handshake(deadline: deadline)
    try transport.logIn(privateKey: privateKey, publicKeyLine: publicKeyLine, deadline: deadline)
    let (transport, session) = (transport, transport.session)
    let sftp = try transport.obtain(deadline: deadline) { libssh2_sftp_init(session) }
    transport.channel = libssh2_sftp_get_channel(sftp)
    self.sftp = sftp
  }

  deinit { close() }

  /// Ends the session. It says goodbye if the server listens, for two seconds at most.
  public func close() {
    guard let sftp else { return }
    for open in listings { open.listing?.close() }
    listings = []
    self.sftp = nil
    let deadline = Deadline(in: .seconds(2))
    transport.channel = nil
    transport.inbound.allowance = Self.smallAllowance
    var isFreed = false
    _ = try? transport.perform(deadline: deadline) {
      let status = libssh2_sftp_shutdown(sftp)
      isFreed = status != LIBSSH2_ERROR_EAGAIN
      return Int(status)
    }
    _ = try? transport.perform(deadline: deadline) {
      Int(libssh2_session_disconnect_ex(transport.session, SSH_DISCONNECT_BY_APPLICATION, "done", ""))
    }
    transport.abandon()
    if !isFreed { transport.settle { libssh2_sftp_shutdown(sftp) } }
  }

  /// What the server may send in answer to a small request: an answer is below 256 KiB in libssh2 (its
  /// `LIBSSH2_SFTP_PACKET_MAXLEN`), and a new key exchange may come between.
  static let smallAllowance = 1 << 20

  /// Sends one request and waits for its answer.
  ///
  /// - Parameters:
  ///   - path: The path concerned, for the error.
  ///   - deadline: When to give up.
  ///   - allowance: What the server may send meanwhile, in bytes; `nil` for what is left of the allowance before.
  ///   - call: A libssh2 call on the SFTP channel.
  /// - Returns: What the call returned, 0 or more.
  /// - Throws: `SFTPError`.
  @discardableResult
  func request(
    _ path: String, deadline: Deadline, allowance: Int? = smallAllowance, _ call: (OpaquePointer) -> Int
  ) throws(SFTPError) -> Int {
    let sftp = try usable(path)
    if let allowance { transport.inbound.allowance = allowance }
    return try transport.perform(on: path, deadline: deadline, status: { libssh2_sftp_last_error(sftp) }) { call(sftp) }
  }

  /// Opens a file or folder.
  func openHandle(
    _ path: String, flags: Int32, mode: Int, type: Int32, deadline: Deadline
  ) throws(SFTPError) -> OpaquePointer {
    let sftp = try usable(path)
    transport.inbound.allowance = Self.smallAllowance
    return try transport.obtain(on: path, deadline: deadline, status: { libssh2_sftp_last_error(sftp) }) {
      libssh2_sftp_open_ex(sftp, path, UInt32(path.utf8.count), UInt(flags), mode, type)
    }
  }

  /// Opens a file, and closes it after use in any case.
  func withHandle<Result>(
    _ path: String, flags: Int32, mode: Int, deadline: Deadline, _ body: (OpaquePointer) throws(SFTPError) -> Result
  ) throws(SFTPError) -> Result {
    let handle = try openHandle(path, flags: flags, mode: mode, type: LIBSSH2_SFTP_OPENFILE, deadline: deadline)
    let result: Result
    do throws(SFTPError) {
      result = try body(handle)
    } catch {
      try? closeHandle(handle, path)
      throw error
    }
    try closeHandle(handle, path)
    return result
  }

  /// libssh2 frees the handle whatever the answer, but not before there is one.
  func closeHandle(_ handle: OpaquePointer, _ path: String) throws(SFTPError) {
    var isFreed = false
    defer {
      if !isFreed {
        transport.abandon()
        transport.settle { libssh2_sftp_close_handle(handle) }
      }
    }
    try request(path, deadline: Deadline(in: timeouts.answer)) { _ in
      let status = libssh2_sftp_close_handle(handle)
      isFreed = status != LIBSSH2_ERROR_EAGAIN
      return Int(status)
    }
  }

  /// The SFTP channel, if the path can be sent at all.
  private func usable(_ path: String) throws(SFTPError) -> OpaquePointer {
    guard !path.isEmpty, path.utf8.count <= 4096, !path.utf8.contains(0) else {
      throw SFTPError(.refused, host: endpoint.address, path: printable(path.utf8), "This is no valid path.")
    }
    try transport.checkUsable(path)
    guard let sftp else {
      throw SFTPError(.disconnected, host: endpoint.address, path: path, "The session is closed. Open a new one.")
    }
    return sftp
  }
}
