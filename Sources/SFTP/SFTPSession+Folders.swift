import CSSH2

extension SFTPSession {
  /// Opens a folder, to be listed in portions. Other requests may be made meanwhile.
  ///
  /// - Parameter path: The folder's path; relative to where the login begins.
  /// - Throws: `SFTPError`: `notFound`, `permission`.
  public func openDirectory(_ path: String) throws(SFTPError) -> any RemoteListing {
    let handle = try openHandle(
      path, flags: 0, mode: 0, type: LIBSSH2_SFTP_OPENDIR, deadline: Deadline(in: timeouts.answer))
    let listing = SFTPListing(self, path: path, handle: handle)
    listings.removeAll { $0.listing == nil }
    listings.append(WeakListing(listing: listing))
    return listing
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
