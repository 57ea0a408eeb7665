public import Custody
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
  /// Outbound studies by their state.
  public func outboundStudyCounts() throws -> [OutboundStudyState: StateCount] {
    try counts(
      """
      SELECT state, COUNT(*) AS items, SUM(instances) AS instances, SUM(bytes) AS bytes, MIN(since) AS oldest
      FROM outboundStudy GROUP BY state
      """)
  }

  /// Outbound parcels by their state; only those to one partner, where one is named.
  public func outboundParcelCounts(recipient: String? = nil) throws -> [OutboundParcelState: StateCount] {
    try counts(
      """
      SELECT state, COUNT(*) AS items, SUM(instances) AS instances, SUM(bytes) AS bytes, MIN(since) AS oldest
      FROM outboundParcel WHERE :recipient IS NULL OR recipient = :recipient GROUP BY state
      """, ["recipient": recipient])
  }

  /// Inbound parcels by their state.
  public func inboundParcelCounts() throws -> [InboundParcelState: StateCount] {
    try counts(
      """
      SELECT state, COUNT(*) AS items, SUM(instances) AS instances, SUM(bytes) AS bytes, MIN(since) AS oldest
      FROM inboundParcel GROUP BY state
      """)
  }

  /// Entries of the quarantine by their state.
  public func quarantineCounts() throws -> [QuarantineState: StateCount] {
    try counts(
      """
      SELECT state, COUNT(*) AS items, SUM(instances) AS instances, SUM(bytes) AS bytes, MIN(since) AS oldest
      FROM quarantine GROUP BY state
      """)
  }

  /// The last reason for which shipping to a partner failed, while parcels wait for it.
  public func lastFailure(recipient: String) throws -> String? {
    try read { database in
      try String.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT reason FROM outboundParcel WHERE state = 'sealed' AND recipient = ? AND attempts > 0
              AND reason IS NOT NULL LIMIT 1
            """), arguments: [recipient])
    }
  }

  private func counts<State: RawRepresentable<String> & Hashable>(
    _ sql: String, _ arguments: StatementArguments = [:]
  ) throws -> [State: StateCount] {
    try read { database in
      try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).reduce(into: [:]) { counts, row in
        guard let state = State(rawValue: row["state"]) else { return }
        counts[state] = StateCount(
          items: row["items"], instances: row["instances"], bytes: row["bytes"], oldest: row["oldest"])
      }
    }
  }
}
