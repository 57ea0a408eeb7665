internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

/// The coerced copies of a study that is being unpacked.
///
/// Whose study it is shows nearly always with its first instance, or was decided before. Each instance is coerced as soon as
/// it is there, straight from memory: the study is written once. Only of one that is too large for that an original lies on the
/// disk, and goes at once. The parcel, which stays, is the durable copy.
final class Staging {
  /// Where the copies lie.
  let folder: FilePath
  /// How many there are.
  private(set) var count = 0
  private let disk: Disk
  private let prefix: String
  private let point: Disk.SyncPoint

  /// Begins with an empty folder.
  ///
  /// - Parameter prefix: what the files' names begin with.
  init(in folder: FilePath, prefix: String, disk: Disk) throws {
    self.folder = folder
    self.disk = disk
    self.prefix = prefix
    try disk.removeTree(folder)
    try disk.makeDirectory(folder, mode: 0o770)
    point = try disk.syncPoint(folder)
  }

  /// The place of the next copy.
  func next(for instance: Contents.Instance) -> FilePath {
    count += 1
    return folder.appending(prefix + instance.file.split(separator: "/").suffix(1).joined())
  }

  /// Makes the copies durable, with the marker where the PACS wants one in the study's folder.
  func finish(marker: String?) throws {
    if count > 0, let marker { try disk.write([UInt8](), to: folder.appending(marker)) }
    try point.sync()
    try disk.sync(directory: folder.removingLastComponent())
  }

  /// The copies as they are, once they are durable.
  ///
  /// - Parameter number: which of several hand-overs they belong to.
  func files(number: Int) throws -> [HandedFile] {
    try disk.entries(of: folder).compactMap { name in
      guard let status = try disk.status(of: folder.appending(name)) else { return nil }
      return HandedFile(
        number: number, name: name.string, bytes: status.size, modified: status.modified, inode: status.inode)
    }
  }

  /// Removes the copies.
  func discard() throws { try disk.removeTree(folder) }
}
