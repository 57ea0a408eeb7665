import Foundation
public import SystemPackage

/// Runs SQL statements on a database from another process, behind the back of whoever has it open.
///
/// - Throws: ``SQLFailed`` where a statement fails.
public func runSQL(_ statements: String, on database: FilePath) throws {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/python3")
  process.arguments = [
    "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
    database.string, statements,
  ]
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw SQLFailed() }
}

/// What python3 says of it stands on standard error.
public struct SQLFailed: Error {}
