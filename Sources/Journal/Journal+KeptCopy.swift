internal import FoundationEssentials
internal import GRDB
internal import Glibc
internal import SystemPackage

extension Journal {
  /// Keeps a copy of a journal before it is brought to this program's version: an older program refuses a newer journal, and
  /// with the copy the way back is open.
  ///
  /// The copy lies beside the journal: `journal.sqlite.before-<change>-<time>`. Nothing removes it but an administrator.
  static func keepCopy(of database: DatabaseQueue, at path: FilePath) throws {
    let missing = try database.read { connection in
      let applied = try migrations.appliedIdentifiers(connection)
      return applied.isEmpty ? nil : migrations.migrations.first { !applied.contains($0) }
    }
    guard let missing else { return }
    let time = Date.now.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
    let copy = "\(path).before-\(missing.replacing(" ", with: "-"))-\(time)"
    // Another service that starts at this moment makes the same copy; one of them is enough.
    let file = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      if errno == EEXIST { return }
      throw Errno(rawValue: errno)
    }
    close(file)
    do {
      try database.backup(to: try DatabaseQueue(path: copy))
      // Or it was faster, and this is the copy of a newer journal.
      guard try database.read({ try migrations.hasCompletedMigrations($0) }) else { return }
    } catch {
      unlink(copy)
      throw error
    }
    unlink(copy)
  }
}
