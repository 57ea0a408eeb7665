internal import FoundationEssentials
internal import GRDB

// Who was shown what: a line of the history for each, and not one for each second in which a program looks.

extension Journal {
  /// Writes down that something was shown to somebody; the same once more within a time is not written again.
  ///
  /// - Parameters:
  ///   - key: what tells it from all others: who, what, and which patients.
  ///   - seconds: how long it counts as the same.
  public func disclose(_ event: Event, key: String, onceIn seconds: Double) throws {
    let (now, before) = (journalTime(), journalTime(Date(timeIntervalSinceNow: -seconds)))
    let isKnown = try read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM disclosure WHERE key = ? AND at > ? AND at <= ?)"),
        arguments: [key, before, now]) ?? false
    }
    if isKnown { return }
    try write { database in
      try database.run("DELETE FROM disclosure WHERE at <= ? OR at > ?", [before, now])
      try database.run("INSERT OR REPLACE INTO disclosure (key, at) VALUES (?, ?)", [key, now])
      try event.append(to: database)
    }
  }

  /// The number of the last line of the history; 0: there is none.
  public func lastEvent() throws -> Int64 {
    try read { try Int64.fetchOne($0.cachedStatement(sql: "SELECT MAX(id) FROM event")) ?? 0 }
  }

  /// Why parcels were sent, by their ids: the rule that named the recipient and what it found.
  public func wishes(ofParcels ids: [String]) throws -> [String: Recipient] {
    let list = String(decoding: try JSONEncoder().encode(Array(Set(ids))), as: UTF8.self)
    let found = try read { database in
      try Recipient.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM recipient WHERE parcel IN (SELECT value FROM json_each(?))"),
        arguments: [list])
    }
    return Dictionary(found.compactMap { row in row.parcel.map { ($0, row) } }) { first, _ in first }
  }

  /// The person who last gave a study its recipient; nil: nobody did.
  public func router(ofStudy study: String) throws -> String? {
    try read { database in
      try String.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT actor FROM event WHERE study = ? AND what IN ('routed', 'resend') AND actor IS NOT NULL
            ORDER BY id DESC LIMIT 1
            """), arguments: [study])
    }
  }
}
