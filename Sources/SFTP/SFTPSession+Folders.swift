import CSSH2

extension SFTPSession {
  /// Lists a folder, without `.` and `..`, in the server's order.
  ///
  /// A name that is not UTF-8 is left out: nothing of ours is called so, and it could not be asked for.
  ///
  /// - Parameters:
  ///   - directory: The folder's path; relative to where the login begins.
  ///   - limit: The greatest number of names to accept.
  /// - Returns: The names.
  /// - Throws: `SFTPError`: `notFound`, `permission`, `limit`; `protocolError` for a name with `/` or NUL.
  public func list(_ directory: String, limit: Int) throws(SFTPError) -> [SFTPEntry] {
    let deadline = Deadline(in: timeouts.answer)
    return try withHandle(directory, flags: 0, mode: 0, type: LIBSSH2_SFTP_OPENDIR, deadline: deadline) {
      handle throws(SFTPError) in
      transport.inbound.allowance = Self.smallAllowance + min(max(limit, 0), 1 << 20) * 1024
      var entries: [SFTPEntry] = []
      var name = [UInt8](repeating: 0, count: 1024)
      while true {
        var attributes = LIBSSH2_SFTP_ATTRIBUTES()
        let length = try request(directory, deadline: deadline, allowance: nil) { _ in
          name.withUnsafeMutableBytes {
            let buffer = $0.assumingMemoryBound(to: CChar.self)
            return Int(libssh2_sftp_readdir_ex(handle, buffer.baseAddress, buffer.count, nil, 0, &attributes))
          }
        }
        if length == 0 { return entries }
        let bytes = name.prefix(length)
        guard !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else {
          throw SFTPError(
            .protocolError, host: endpoint.address, path: directory,
            "The server lists a name that no file can have: \(printable(bytes)).")
        }
        guard let text = String(validating: bytes, as: UTF8.self), text != ".", text != ".." else { continue }
        guard entries.count < limit else {
          throw SFTPError(
            .limit, host: endpoint.address, path: directory,
            "More than \(limit) names are in this folder. The partner must clear it.")
        }
        entries.append(SFTPEntry(name: text, attributes: attributes))
      }
    }
  }

  /// What the server says about a path, or `nil` if nothing is there. Symbolic links are not followed.
  ///
  /// - Throws: `SFTPError`.
  public func status(_ path: String) throws(SFTPError) -> SFTPEntry? {
    var attributes = LIBSSH2_SFTP_ATTRIBUTES()
    do {
      try request(path, deadline: Deadline(in: timeouts.answer)) {
        Int(libssh2_sftp_stat_ex($0, path, UInt32(path.utf8.count), LIBSSH2_SFTP_LSTAT, &attributes))
      }
    } catch  where error.code == .notFound {
      return nil
    }
    return SFTPEntry(name: path.split(separator: "/").last.map(String.init) ?? path, attributes: attributes)
  }

  /// Makes a folder, for its owner and group as far as the server's umask lets it.
  ///
  /// - Throws: `SFTPError`: `exists`, `notFound` (the folder above), `permission`.
  public func makeDirectory(_ path: String) throws(SFTPError) {
    try naming(path) { () throws(SFTPError) in
      try request(path, deadline: Deadline(in: timeouts.answer)) {
        Int(libssh2_sftp_mkdir_ex($0, path, UInt32(path.utf8.count), 0o770))
      }
    }
  }

  /// Renames a file or folder. An existing one is not replaced.
  ///
  /// - Throws: `SFTPError`: `exists`, `notFound`, `permission`.
  public func rename(_ path: String, to newPath: String) throws(SFTPError) {
    guard !newPath.isEmpty, newPath.utf8.count <= 4096, !newPath.utf8.contains(0) else {
      throw SFTPError(.refused, host: endpoint.address, path: printable(newPath.utf8), "This is no valid path.")
    }
    try naming(newPath) { () throws(SFTPError) in
      try request(path, deadline: Deadline(in: timeouts.answer)) {
        // The flags belong to version 5 of the protocol: OpenSSH speaks 3, where a rename never replaces.
        Int(
          libssh2_sftp_rename_ex(
            $0, path, UInt32(path.utf8.count), newPath, UInt32(newPath.utf8.count), Int(LIBSSH2_SFTP_RENAME_ATOMIC)))
      }
    }
  }

  /// Removes a file.
  ///
  /// - Throws: `SFTPError`: `notFound`, `permission`.
  public func remove(_ path: String) throws(SFTPError) {
    try request(path, deadline: Deadline(in: timeouts.answer)) {
      Int(libssh2_sftp_unlink_ex($0, path, UInt32(path.utf8.count)))
    }
  }

  /// Removes an empty folder.
  ///
  /// - Throws: `SFTPError`: `notFound`, `permission`, `refused` (not empty).
  public func removeDirectory(_ path: String) throws(SFTPError) {
    try request(path, deadline: Deadline(in: timeouts.answer)) {
      Int(libssh2_sftp_rmdir_ex($0, path, UInt32(path.utf8.count)))
    }
  }

  /// Version 3 has no status for a name that is taken: OpenSSH answers SSH_FX_FAILURE, so look.
  private func naming(_ path: String, _ body: () throws(SFTPError) -> Void) throws(SFTPError) {
    do {
      try body()
    } catch  where error.code == .refused {
      guard try status(path) != nil else { throw error }
      throw SFTPError(.exists, host: endpoint.address, path: path, "The name is taken.", underlying: error.underlying)
    }
  }
}
