public import SystemPackage

/// The files of a partner's server: the seam of all that goes over SFTP.
///
/// ``SFTPSession`` is the real one. Tests wrap it in one that counts, fails or loses answers.
public protocol RemoteFiles: AnyObject {
  /// The server.
  var endpoint: SFTPEndpoint { get }

  /// What the server says about a path, or `nil` if nothing is there. Symbolic links are not followed.
  func status(_ path: String) throws(SFTPError) -> SFTPEntry?
  /// Opens a folder, to be listed in portions.
  func openDirectory(_ path: String) throws(SFTPError) -> any RemoteListing
  /// Reads a small file whole.
  func read(_ path: String, limit: Int) throws(SFTPError) -> [UInt8]
  /// Writes a small file whole, and has the server sync it to its disk.
  func write(_ bytes: [UInt8], to path: String) throws(SFTPError)
  /// Uploads a file, or what is missing of it, as long as it goes on, and has the server sync it to its disk.
  @discardableResult
  func upload(
    from source: FilePath, offset: Int64, to path: String, window: Int, progress: (Int64) -> Void, goesOn: () -> Bool
  ) throws(SFTPError) -> Int64
  /// Uploads parts of a file, one after the other, into the same places of another, which is made where it is not there, as long
  /// as it goes on.
  func upload(
    from source: FilePath, parts next: () throws(SFTPError) -> Range<Int64>?, to path: String, window: Int,
    progress: (Int64) -> Void, goesOn: () -> Bool
  ) throws(SFTPError)
  /// Cuts a file off after so many bytes.
  func truncate(_ path: String, to size: Int64) throws(SFTPError)
  /// Has the server sync a file to its disk, which must be of this size; nil: of whatever size it is.
  func sync(_ path: String, size: Int64?) throws(SFTPError)
  /// Renames a file or folder. An existing one is not replaced.
  func rename(_ path: String, to newPath: String) throws(SFTPError)
  /// Makes a folder.
  func makeDirectory(_ path: String) throws(SFTPError)
  /// Removes a file.
  func remove(_ path: String) throws(SFTPError)
  /// Removes an empty folder.
  func removeDirectory(_ path: String) throws(SFTPError)
  /// Ends the session.
  func close()
}

/// A folder of a server that was opened, and yields its names bit by bit.
public protocol RemoteListing: AnyObject {
  /// The next names, in the server's order, without `.` and `..`.
  ///
  /// - Parameter limit: at most so many.
  /// - Returns: fewer than `limit`, or none, at the end of the folder.
  func next(_ limit: Int) throws(SFTPError) -> [SFTPEntry]
  /// Ends the listing, if it has not ended yet.
  func close()
}

extension RemoteFiles {
  /// Lists a folder, without `.` and `..`, in the server's order.
  ///
  /// - Parameters:
  ///   - directory: The folder's path; relative to where the login begins.
  ///   - limit: The greatest number of names to accept.
  /// - Returns: The names.
  /// - Throws: `SFTPError`: `notFound`, `permission`, `limit`; `protocolError` for a name with `/` or NUL.
  public func list(_ directory: String, limit: Int) throws(SFTPError) -> [SFTPEntry] {
    let listing = try openDirectory(directory)
    defer { listing.close() }
    let most = min(max(limit, 0), Int.max - 1)
    let entries = try listing.next(most + 1)
    guard entries.count <= most else {
      throw SFTPError(
        .limit, host: endpoint.address, path: directory,
        "More than \(limit) names are in this folder. The partner must clear it.")
    }
    return entries
  }
}

extension SFTPSession: RemoteFiles {}
