public import SFTP
public import SystemPackage

/// A partner's files over a session that fails where a test wants it.
public final class FaultyRemote: RemoteFiles {
  private let files: any RemoteFiles
  private let faults: RemoteFaults
  private var isCut = false

  /// Wraps a session; the faults go on counting from one session to the next.
  public init(_ files: any RemoteFiles, _ faults: RemoteFaults) {
    self.files = files
    self.faults = faults
  }

  /// The server.
  public var endpoint: SFTPEndpoint { files.endpoint }

  /// As the session; may fail.
  public func status(_ path: String) throws(SFTPError) -> SFTPEntry? {
    try request("status", path) { () throws(SFTPError) in try files.status(path) }
  }

  /// As the session; may fail, as each portion of the listing may.
  public func openDirectory(_ path: String) throws(SFTPError) -> any RemoteListing {
    let listing = try request("openDirectory", path) { () throws(SFTPError) in try files.openDirectory(path) }
    return FaultyListing(listing, of: self, path: path)
  }

  /// As the session; may fail.
  public func read(_ path: String, limit: Int) throws(SFTPError) -> [UInt8] {
    try request("read", path) { () throws(SFTPError) in try files.read(path, limit: limit) }
  }

  /// As the session; may fail.
  public func write(_ bytes: [UInt8], to path: String) throws(SFTPError) {
    try request("write", path) { () throws(SFTPError) in try files.write(bytes, to: path) }
  }

  /// As the session; may fail.
  public func upload(
    from source: FilePath, offset: Int64, to path: String, window: Int, progress: (Int64) -> Void, goesOn: () -> Bool
  ) throws(SFTPError) -> Int64 {
    try request("upload", path) { () throws(SFTPError) in
      try files.upload(from: source, offset: offset, to: path, window: window, progress: progress, goesOn: goesOn)
    }
  }

  /// As the session; may fail at each part.
  public func upload(
    from source: FilePath, parts next: () throws(SFTPError) -> Range<Int64>?, to path: String, window: Int,
    progress: (Int64) -> Void, goesOn: () -> Bool
  ) throws(SFTPError) {
    if isCut { throw disconnected(path) }
    var fault: RemoteFaults.Fault?
    do throws(SFTPError) {
      try files.upload(
        from: source,
        parts: { () throws(SFTPError) in
          guard let part = try next() else { return nil }
          fault = faults.next("upload a part of \(path)")
          // The session is cut when it is not in use any more.
          if fault != nil { throw disconnected(path) }
          return part
        }, to: path, window: window, progress: progress, goesOn: goesOn)
    } catch {
      guard let fault else { throw error }
      if case .fail(let code) = fault { throw failure(code, path) }
      cut()
      throw error
    }
  }

  /// As the session; may fail.
  public func truncate(_ path: String, to size: Int64) throws(SFTPError) {
    try request("truncate", path) { () throws(SFTPError) in try files.truncate(path, to: size) }
  }

  /// As the session; may fail.
  public func sync(_ path: String, size: Int64?) throws(SFTPError) {
    try request("sync", path) { () throws(SFTPError) in try files.sync(path, size: size) }
  }

  /// As the session; may fail.
  public func rename(_ path: String, to newPath: String) throws(SFTPError) {
    try request("rename", path) { () throws(SFTPError) in try files.rename(path, to: newPath) }
  }

  /// As the session; may fail.
  public func makeDirectory(_ path: String) throws(SFTPError) {
    try request("makeDirectory", path) { () throws(SFTPError) in try files.makeDirectory(path) }
  }

  /// As the session; may fail.
  public func remove(_ path: String) throws(SFTPError) {
    try request("remove", path) { () throws(SFTPError) in try files.remove(path) }
  }

  /// As the session; may fail.
  public func removeDirectory(_ path: String) throws(SFTPError) {
    try request("removeDirectory", path) { () throws(SFTPError) in try files.removeDirectory(path) }
  }

  /// Ends the session; it never fails.
  public func close() { files.close() }

  func request<Answer>(
    _ name: String, _ path: String, _ perform: () throws(SFTPError) -> Answer
  ) throws(SFTPError) -> Answer {
    if isCut { throw disconnected(path) }
    switch faults.next("\(name) \(path)") {
    case nil: return try perform()
    case .fail(let code):
      throw failure(code, path)
    case .cut:
      cut()
      throw disconnected(path)
    case .loseAnswer:
      _ = try perform()
      cut()
      throw disconnected(path)
    }
  }

  private func cut() {
    isCut = true
    files.close()
  }

  private func failure(_ code: SFTPError.Code, _ path: String) -> SFTPError {
    SFTPError(code, host: endpoint.host, path: path, "It fails because the test wants it.")
  }

  private func disconnected(_ path: String) -> SFTPError {
    SFTPError(.disconnected, host: endpoint.host, path: path, "The connection ended because the test wants it.")
  }
}

private final class FaultyListing: RemoteListing {
  private let listing: any RemoteListing
  private let remote: FaultyRemote
  private let path: String

  init(_ listing: any RemoteListing, of remote: FaultyRemote, path: String) {
    self.listing = listing
    self.remote = remote
    self.path = path
  }

  func next(_ limit: Int) throws(SFTPError) -> [SFTPEntry] {
    try remote.request("next", path) { () throws(SFTPError) in try listing.next(limit) }
  }

  func close() { listing.close() }
}
