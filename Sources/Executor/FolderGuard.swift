public import Custody
internal import FoundationEssentials
public import Journal
public import Spool
public import SystemPackage

/// Keeps studies off a bare mount point: a folder outside the spool is used only while it lies on the file system on which
/// it was last in order.
public struct FolderGuard {
  private let journal: Journal
  private let disk: Disk

  /// Creates a guard.
  public init(journal: Journal, disk: Disk) {
    self.journal = journal
    self.disk = disk
  }

  /// Checks a folder; the first time it is looked at, where it lies is written down.
  ///
  /// - Throws: ``ExecutorError`` `wrongFileSystem`, after an alert was raised; `SpoolError` where it cannot be looked at.
  public func check(_ folder: FilePath, for service: Service) throws {
    let key = Self.alertKey(folder)
    let present = try disk.mount(of: folder)
    guard let known = try journal.identity(ofFolder: folder.string) else {
      return try journal.confirm(folder: folder.string, identity: Self.encoded(present))
    }
    guard Self.decoded(known) != present else { return try journal.settle(alert: key) }
    let error = ExecutorError(
      .wrongFileSystem, folder,
      "it lies on another file system than when it was last in order (\(Self.words(present)) instead of "
        + "\(Self.decoded(known).map(Self.words) ?? "?")): nothing is put there or taken from there.")
    try journal.raise(
      Alert(
        key: key, code: "mount", severity: .critical, message: error.message,
        remedy: "Mount it again; or, if this is right: studypost check --accept \(folder)"), by: service)
    throw error
  }

  /// A person confirms that a folder lies where it should.
  public func confirm(_ folder: FilePath, by actor: String) throws {
    let present = try disk.mount(of: folder)
    try journal.confirm(
      folder: folder.string, identity: Self.encoded(present),
      event: Event("folder-confirmed", by: actor, file: folder.string, "It lies on \(Self.words(present))."))
    try journal.settle(alert: Self.alertKey(folder))
  }

  private static func alertKey(_ folder: FilePath) -> String { "mount \(folder)" }

  private static func words(_ mount: MountIdentity) -> String { "\(mount.type) at \(mount.mountPoint)" }

  private static func encoded(_ mount: MountIdentity) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(mount), as: UTF8.self)
  }

  private static func decoded(_ text: String) -> MountIdentity? {
    try? JSONDecoder().decode(MountIdentity.self, from: Data(text.utf8))
  }
}
