internal import GRDB

extension PatientIndex {
  /// Fills the index from another store, once: an index that has been filled is left as it is.
  ///
  /// - Parameters:
  ///   - name: the store's name.
  ///   - next: the next patients; none: the end.
  public func adopt(named name: String, _ next: () throws -> [Patient]) throws {
    try write { database in
      guard try Int.fetchOne(database, sql: "SELECT 1 FROM source LIMIT 1") == nil else { return }
      let source = try Self.addSource(database, kind: "adopted", name: name, actor: nil, patients: 0)
      let writer = try RowWriter(database, source: source, at: indexTime())
      var count = 0
      while case let patients = try next(), !patients.isEmpty {
        for patient in patients { try writer.insert(PatientRow(patient, source: source, changed: nil)) }
        count += patients.count
      }
      try database.execute(sql: "UPDATE source SET patients = ? WHERE id = ?", arguments: [count, source])
    }
  }
}
