import CSSH2

/// A folder of the server that was opened. It ends with its session.
public final class SFTPListing: RemoteListing {
  private let session: SFTPSession
  private let path: String
  private var handle: OpaquePointer?
  private var isAtEnd = false

  init(_ session: SFTPSession, path: String, handle: OpaquePointer) {
    self.session = session
    self.path = path
    self.handle = handle
  }

  deinit { close() }

  /// The next names, in the server's order, without `.` and `..`.
  ///
  /// A name that is not UTF-8 is left out: nothing of ours is called so, and it could not be asked for.
  ///
  /// - Parameter limit: at most so many.
  /// - Returns: fewer than `limit`, or none, at the end of the folder.
  /// - Throws: `SFTPError`; `protocolError` for a name with `/` or NUL.
  public func next(_ limit: Int) throws(SFTPError) -> [SFTPEntry] {
    let deadline = Deadline(in: session.timeouts.answer)
    session.transport.inbound.allowance = SFTPSession.smallAllowance + min(max(limit, 0), 1 << 20) * 1024
    var entries: [SFTPEntry] = []
    var name = [UInt8](repeating: 0, count: 1024)
    while entries.count < limit, !isAtEnd {
      guard let handle else {
        throw SFTPError(.disconnected, host: session.endpoint.address, path: path, "The listing was closed.")
      }
      var attributes = LIBSSH2_SFTP_ATTRIBUTES()
      let length = try session.request(path, deadline: deadline, allowance: nil) { _ in
        name.withUnsafeMutableBytes {
          let buffer = $0.assumingMemoryBound(to: CChar.self)
          return Int(libssh2_sftp_readdir_ex(handle, buffer.baseAddress, buffer.count, nil, 0, &attributes))
        }
      }
      if length == 0 {
        isAtEnd = true
        break
      }
      let bytes = name.prefix(length)
      guard !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else {
        throw SFTPError(
          .protocolError, host: session.endpoint.address, path: path,
          "The server lists a name that no file can have: \(printable(bytes)).")
      }
      guard let text = String(validating: bytes, as: UTF8.self), text != ".", text != ".." else { continue }
      entries.append(SFTPEntry(name: text, attributes: attributes))
    }
    return entries
  }

  /// Ends the listing, if it has not ended yet.
  public func close() {
    guard let handle else { return }
    self.handle = nil
    try? session.closeHandle(handle, path)
  }
}
