public import FoundationEssentials
internal import GRDB
internal import Glibc
public import SystemPackage

/// The site's SQLite database: what was intended, what was done, and the account of every instance.
///
/// Files are the truth about content, the journal about intent: a row says what a service was about to do before it
/// touches a file, so that the next start can finish it. Every write is durable when the call returns
/// (`synchronous=FULL`). The three services and the command line each open the journal for themselves; SQLite's locks
/// keep their transactions apart.
public final class Journal: Sendable {
  let database: DatabaseQueue

  /// Opens the journal, creating or upgrading it as needed.
  ///
  /// - Throws: ``JournalError`` with `unusable` where the file is no database, is damaged or cannot be written.
  public init(at path: FilePath) throws {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(30)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { connection in
      try connection.execute(sql: "PRAGMA journal_mode = WAL")
      try connection.execute(sql: "PRAGMA synchronous = FULL")
      // A journal holds patient data: what is deleted is gone from the file.
      try connection.execute(sql: "PRAGMA secure_delete = ON")
    }
    do {
      database = try Journal.open(path, configuration)
    } catch {
      throw JournalError(
        .unusable,
        "\(path): the journal cannot be used (\(error)). Check its permissions and the disk; if it is damaged, keep it "
          + "aside and restore it from a backup.")
    }
  }

  /// Opens and upgrades the database, again for a second where another process does the same at this moment: SQLite does
  /// not wait for the change to WAL (`SQLITE_BUSY`), and whoever comes second finds the tables made (`SQLITE_ERROR`).
  private static func open(_ path: FilePath, _ configuration: GRDB.Configuration) throws -> DatabaseQueue {
    var triesLeft = 20
    while true {
      do {
        let database = try DatabaseQueue(path: path.string, configuration: configuration)
        try migrations.migrate(database)
        return database
      } catch let error as DatabaseError
        where triesLeft > 0 && [.SQLITE_BUSY, .SQLITE_ERROR].contains(error.resultCode)
      {
        triesLeft -= 1
        usleep(50_000)
      }
    }
  }

  func read<T>(_ body: (Database) throws -> T) throws -> T { try telling { try database.read(body) } }
  func write<T>(_ body: (Database) throws -> T) throws -> T { try telling { try database.write(body) } }

  /// Says of a damaged database that it is one: a full disk or a busy file passes, this does not.
  private func telling<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      guard error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB else { throw error }
      throw JournalError(
        .unusable, "the journal is damaged (\(error)). Keep it aside and restore it from a backup.")
    }
  }
}

/// A time as the journal writes it: UTC, ISO 8601, whole milliseconds, so that text order is time order.
public func journalTime(_ date: Date = Date()) -> String { date.formatted(journalStyle) }

/// The time that ``journalTime(_:)`` wrote.
///
/// - Returns: nil where the text is no such time.
public func date(ofJournalTime text: String) -> Date? { try? journalStyle.parse(text) }

private let journalStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
