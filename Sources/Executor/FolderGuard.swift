public import Custody
internal import FoundationEssentials
public import Journal
public import Spool
public import SystemPackage

/// Keeps studies off a bare mount point: a folder outside the spool is used only while it lies on the file system on which
/// it was last in order.
public struct FolderGuard {
  private let journal: Journal
  private let spool: Spool

  /// Creates a guard.
  public init(journal: Journal, spool: Spool) {
    self.journal = journal
    self.spool = spool
  }

  /// Checks a folder; the first time it is looked at, where it lies is written down.
  ///
  /// - Throws: ``ExecutorError`` `wrongFileSystem`, after an alert was raised; `SpoolError` where it cannot be looked at.
  public func check(_ folder: FilePath, for service: Service) throws {
    let key = Self.alertKey(folder)
    let present = try identity(of: folder)
    guard let known = try journal.identity(ofFolder: folder.string) else {
      return try journal.confirm(folder: folder.string, identity: present)
    }
    guard known != present else { return try journal.settle(alert: key) }
    let error = ExecutorError(
      .wrongFileSystem, folder,
      "it lies on another file system than when it was last in order (\(Self.words(present)) instead of "
        + "\(Self.words(known))): nothing is put there or taken from there.")
    try journal.raise(
      Alert(
        key: key, code: "mount", severity: .critical, message: error.message,
        remedy: "Mount it again; or, if this is right: studypost check --accept \(folder)"), by: service)
    throw error
  }

  /// A person confirms that a folder lies where it should.
  public func confirm(_ folder: FilePath, by actor: String) throws {
    let present = try identity(of: folder)
    try journal.confirm(
      folder: folder.string, identity: present,
      event: Event("folder-confirmed", by: actor, file: folder.string, "It lies on \(Self.words(present))."))
    try journal.settle(alert: Self.alertKey(folder))
  }

  private static func alertKey(_ folder: FilePath) -> String { "mount \(folder)" }

  /// What lies on the spool's own file system goes where the spool goes, whichever disk that is.
  private static let withSpool = "spool"

  private func identity(of folder: FilePath) throws -> String {
    let mount = try spool.disk.mount(of: folder)
    if try mount == spool.disk.mount(of: spool.root) { return Self.withSpool }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(mount), as: UTF8.self)
  }

  private static func words(_ identity: String) -> String {
    guard let mount = try? JSONDecoder().decode(MountIdentity.self, from: Data(identity.utf8)) else {
      return "that of the spool"
    }
    return "\(mount.type) at \(mount.mountPoint)"
  }
}
