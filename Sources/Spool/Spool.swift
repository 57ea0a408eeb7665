public import SystemPackage

/// The tree in which everything lies: the file system is the first user interface.
public struct Spool: Sendable {
  /// The tree's root, absolute.
  public let root: FilePath

  /// Where locks and signs of life lie: they mean nothing after a start of the machine.
  public let run: FilePath

  /// How anything on disk is read and changed, here and in the folders that belong to the spool's services.
  public let disk: Disk

  /// Names a spool; nothing is touched.
  ///
  /// - Parameter run: where locks and signs of life lie; nil: in the spool's root, for which its owner runs the services.
  public init(_ root: FilePath, run: FilePath? = nil, disk: Disk = Disk()) {
    self.root = root
    self.run = run ?? root
    self.disk = disk
  }

  /// A folder of the tree.
  public subscript(_ folder: Folder) -> FilePath { root.pushing(folder.path) }

  /// The folders of a partner's mailbox.
  public func mailbox(_ partner: String) -> Mailbox { Mailbox(root: self[.mailbox].appending(partner)) }

  /// A path within the spool as the journal writes it, relative to the root.
  public func relative(_ path: FilePath) -> String {
    // As texts, since this is asked for every instance.
    let (text, above) = (path.string, root.string + "/")
    if text.utf8.starts(with: above.utf8) { return String(text.utf8.dropFirst(above.utf8.count)) ?? text }
    return path == root ? "" : text
  }

  /// The path that the journal wrote.
  public func absolute(_ path: String) -> FilePath {
    let file = FilePath(path)
    return file.isAbsolute ? file : root.pushing(file)
  }

  /// Makes a new spool, or what is missing of one: its identity, and the tree.
  public func found() throws(SpoolError) {
    try create()
    guard try identity() == nil else { return }
    let word = String(UInt64.random(in: .min ... .max), radix: 36)
    try disk.write("\(word)\n".utf8, to: root.appending(Self.identityName), mode: 0o644)
  }

  /// Makes what is missing of the tree, with the `README` of each folder.
  public func create() throws(SpoolError) {
    try disk.makeDirectory(root)
    try disk.makeDirectory(run, mode: 0o755)
    try writeReadme(Folder.rootReadme, in: root)
    for folder in Folder.allCases {
      try disk.makeDirectory(self[folder], mode: folder.mode)
      try writeReadme(folder.readme, in: self[folder])
    }
    for folder in [Folder.collect, .unpack] { try disk.spread(foldersIn: self[folder]) }
  }

  /// Which spool this is: a word that was drawn when it was made. Nil where none was made: on a bare mount point, for example.
  public func identity() throws(SpoolError) -> String? {
    let path = root.appending(Self.identityName)
    guard try disk.status(of: path) != nil else { return nil }
    return String(decoding: try disk.readSmall(path, limit: 128), as: UTF8.self).filter { !$0.isWhitespace }
  }

  private static let identityName = ".spool-id"

  /// The name of the folder in a partner's drop folder for what is urgent.
  public static let urgentName = "urgent"

  /// Makes what is missing of a partner's folders: the mailbox and the drop folders.
  public func create(partner: String) throws(SpoolError) {
    let mailbox = mailbox(partner)
    // The partner's account, whoever it is, must be able to see its own mailbox and to read the receipts.
    for folder in [mailbox.root, mailbox.receipts] { try disk.makeDirectory(folder, mode: 0o755) }
    for folder in [mailbox.incoming, mailbox.new] { try disk.makeDirectory(folder) }
    let drop = self[.export].appending(partner)
    for folder in [drop, drop.appending(Self.urgentName)] { try disk.makeDirectory(folder, mode: Folder.export.mode) }
  }

  private func writeReadme(_ text: String, in folder: FilePath) throws(SpoolError) {
    let path = folder.appending("README")
    if try disk.status(of: path) == nil { try disk.write(text.utf8, to: path, mode: 0o644) }
  }
}

/// A partner's SFTP home.
public struct Mailbox: Sendable {
  /// What the names of folders begin with that only try the way, and are removed by who made them.
  public static let probePrefix = ".probe-"
  /// The folder, as the partner sees it.
  public let root: FilePath
  /// Parcels that are being uploaded.
  public var incoming: FilePath { root.appending("incoming") }
  /// Parcels that have arrived.
  public var new: FilePath { root.appending("new") }
  /// This site's receipts, read-only to the partner.
  public var receipts: FilePath { root.appending("receipts") }
}
