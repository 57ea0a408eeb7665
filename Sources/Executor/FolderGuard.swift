public import Custody
internal import FoundationEssentials
public import Journal
public import Spool
public import SystemPackage

/// Keeps studies off a bare mount point: the spool is used only while it is the one that the journal goes with, and a folder
/// outside it only while it lies on the file system on which it was last in order.
public struct FolderGuard {
  private let journal: Journal
  private let spool: Spool

  /// Creates a guard.
  public init(journal: Journal, spool: Spool) {
    self.journal = journal
    self.spool = spool
  }

  /// Checks that the spool is the one that the journal goes with; the first time, that is written down. Where its disk is not
  /// mounted, all that lies there would count as lost, and what is put there would be out of sight once it is.
  ///
  /// - Throws: ``ExecutorError`` `wrongFileSystem`, after an alert was raised; `SpoolError` where it cannot be looked at.
  public func checkSpool(for service: Service) throws {
    let key = Self.alertKey(spool.root)
    let (known, present) = try spoolIdentities()
    if known == nil, let present { try journal.confirm(folder: Self.spoolName, identity: present) }
    guard let error = fault(known, present) else { return try journal.settle(alert: key) }
    try journal.raise(
      Alert(
        key: key, code: "mount", severity: .critical, message: error.message,
        remedy:
          "Mount its disk; it goes on by itself. If the disk is lost and this is a new one: studypost check --accept "
          + "\(spool.root)"), by: service)
    throw error
  }

  /// What is wrong with the spool; nil: it is the one that the journal goes with, or the journal knows none yet.
  public func spoolFault() throws -> ExecutorError? {
    let (known, present) = try spoolIdentities()
    return fault(known, present)
  }

  /// The spool that the journal goes with, and the one that lies there.
  private func spoolIdentities() throws -> (known: String?, present: String?) {
    (try journal.identity(ofFolder: Self.spoolName), try spool.identity())
  }

  private func fault(_ known: String?, _ present: String?) -> ExecutorError? {
    guard let known, known != present else { return nil }
    return ExecutorError(
      .wrongFileSystem, spool.root,
      (present == nil
        ? "no spool lies there (it has no .spool-id)" : "it is another spool than the one that this journal goes with")
        + ", though the journal knows what should be in it. Nothing is done.")
  }

  /// A person confirms that the spool is the one to be used with this journal; what is missing of its folders is made.
  public func confirmSpool(by actor: String) throws {
    try spool.found()
    guard let present = try spool.identity() else { return }
    try journal.confirm(
      folder: Self.spoolName, identity: present,
      event: Event("folder-confirmed", by: actor, file: spool.root.string, "It is the spool of this journal."))
    try journal.settle(alert: Self.alertKey(spool.root))
  }

  /// Under this name the journal knows its spool, wherever that lies.
  private static let spoolName = "spool"

  /// Checks the spool and a folder; the first time it is looked at, where it lies is written down.
  ///
  /// - Throws: as ``checkSpool(for:)``.
  public func check(_ folder: FilePath, for service: Service) throws {
    try checkSpool(for: service)
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
