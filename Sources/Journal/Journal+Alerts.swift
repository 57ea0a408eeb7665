public import Custody
internal import GRDB

extension Journal {
  /// Raises an alert, or says that it still stands. People are told once, when it is new or has become worse.
  public func raise(_ alert: Alert, by service: Service) throws {
    let now = journalTime()
    if let known = try read({ try StandingAlert.fetchOne($0, key: alert.key) }),
      known.message == alert.message, known.severity == alert.severity, known.remedy == alert.remedy,
      age(of: known.seen) < 60
    {
      return
    }
    try write { database in
      let known = try StandingAlert.fetchOne(database, key: alert.key)
      try StandingAlert(
        key: alert.key, code: alert.code, severity: alert.severity, message: alert.message, remedy: alert.remedy,
        since: known?.since ?? now, seen: now, count: (known?.count ?? 0) + 1, service: service.rawValue
      ).upsert(database)
      if known == nil || (known?.severity == .warning && alert.severity == .critical) {
        try database.owe([.notify(alert: alert.key, by: service)], about: DutySubject.alert(alert.key))
      }
    }
  }

  /// The cause of an alert is gone.
  public func settle(alert key: String) throws {
    let stands = try read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM alert WHERE key = ?)"), arguments: [key]) ?? false
    }
    guard stands else { return }
    try write { database in
      try database.run("DELETE FROM alert WHERE key = ?", [key])
      try database.run("DELETE FROM owed WHERE subject = ?", [DutySubject.alert(key)])
    }
  }

  /// The causes of all alerts whose keys begin so are gone, but for these.
  public func settle(alertsBeginning prefix: String, except keys: Set<String> = []) throws {
    for key in try alertKeys(beginning: prefix) where !keys.contains(key) { try settle(alert: key) }
  }

  /// The keys of all alerts that stand and whose keys begin so.
  public func alertKeys(beginning prefix: String) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(sql: "SELECT key FROM alert WHERE substr(key, 1, length(:p)) = :p"),
        arguments: ["p": prefix])
    }
  }

  /// Alerts that stand, the worst and oldest first: a portion.
  public func alerts(limit: Int) throws -> [StandingAlert] {
    try read { database in
      try StandingAlert.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM alert ORDER BY severity = 'critical' DESC, since, key LIMIT ?"),
        arguments: [limit]
      )
    }
  }

  /// The alert of that key.
  public func alert(_ key: String) throws -> StandingAlert? { try read { try StandingAlert.fetchOne($0, key: key) } }
}

private func age(of time: String) -> Double {
  guard let date = date(ofJournalTime: time) else { return .infinity }
  let seconds = -date.timeIntervalSinceNow
  // A clock that was set back must not silence an alert.
  return seconds < 0 ? .infinity : seconds
}
