internal import GRDB

/// How much is in one state, and since when the oldest of it.
public struct StateCount: Sendable, Equatable {
  /// Studies or parcels.
  public var items: Int
  /// In all of them.
  public var instances: Int
  /// Of the DICOM files.
  public var bytes: Int64
  /// When the oldest came into this state; nil where there are none.
  public var oldest: String?

  /// Creates a count; without parameters that of nothing.
  public init(items: Int = 0, instances: Int = 0, bytes: Int64 = 0, oldest: String? = nil) {
    self.items = items
    self.instances = instances
    self.bytes = bytes
    self.oldest = oldest
  }
}

extension Journal {
  /// Outbound studies that are in no parcel yet, by their state.
  public func outboundStudyCounts() throws -> [OutboundStudy.State: StateCount] {
    try counts(
      """
      SELECT c.state, COUNT(DISTINCT c.id) AS items, COUNT(t.id) AS instances, COALESCE(SUM(t.bytes), 0) AS bytes,
        MIN(c.since) AS oldest
      FROM outboundStudy c LEFT JOIN taken t ON t.outboundStudy = c.id AND t.claimed = 1
      WHERE c.state IN ('collecting', 'held', 'ready') GROUP BY c.state
      """)
  }

  /// Outbound parcels by their state; only those to one partner, where one is named.
  public func outboundParcelCounts(recipient: String? = nil) throws -> [OutboundParcel.State: StateCount] {
    try counts(
      """
      SELECT state, COUNT(*) AS items, SUM(instances) AS instances, SUM(bytes) AS bytes, MIN(since) AS oldest
      FROM outboundParcel WHERE :recipient IS NULL OR recipient = :recipient GROUP BY state
      """, ["recipient": recipient])
  }

  /// Inbound parcels by their state.
  public func inboundParcelCounts() throws -> [InboundParcel.State: StateCount] {
    try counts(
      """
      SELECT state, COUNT(*) AS items, SUM(instances) AS instances, SUM(bytes) AS bytes, MIN(since) AS oldest
      FROM inboundParcel GROUP BY state
      """)
  }

  /// How much each outbound study that is in no parcel yet holds, by its id.
  public func outboundStudySizes() throws -> [String: (instances: Int, bytes: Int64)] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT t.outboundStudy AS id, COUNT(*) AS instances, SUM(t.bytes) AS bytes
          FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
          WHERE t.claimed = 1 AND c.state IN ('collecting', 'held', 'ready') GROUP BY t.outboundStudy
          """)
      return rows.reduce(into: [:]) { sizes, row in sizes[row["id"]] = (row["instances"], row["bytes"]) }
    }
  }

  private func counts<State: RawRepresentable<String> & Hashable>(
    _ sql: String, _ arguments: StatementArguments = [:]
  ) throws -> [State: StateCount] {
    try read { database in
      try Row.fetchAll(database, sql: sql, arguments: arguments).reduce(into: [:]) { counts, row in
        guard let state = State(rawValue: row["state"]) else { return }
        counts[state] = StateCount(
          items: row["items"], instances: row["instances"], bytes: row["bytes"], oldest: row["oldest"])
      }
    }
  }
}
