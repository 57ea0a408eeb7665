import CSSH2

extension SFTPSession {
  /// Whether the server lets this login reach, through it, a port of its own host: a login that only delivers must not.
  ///
  /// The ports asked for are the one of this session and sshd's usual one, since one that nobody listens on is refused, too,
  /// and looks the same.
  ///
  /// - Throws: `SFTPError` where the connection fails.
  public func allowsForwarding() throws(SFTPError) -> Bool {
    for port in Set([endpoint.port, 22]).sorted() where try opensChannel(to: port) { return true }
    return false
  }

  private func opensChannel(to port: Int) throws(SFTPError) -> Bool {
    try transport.checkUsable()
    let deadline = Deadline(in: timeouts.answer)
    transport.inbound.allowance = Self.smallAllowance
    transport.inbound.deadline = deadline
    let session = transport.session
    while true {
      if let channel = libssh2_channel_direct_tcpip_ex(session, "127.0.0.1", Int32(port), "127.0.0.1", 0) {
        _ = try transport.perform(deadline: deadline) { Int(libssh2_channel_free(channel)) }
        return true
      }
      let number = libssh2_session_last_errno(session)
      if number == LIBSSH2_ERROR_CHANNEL_FAILURE { return false }
      guard number == LIBSSH2_ERROR_EAGAIN else { throw transport.failure(Int(number), status: 0, path: nil) }
      try transport.wait(path: nil, deadline: deadline)
    }
  }
}
