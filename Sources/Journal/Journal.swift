public import Custody
public import FoundationEssentials
internal import GRDB
internal import Glibc
public import SystemPackage

/// The site's SQLite database: the state of everything in custody, what is owed, the history, and the account of every
/// instance.
///
/// A decision is one transaction: the new state, the event that tells why, and what is then owed. Every write is durable
/// when the call returns (`synchronous=FULL`). The three services and the command line each open the journal for
/// themselves; SQLite's locks keep their transactions apart.
public final class Journal: Sendable {
  let database: DatabaseQueue
  let commits: (any CommitObserver)?

  /// Opens the journal of a site, upgrading it as needed.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - creating: make it where it is not there; otherwise one that is missing, or empty, is an error: an empty journal
  ///     would forget every parcel.
  ///   - commits: is asked before each transaction is committed, and told after.
  /// - Throws: ``JournalError`` with `missing`, `newer`, or with `unusable` where the file is no journal, is damaged or
  ///   cannot be written.
  public init(at path: FilePath, creating: Bool = false, commits: (any CommitObserver)? = nil) throws {
    if !creating {
      var status = stat()
      guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_size > 0 else {
        throw JournalError(
          .missing,
          "\(path): the journal is missing or empty. Restore it from a backup, or rebuild it from the spool: "
            + "studypost journal rebuild. A new site gets one by `studypost init`.")
      }
    }
    self.commits = commits
    do {
      database = try Journal.open(path)
    } catch let error as JournalError {
      throw JournalError(error.code, "\(path): \(error.message)")
    } catch {
      throw JournalError(
        .unusable,
        "\(path): the journal cannot be used (\(error)). Check its permissions and the disk; if it is damaged, keep it "
          + "aside and restore it from a backup, or rebuild it from the spool: studypost journal rebuild.",
        cause: error)
    }
    observe()
  }

  /// A journal in memory, gone with the object: for tests and simulations.
  public init(inMemory commits: (any CommitObserver)? = nil) throws {
    self.commits = commits
    database = try DatabaseQueue()
    try Journal.migrations.migrate(database)
    observe()
  }

  private func observe() {
    guard let commits else { return }
    database.add(transactionObserver: CommitSeam(commits), extent: .databaseLifetime)
  }

  /// Opens and upgrades the database, again for a second where another process does the same at this moment: SQLite does
  /// not wait for the change to WAL (`SQLITE_BUSY`).
  private static func open(_ path: FilePath) throws -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(30)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { connection in
      try connection.execute(sql: "PRAGMA journal_mode = WAL")
      try connection.execute(sql: "PRAGMA synchronous = FULL")
      // A journal holds patient data: what is deleted is gone from the file.
      try connection.execute(sql: "PRAGMA secure_delete = ON")
      // 4 MiB of pages, whatever the size of the journal; the system keeps others.
      try connection.execute(sql: "PRAGMA cache_size = -4096")
    }
    var triesLeft = 20
    while true {
      do {
        let database = try DatabaseQueue(path: path.string, configuration: configuration)
        if try database.read({ try migrations.hasBeenSuperseded($0) }) {
          throw JournalError(
            .newer, "the journal was written by a newer version of Studypost. Install that version, or a later one.")
        }
        if try !database.read({ try migrations.hasCompletedMigrations($0) }) { try upgrade(database, at: path) }
        return database
      } catch let error as DatabaseError where triesLeft > 0 && error.resultCode == .SQLITE_BUSY {
        triesLeft -= 1
        usleep(50_000)
      }
    }
  }

  /// Reads by one statement. GRDB's own `read` sets a pragma before and after, by which SQLite forgets every statement that
  /// was compiled.
  func read<T>(_ body: (Database) throws -> T) throws -> T { try telling { try database.unsafeRead(body) } }

  /// Reads by several statements, which all see the journal as it is at one moment.
  func snapshot<T>(_ body: (Database) throws -> T) throws -> T {
    try read { database in
      var value: T?
      try database.inTransaction(.deferred) {
        value = try body(database)
        return .commit
      }
      guard let value else { throw JournalError(.notWritten, "the journal could not be read.") }
      return value
    }
  }

  func write<T>(_ body: (Database) throws -> T) throws -> T { try telling { try database.write(body) } }

  /// Says of a damaged database that it is one: a full disk or a busy file passes, this does not.
  func telling<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        throw JournalError(
          .unusable,
          "the journal is damaged (\(error)). Keep it aside and restore it from a backup, or rebuild it from the spool: "
            + "studypost journal rebuild.", cause: error)
      default: throw JournalError(.notWritten, "the journal could not be read or written: \(error)", cause: error)
      }
    }
  }
}

/// The seam of the journal's transactions: sees every commit, and can keep one from happening.
public protocol CommitObserver: AnyObject, Sendable {
  /// A change of a table in `Custody` is a part of the transaction that is open.
  ///
  /// - Parameters:
  ///   - state: the state before; nil: it did not exist.
  ///   - change: what happens.
  ///   - owed: what is then owed.
  func willChange<State: RawRepresentable<String>, Change: RawRepresentable<String>>(
    from state: State?, by change: Change, owing owed: [Duty])
  /// A transaction that changes something is about to be committed.
  ///
  /// - Throws: what keeps it from being committed: it is rolled back, and its caller gets the error.
  func willCommit() throws
  /// It was committed, durably.
  func didCommit()
  /// It was rolled back.
  func didRollBack()
}

extension CommitObserver {
  /// Who does not care is not told.
  public func willChange<State: RawRepresentable<String>, Change: RawRepresentable<String>>(
    from state: State?, by change: Change, owing owed: [Duty]
  ) {}
  /// Who does not care is not told.
  public func didRollBack() {}
}

private final class CommitSeam: TransactionObserver {
  private let observer: any CommitObserver

  init(_ observer: any CommitObserver) { self.observer = observer }

  func observes(eventsOfKind: DatabaseEventKind) -> Bool { false }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseWillCommit() throws { try observer.willCommit() }
  func databaseDidCommit(_ database: Database) { observer.didCommit() }
  func databaseDidRollback(_ database: Database) { observer.didRollBack() }
}

/// A time as the journal writes it: UTC, ISO 8601, whole milliseconds, so that text order is time order.
public func journalTime(_ date: Date = Date()) -> String { date.formatted(journalStyle) }

/// The time that ``journalTime(_:)`` wrote.
///
/// - Returns: nil where the text is no such time.
public func date(ofJournalTime text: String) -> Date? { try? journalStyle.parse(text) }

private let journalStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
