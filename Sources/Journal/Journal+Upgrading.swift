internal import CPOSIX
internal import FoundationEssentials
internal import GRDB
internal import Glibc
internal import SystemPackage

extension Journal {
  /// Brings a journal to this program's version, and keeps a copy of it as it was: an older program refuses a newer journal,
  /// and with the copy the way back is open.
  ///
  /// Of services that start together one does it and the others wait, by a lock on the journal's folder: two would change the
  /// journal under each other's copy.
  static func upgrade(_ database: DatabaseQueue, at path: FilePath) throws {
    let folder = try FileDescriptor.open(
      FilePath(".").pushing(path.removingLastComponent()), .readOnly, options: [.directory, .closeOnExec])
    defer { try? folder.close() }
    while cposix_lock_exclusive(folder.rawValue) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw Errno(rawValue: errno) }
      usleep(50_000)
    }
    try keepCopy(of: database, at: path)
    try migrations.migrate(database)
  }

  /// The copy lies beside the journal: `journal.sqlite.before-<change>-<time>`. Nothing removes it but an administrator.
  private static func keepCopy(of database: DatabaseQueue, at path: FilePath) throws {
    let missing = try database.read { connection in
      let applied = try migrations.appliedIdentifiers(connection)
      return applied.isEmpty ? nil : migrations.migrations.first { !applied.contains($0) }
    }
    guard let missing else { return }
    let time = Date.now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
    let copy = "\(path).before-\(missing.replacing(" ", with: "-"))-\(time)"
    let file = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Errno(rawValue: errno) }
    close(file)
    do {
      try database.backup(to: try DatabaseQueue(path: copy))
    } catch {
      unlink(copy)
      throw error
    }
  }
}
