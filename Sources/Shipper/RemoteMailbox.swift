internal import Parcel
internal import SFTP

/// This site's mailbox on a partner's server.
struct RemoteMailbox {
  let files: any RemoteFiles
  /// What all paths begin with: empty, or ending in a slash.
  private let prefix: String

  /// Names a mailbox by the folder that the card gives, as this site's login sees it: `/`, `.`, `a/b`.
  init(_ files: any RemoteFiles, directory: String) {
    self.files = files
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
  /// A parcel that was delivered, or a file of it.
  func new(_ names: String...) -> String { path("new", names) }
  /// The folder of receipts, or one of them.
  func receipts(_ names: String...) -> String { path("receipts", names) }

  private func path(_ folder: String, _ names: [String]) -> String {
    prefix + ([folder] + names).joined(separator: "/")
  }

  /// What lies under a parcel's name in `new/`.
  enum Arrived {
    case nothing
    /// Its three files and nothing else, of their sizes; and those that could be compared hold what they should.
    case whole
    /// Something else: half of it, or files that a power cut has emptied.
    case other
  }

  /// Looks at what lies under a parcel's name in `new/`. The name alone proves nothing.
  ///
  /// - Parameter small: the files beside the payload; nil where they cannot be read here, and so not be compared.
  func arrived(
    _ id: String, payloadBytes: Int64, small: [LocalParcel.Small]?
  ) throws(SFTPError) -> Arrived {
    let folder = new(id)
    guard let entry = try files.status(folder) else { return .nothing }
    guard entry.isDirectory else { return .other }
    do {
      let entries = try files.list(folder, limit: ParcelFolder.files.count)
      guard entries.allSatisfy({ $0.kind == .file }), entries.map(\.name).sorted() == ParcelFolder.files.sorted() else {
        return .other
      }
      guard entries.first(where: { $0.name == ParcelFolder.payload })?.size == payloadBytes else { return .other }
      for file in small ?? [] {
        guard try files.read(new(id, file.name), limit: file.bytes.count) == file.bytes else { return .other }
      }
      return .whole
    } catch {
      switch error.code {
      case .limit: return .other
      // The partner takes it at this moment: that it is being taken shows that it was there.
      case .notFound: return .whole
      default: throw error
      }
    }
  }

  /// Reads a small file; nil where nothing is there.
  func readIfThere(_ path: String, limit: Int) throws(SFTPError) -> [UInt8]? {
    do {
      return try files.read(path, limit: limit)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  /// Removes whatever is under this path, following no link.
  func remove(_ path: String, depth: Int = 3) throws(SFTPError) {
    guard let entry = try files.status(path) else { return }
    do {
      guard entry.isDirectory else { return try files.remove(path) }
      if depth > 0 {
        for entry in try files.list(path, limit: 10_000) { try remove("\(path)/\(entry.name)", depth: depth - 1) }
      }
      try files.removeDirectory(path)
    } catch  where error.code == .notFound {
      // Somebody else removed it meanwhile.
    }
  }

  /// There is no mailbox under the card's path.
  func missing(cause: any Error) -> ShipperError {
    ShipperError(
      .mailbox, "\(files.endpoint.host):\(files.endpoint.port)/\(prefix)",
      "There is no mailbox with incoming/, new/ and receipts/. Is sftp.directory on the partner's card right, and has "
        + "the partner added this site?", cause: cause)
  }
}
