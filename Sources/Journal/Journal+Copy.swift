internal import GRDB
public import SystemPackage

extension Journal {
  /// Writes a copy of the whole journal to a new file, as it is at one moment, whoever writes to it meanwhile (SQLite's online
  /// backup). It is not durable when the call returns.
  ///
  /// - Throws: ``JournalError`` where the copy cannot be written, or is not whole.
  public func copy(to path: FilePath) throws {
    try telling {
      let target = try DatabaseQueue(path: path.string)
      try database.backup(to: target)
      let said = try target.read { try String.fetchAll($0, sql: "PRAGMA quick_check(1)") }
      try target.close()
      guard said == ["ok"] else {
        throw JournalError(.unusable, "\(path): the copy of the journal is not whole: \(said.joined(separator: "; "))")
      }
    }
  }

  /// How many studies and parcels are not settled, with whomever.
  public func unsettledCount() throws -> Int {
    try read { database in
      try Int.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT (SELECT COUNT(*) FROM outboundStudy WHERE state IN ('collecting', 'held', 'ready'))
              + (SELECT COUNT(*) FROM outboundParcel WHERE state IN ('sealed', 'shipped', 'received', 'held'))
              + (SELECT COUNT(*) FROM inboundParcel WHERE state IN ('arrived', 'held', 'accepted', 'staged', 'offered'))
              + (SELECT COUNT(*) FROM owed)
            """)) ?? 0
    }
  }
}
