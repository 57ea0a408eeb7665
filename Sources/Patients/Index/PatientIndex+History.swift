internal import FoundationEssentials
internal import GRDB

/// One state of a patient's record that ended, and what ended it; or the present one.
public struct PatientHistoryEntry: Sendable, Equatable {
  /// When it happened at its source; UTC, ISO 8601.
  public var at: String
  /// What happened, in the field's words: `list`, `update`, `merge`, `merged`, `unmerge`, `change-of-id`, `removed`.
  public var change: String
  /// From what: `list`, `feed` or `adopted`, and its name.
  public var sourceKind, source: String
  /// When that was taken here; UTC, ISO 8601.
  public var taken: String
  /// The person who took it.
  public var actor: String?
  /// The record before; nil: there was none.
  public var before: Patient?
}

extension PatientIndex {
  /// What happened to the records that have or had a local number, oldest first; how a record came to be known is the source
  /// of its first state.
  public func history(localID: String) throws -> [PatientHistoryEntry] {
    try snapshot { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT history.at, change, kind, name, source.at, actor, before FROM history JOIN source ON source.id = source
            WHERE localID = ? ORDER BY history.id
          """, arguments: [localID])
      let states = try rows.map { row in
        try (row[6] as String?).map { try JSONDecoder().decode(PatientRow.self, from: Data($0.utf8)) }
      }
      let present = try PatientRow.fetchAll(
        database, sql: "SELECT * FROM patient WHERE localID = ?", arguments: [localID])
      var entries: [PatientHistoryEntry] = []
      if let first = states.first.flatMap({ $0 }) ?? present.first {
        let source = try Row.fetchOne(
          database, sql: "SELECT at, kind, name, actor FROM source WHERE id = ?", arguments: [first.source])
        entries.append(
          PatientHistoryEntry(
            at: first.changed ?? source?[0] ?? "", change: "added", sourceKind: source?[1] ?? "",
            source: source?[2] ?? "", taken: source?[0] ?? "", actor: source?[3], before: nil))
      }
      for (row, state) in zip(rows, states) {
        entries.append(
          PatientHistoryEntry(
            at: row[0], change: row[1], sourceKind: row[2], source: row[3], taken: row[4], actor: row[5],
            before: try state?.patient()))
      }
      return entries
    }
  }
}
