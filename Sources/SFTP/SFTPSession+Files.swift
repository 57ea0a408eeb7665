import CSSH2
public import SystemPackage

extension SFTPSession {
  /// Uploads a file, keeping a window of bytes under way, and has the server sync it to its disk.
  ///
  /// - Parameters:
  ///   - source: A regular file on this side.
  ///   - offset: How many bytes the server already has, e.g. the size that `status(_:)` gives after an interrupted
  ///     upload. With 0 the file is created, or emptied.
  ///   - path: The file's path on the server.
  ///   - window: How many bytes may be under way, not yet acknowledged. At most 16 MiB; about five times as much memory
  ///     is used.
  ///   - progress: Called with the number of bytes, `offset` included, that the server has acknowledged so far. To
  ///     limit the rate, sleep here.
  ///   - goesOn: Asked after each of these calls. Once it says no, nothing more is sent, and only what is under way is
  ///     waited for, for `timeouts.farewell` at most. A file that is not whole then is not synced.
  /// - Returns: Where in the file the acknowledged bytes end.
  /// - Throws: `SFTPError`: `source`, `notFound`, `permission`, `noSpace`, `refused` (the server's file does not fit
  ///   `offset`), `cancelled` (it did not go on, and what was under way was not acknowledged in time), and all that a
  ///   connection can suffer. After a failure while sending, the session is closed.
  @discardableResult
  public func upload(
    from source: FilePath, offset: Int64 = 0, to path: String, window: Int = 3 << 20,
    progress: (Int64) -> Void = { _ in }, goesOn: () -> Bool = { true }
  ) throws(SFTPError) -> Int64 {
    let file = try UploadSource(source, from: offset, window: window, host: endpoint.address)
    let flags = LIBSSH2_FXF_WRITE | (offset == 0 ? LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC : 0)
    return try withHandle(path, flags: flags, mode: 0o660, deadline: Deadline(in: timeouts.answer)) {
      handle throws(SFTPError) in
      if offset > 0 {
        guard try size(of: handle, path) == offset else {
          throw SFTPError(
            .refused, host: endpoint.address, path: path, "The server's file is not of the size to go on from.")
        }
      }
      let acknowledged = try send(file, from: offset, to: handle, path, progress, goesOn)
      if !file.isCutShort { try sync(handle, path, size: acknowledged) }
      return acknowledged
    }
  }

  /// Uploads parts of a file into the same places of another, which is made where it is not there: one after the other, each
  /// when the one before is acknowledged. Several sessions may each write parts of one file, which ``sync(_:size:)`` ends.
  ///
  /// - Parameters:
  ///   - source: A regular file on this side.
  ///   - next: The next part; nil: there is none any more. What it throws ends the upload.
  ///   - path: The file's path on the server.
  ///   - window: How many bytes may be under way, not yet acknowledged, as with `upload`.
  ///   - progress: Called with where in the file the acknowledged bytes of a part end.
  ///   - goesOn: As with `upload`. Once it says no, no further part is asked for.
  /// - Throws: `SFTPError`, as `upload`.
  public func upload(
    from source: FilePath, parts next: () throws(SFTPError) -> Range<Int64>?, to path: String, window: Int,
    progress: (Int64) -> Void, goesOn: () -> Bool = { true }
  ) throws(SFTPError) {
    let file = try UploadSource(source, from: 0, window: window, host: endpoint.address)
    let flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT
    try withHandle(path, flags: flags, mode: 0o660, deadline: Deadline(in: timeouts.answer)) {
      handle throws(SFTPError) in
      while !file.isCutShort, let part = try next() {
        try file.move(to: part)
        _ = try send(file, from: part.lowerBound, to: handle, path, progress, goesOn)
      }
    }
  }

  /// Cuts a file off.
  ///
  /// - Parameter size: What is left of it, in bytes.
  /// - Throws: `SFTPError`: `notFound`, `permission`, `refused`, `unsupported`.
  public func truncate(_ path: String, to size: Int64) throws(SFTPError) {
    var attributes = LIBSSH2_SFTP_ATTRIBUTES()
    attributes.flags = UInt(LIBSSH2_SFTP_ATTR_SIZE)
    attributes.filesize = UInt64(size)
    try request(path, deadline: Deadline(in: timeouts.answer)) { sftp in
      Int(libssh2_sftp_stat_ex(sftp, path, UInt32(path.utf8.count), LIBSSH2_SFTP_SETSTAT, &attributes))
    }
  }

  /// Has the server sync to its disk what there is of a file, whoever wrote it.
  ///
  /// - Parameter size: What it must have by now, in bytes; nil: whatever it has.
  /// - Throws: `SFTPError`: `refused` where it has another size.
  public func sync(_ path: String, size: Int64?) throws(SFTPError) {
    try withHandle(path, flags: LIBSSH2_FXF_WRITE, mode: 0o660, deadline: Deadline(in: timeouts.answer)) {
      handle throws(SFTPError) in
      if let size { try sync(handle, path, size: size) } else { try sync(handle, path) }
    }
  }

