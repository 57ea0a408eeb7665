internal import FoundationEssentials
internal import GRDB
internal import Glibc
public import SystemPackage

/// The local patients, in an SQLite database of their own: however long a list is loaded, the journal is not blocked, and
/// who looks a patient up meanwhile sees the list as it was.
///
/// A change is one transaction with its history. Every write is durable when the call returns.
public final class PatientIndex: Sendable {
  /// Who looks up does not wait for who loads: each has a connection. In memory there is but one.
  let reader: DatabaseQueue
  let writer: DatabaseQueue
  /// Where a list is sorted meanwhile.
  let folder: FilePath

  /// The name of the file, which lies beside the journal.
  public static let fileName = "patients.sqlite"

  /// Opens the index, making or upgrading it as needed.
  ///
  /// - Throws: ``PatientsError`` `newer`, or `unusable` where the file is no index, is damaged or cannot be written.
  public init(at path: FilePath) throws {
    folder = path.removingLastComponent()
    do {
      try Self.make(path)
      writer = try Self.open(path, upgrading: true)
      reader = try Self.open(path, upgrading: false)
    } catch let error as PatientsError {
      throw PatientsError(error.code, "\(path): \(error.message)", cause: error.cause)
    } catch {
      throw PatientsError(
        .unusable,
        "\(path): the patient index cannot be used (\(error)). Check its permissions and the disk; if it is damaged, move "
          + "it away, and load the patient list again.", cause: error)
    }
  }

  /// An index in memory, gone with the object: for tests and simulations.
  public init(inMemory: Void) throws {
    folder = "/tmp"
    writer = try DatabaseQueue()
    reader = writer
    try Self.migrations.migrate(writer)
  }

  /// Makes the file, for its folder's owner, whoever is the first to open it: nobody else may read patients' names.
  private static func make(_ path: FilePath) throws {
    let file = Glibc.open(path.string, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard file >= 0 else {
      if errno == EEXIST { return }
      throw Errno(rawValue: errno)
    }
    defer { close(file) }
    var owner = stat()
    if geteuid() == 0, stat(path.removingLastComponent().string, &owner) == 0 {
      guard fchown(file, owner.st_uid, owner.st_gid) == 0 else { throw Errno(rawValue: errno) }
    }
  }

  private static func open(_ path: FilePath, upgrading: Bool) throws -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { connection in
      try connection.execute(
        sql: """
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          PRAGMA secure_delete = ON;
          PRAGMA journal_size_limit = 67108864;
          """)
      // Pages in memory: of whoever loads a list, and of whoever looks up.
      try connection.execute(sql: "PRAGMA cache_size = \(upgrading ? -18432 : -12288)")
    }
    var triesLeft = 20
    while true {
      do {
        let database = try DatabaseQueue(path: path.string, configuration: configuration)
        guard upgrading else { return database }
        if try database.read({ try migrations.hasBeenSuperseded($0) }) {
          throw PatientsError(
            .newer,
            "the patient index was written by a newer version of Studypost. Install that version, or a later one.")
        }
        try migrations.migrate(database)
        return database
      } catch let error as DatabaseError
        where triesLeft > 0 && [.SQLITE_BUSY, .SQLITE_ERROR].contains(error.resultCode)
      {
        // Another process makes or upgrades it at this moment.
        triesLeft -= 1
        usleep(50_000)
      }
    }
  }

  /// Reads by one statement. GRDB's own `read` sets a pragma before and after, by which SQLite forgets every statement that
  /// was compiled.
  func read<T>(_ body: (Database) throws -> T) throws -> T { try telling { try reader.unsafeRead(body) } }

  /// Reads by several statements, which all see the index as it is at one moment.
  func snapshot<T>(_ body: (Database) throws -> T) throws -> T {
    try read { database in
      var value: Result<T, any Error>?
      try database.inTransaction(.deferred) {
        value = Result { try body(database) }
        return .commit
      }
      guard let value else { throw PatientsError(.notWritten, "the patient index could not be read.") }
      return try value.get()
    }
  }

  func write<T>(_ body: (Database) throws -> T) throws -> T { try telling { try writer.write(body) } }

  private func telling<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        throw PatientsError(
          .unusable,
          "the patient index is damaged (\(error)). Move it away, and load the patient list again.", cause: error)
      default:
        throw PatientsError(
          .notWritten, "the patient index could not be read or written: \(error)", cause: error)
      }
    }
  }

  /// Something that is not the same any more when a patient may have changed since, here or by another process.
  public func mark() throws -> String {
    try read { database in
      // Changes of other connections, and those of this one, which is the only one in memory.
      let version = try Int64.fetchOne(database, sql: "PRAGMA data_version") ?? 0
      return "\(version).\(try Int64.fetchOne(database, sql: "SELECT total_changes()") ?? 0)"
    }
  }

  /// Writes a copy of the whole index to a new file, as it is at one moment. It is not durable when the call returns.
  public func copy(to path: FilePath) throws {
    try telling {
      let target = try DatabaseQueue(path: path.string)
      try reader.backup(to: target)
      try target.close()
    }
  }

  /// What SQLite finds wrong with the file; empty: nothing.
  public func structuralDamage() throws -> [String] {
    try read { try String.fetchAll($0, sql: "PRAGMA quick_check(20)") }.filter { $0 != "ok" }
  }
}

/// A time as the index writes it: UTC, ISO 8601, whole milliseconds, so that text order is time order.
func indexTime(_ date: Date = Date()) -> String {
  date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
