public import FoundationEssentials
internal import GRDB
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
      database = try DatabaseQueue(path: path.string, configuration: configuration)
      try Journal.migrations.migrate(database)
    } catch {
      throw JournalError(
        .unusable,
        "\(path): the journal cannot be used (\(error)). Check its permissions and the disk; if it is damaged, keep it "
          + "aside and restore it from a backup.")
    }
  }

  func read<T>(_ body: (Database) throws -> T) throws -> T { try database.read(body) }
  func write<T>(_ body: (Database) throws -> T) throws -> T { try database.write(body) }
}

/// A time as the journal writes it: UTC, ISO 8601, whole milliseconds, so that text order is time order.
public func journalTime(_ date: Date = Date()) -> String { date.formatted(journalStyle) }

/// The time that ``journalTime(_:)`` wrote.
///
/// - Returns: nil where the text is no such time.
public func date(ofJournalTime text: String) -> Date? { try? journalStyle.parse(text) }

private let journalStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