  /// Writes a small file whole, and has the server sync it to its disk.
  ///
  /// - Throws: `SFTPError`, as `upload`.
  public func write(_ bytes: [UInt8], to path: String) throws(SFTPError) {
    let flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC
    try withHandle(path, flags: flags, mode: 0o660, deadline: Deadline(in: timeouts.answer)) {
      handle throws(SFTPError) in
      var sent = 0
      while sent < bytes.count {
        sent += try bytes.withUnsafeBytes { bytes in
          Result { () throws(SFTPError) in
            try send(
              UnsafeRawBufferPointer(rebasing: bytes[sent...]), to: handle, path, deadline: Deadline(in: timeouts.stall)
            )
          }
        }.get()
      }
      try sync(handle, path)
    }
  }

  /// Reads a small file whole.
  ///
  /// - Parameters:
  ///   - path: The file's path on the server.
  ///   - limit: The greatest number of bytes to accept.
  /// - Returns: The file's content.
  /// - Throws: `SFTPError`: `notFound`, `permission`, `limit`.
  public func read(_ path: String, limit: Int) throws(SFTPError) -> [UInt8] {
    let deadline = Deadline(in: timeouts.answer)
    return try withHandle(path, flags: LIBSSH2_FXF_READ, mode: 0, deadline: deadline) { handle throws(SFTPError) in
      transport.inbound.allowance = Self.smallAllowance + 2 * min(max(limit, 0), 1 << 30)
      var content: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 1 << 15)
      while true {
        let count = try request(path, deadline: deadline, allowance: nil) { _ in
          piece.withUnsafeMutableBytes {
            let buffer = $0.assumingMemoryBound(to: CChar.self)
            return libssh2_sftp_read(handle, buffer.baseAddress, buffer.count)
          }
        }
        if count == 0 { return content }
        content += piece.prefix(count)
        guard content.count <= limit else {
          throw SFTPError(.limit, host: endpoint.address, path: path, "The file is larger than \(limit) bytes.")
        }
      }
    }
  }

  /// Sends a file, or a part of it, to the same place in the server's. Returns where what was acknowledged ends.
  private func send(
    _ file: UploadSource, from offset: Int64, to handle: OpaquePointer, _ path: String, _ progress: (Int64) -> Void,
    _ goesOn: () -> Bool
  ) throws(SFTPError) -> Int64 {
    libssh2_sftp_seek64(handle, UInt64(offset))
    var acknowledged = offset
    var farewell: Deadline?
    while let pending = try file.pending() {
      let count: Int
      do throws(SFTPError) {
        count = try send(pending, to: handle, path, deadline: farewell ?? Deadline(in: timeouts.stall))
      } catch {
        guard farewell != nil, error.code == .timeout else { throw error }
        throw SFTPError(.cancelled, host: endpoint.address, path: path, "Broken off.", underlying: error.description)
      }
      file.release(count)
      acknowledged += Int64(count)
      progress(acknowledged)
      if farewell == nil, !goesOn() {
        file.cutShort()
        farewell = Deadline(in: timeouts.farewell)
      }
    }
    return acknowledged
  }

  private func sync(_ handle: OpaquePointer, _ path: String, size wanted: Int64) throws(SFTPError) {
    try sync(handle, path)
    guard try size(of: handle, path) == wanted else {
      throw SFTPError(
        .refused, host: endpoint.address, path: path,
        "The server's file is not as large as what was sent. Something else writes there: send it again.")
    }
  }

  /// Sends what is not yet on its way of `bytes`, which begin after all that is acknowledged, and waits until the
  /// server acknowledges more. Returns how much.
  private func send(
    _ bytes: UnsafeRawBufferPointer, to handle: OpaquePointer, _ path: String, deadline: Deadline
  ) throws(SFTPError) -> Int {
    do {
      let count = try request(path, deadline: deadline, allowance: nil) { sftp in
        // 0 says that a request went out in part. With room left in the channel's window, the next part can go at once.
        while true {
          let count = libssh2_sftp_write(handle, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
          if count != 0 { return count }
          guard libssh2_channel_window_write_ex(libssh2_sftp_get_channel(sftp), nil) > 0 else {
            return Int(LIBSSH2_ERROR_EAGAIN)
          }
        }
      }
      // An acknowledgement of 30 000 bytes takes about 100.
      transport.inbound.allowance += count / 100
      return count
    } catch {
      // Other writes are under way, one of them perhaps half sent.
      transport.abandon()
      guard error.code == .refused else { throw error }
      // A write to a file that is open: OpenSSH says SSH_FX_FAILURE for ENOSPC, EDQUOT, EFBIG and EIO alike.
      throw SFTPError(
        .noSpace, host: endpoint.address, path: path,
        "The server could not write. The partner's disk is probably full, or a quota reached.",
        underlying: error.underlying)
    }
  }

  /// `fsync@openssh.com`, where the server knows it (OpenSSH PROTOCOL, 4.6).
  private func sync(_ handle: OpaquePointer, _ path: String) throws(SFTPError) {
    do {
      try request(path, deadline: Deadline(in: timeouts.sync)) { _ in Int(libssh2_sftp_fsync(handle)) }
    } catch  where error.code == .unsupported {}
  }

  private func size(of handle: OpaquePointer, _ path: String) throws(SFTPError) -> Int64 {
    var attributes = LIBSSH2_SFTP_ATTRIBUTES()
    try request(path, deadline: Deadline(in: timeouts.answer)) { _ in
      Int(libssh2_sftp_fstat_ex(handle, &attributes, 0))
    }
    return SFTPEntry(name: path, attributes: attributes).size
  }
}
