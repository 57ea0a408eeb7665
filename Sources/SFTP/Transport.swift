import CSSH2
import Glibc

/// An SSH connection whose every step has a deadline and can be cancelled. One thread at a time.
final class Transport {
  let endpoint: SFTPEndpoint
  let session: OpaquePointer
  let inbound: Inbound
  /// The channel that requests go over, once there is one.
  var channel: OpaquePointer?
  private let socket: TCPSocket
  var descriptor: Int32 { socket.descriptor }
  /// Set once the connection is lost or its state unknown: nothing more goes over it.
  private(set) var isAbandoned = false

  private static let libraryStatus = libssh2_init(0)

  init(to endpoint: SFTPEndpoint, deadline: Deadline, isCancelled: @escaping () -> Bool) throws(SFTPError) {
    self.endpoint = endpoint
    inbound = Inbound(isCancelled: isCancelled)
    socket = try TCPSocket(to: endpoint, deadline: deadline, isCancelled: isCancelled)
    let observer = Unmanaged.passUnretained(inbound).toOpaque()
    guard Self.libraryStatus == 0, let session = libssh2_session_init_ex(nil, nil, nil, observer) else {
      throw SFTPError(.protocolError, host: endpoint.address, "libssh2 cannot be started: out of memory?")
    }
    self.session = session
    libssh2_session_set_blocking(session, 0)
    cssh2_set_receive(session, Inbound.receive)
  }

  deinit {
    abandon()
    settle { libssh2_session_free(session) }
  }

  /// Ends the connection at once. libssh2 calls then fail without waiting, and free what they hold.
  func abandon() {
    isAbandoned = true
    inbound.close()
    shutdown(socket.descriptor, Int32(SHUT_RDWR))
  }

  /// Repeats a call that frees libssh2's memory, on an abandoned connection. It cannot block there; if it says so all
  /// the same, the memory is given up rather than the thread.
  func settle(_ call: () -> Int32) {
    for _ in 0..<1000 where call() != LIBSSH2_ERROR_EAGAIN { return }
  }

  /// Repeats a libssh2 call until it no longer asks to be called again, and returns what it returned.
  ///
  /// - Parameters:
  ///   - path: The file concerned, for the error.
  ///   - deadline: When to give up.
  ///   - status: The server's SFTP status, asked for when libssh2 reports one.
  ///   - call: Returns a negative LIBSSH2_ERROR on failure.
  /// - Returns: What the call returned, 0 or more.
  /// - Throws: `SFTPError`.
  @discardableResult
  func perform(
    on path: String? = nil, deadline: Deadline, status: () -> UInt = { 0 }, _ call: () -> Int
  ) throws(SFTPError) -> Int {
    try checkUsable(path)
    inbound.deadline = deadline
    while true {
      let result = call()
      if result >= 0 { return result }
      if result != Int(LIBSSH2_ERROR_EAGAIN) {
        let error = failure(result, status: status(), path: path)
        // After an answer that says no, all is as before; after anything else nobody knows what is under way.
        if result != Int(LIBSSH2_ERROR_SFTP_PROTOCOL) || error.code == .protocolError { abandon() }
        throw error
      }
      try wait(path: path, deadline: deadline)
    }
  }

  /// Like `perform`, for calls that return an object or nothing.
  func obtain(
    on path: String? = nil, deadline: Deadline, status: () -> UInt = { 0 }, _ call: () -> OpaquePointer?
  ) throws(SFTPError) -> OpaquePointer {
    var object: OpaquePointer?
    try perform(on: path, deadline: deadline, status: status) {
      object = call()
      return object != nil ? 0 : min(-1, Int(libssh2_session_last_errno(session)))
    }
    guard let object else {
      throw SFTPError(.protocolError, host: endpoint.address, path: path, "libssh2 gave nothing.")
    }
    return object
  }

  /// Sleeps until libssh2 can go on.
  ///
  /// libssh2 is not called before: where it would have to wait on, it looks at the wall clock, which somebody may have
  /// set in between (`sftp_packet_requirev`).
  func wait(path: String?, deadline: Deadline) throws(SFTPError) {
    // libssh2 1.10 waits on for answers on a channel that the server has closed.
    if let channel, libssh2_channel_eof(channel) == 1 { throw ended(.closed, path: path) }
    let directions = libssh2_session_block_directions(session)
    var events: Int16 = 0
    if directions & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0 { events |= Int16(POLLOUT) }
    if directions & LIBSSH2_SESSION_BLOCK_INBOUND != 0 || events == 0 { events |= Int16(POLLIN) }
    repeat {
      if inbound.isCancelled() { throw ended(.cancelled, path: path) }
      if deadline.hasPassed { throw ended(.late, path: path) }
    } while !socket.isReady(for: events, deadline: deadline)
    inbound.expectMore()
  }

  func checkUsable(_ path: String? = nil) throws(SFTPError) {
    guard isAbandoned else { return }
    throw SFTPError(
      .disconnected, host: endpoint.address, path: path, "The session was closed before. Open a new one.")
  }
}
