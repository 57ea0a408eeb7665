internal import GRDB

extension Journal {
  /// What waits for a person: a portion, in the order in which it came onto the worklist.
  ///
  /// - Parameter last: the last one of the portion before.
  public func heldParcels(after last: InboundParcel?, limit: Int) throws -> [InboundParcel] {
    try read { database in
      try InboundParcel.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM inboundParcel WHERE state = 'held' AND (since, id) > (?, ?) ORDER BY since, id LIMIT ?
            """), arguments: [last?.since ?? "", last?.id ?? "", limit])
    }
  }
}
