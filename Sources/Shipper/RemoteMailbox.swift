import SFTP

/// This site's mailbox on a partner's server.
struct RemoteMailbox {
  let session: SFTPSession
  /// What all paths begin with: empty, or ending in a slash.
  private let prefix: String

  /// Names a mailbox by the folder that the card gives, as this site's login sees it: `/`, `.`, `a/b`.
  init(_ session: SFTPSession, directory: String) {
    self.session = session
    prefix = Self.prefix(of: directory)
  }

  static func prefix(of directory: String) -> String {
    var folder = directory[...]
    while folder.last == "/" { folder.removeLast() }
    if folder.isEmpty { return directory.isEmpty ? "" : "/" }
    return folder == "." ? "" : "\(folder)/"
  }

  /// A parcel being uploaded, or a file of it.
  func incoming(_ names: String...) -> String { path("incoming", names) }
  /// A parcel that was delivered.
  func new(_ names: String...) -> String { path("new", names) }
  /// The folder of receipts, or one of them.
  func receipts(_ names: String...) -> String { path("receipts", names) }

  private func path(_ folder: String, _ names: [String]) -> String {
    prefix + ([folder] + names).joined(separator: "/")
  }

  /// Whether there is anything under this path.
  func exists(_ path: String) throws(SFTPError) -> Bool { try session.status(path) != nil }

  /// Removes whatever is under this path, following no link.
  func remove(_ path: String, depth: Int = 3) throws(SFTPError) {
    guard let entry = try session.status(path) else { return }
    guard entry.isDirectory else { return try session.remove(path) }
    if depth > 0 {
      for entry in try session.list(path, limit: 10_000) { try remove("\(path)/\(entry.name)", depth: depth - 1) }
    }
    try session.removeDirectory(path)
  }

  /// There is no mailbox under the card's path.
  var missing: ShipperError {
    ShipperError(
      .mailbox, "\(session.endpoint.host):\(session.endpoint.port)/\(prefix)",
      "There is no mailbox with incoming/, new/ and receipts/. Is sftp.directory on the partner's card right, and has "
        + "the partner added this site?")
  }
}
