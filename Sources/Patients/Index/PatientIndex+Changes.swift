internal import GRDB

/// What a feed did to the index.
public struct FeedOutcome: Sendable, Equatable {
  /// Changes that were made.
  public var applied = 0
  /// Changes older than what is known, or that say what is known already.
  public var ignored = 0
  /// Messages that could not be taken.
  public var bad = 0

  /// As people read it.
  public var inWords: String {
    "\(applied) \(applied == 1 ? "change" : "changes") of patients taken, \(ignored) older or known already"
      + (bad > 0 ? "; \(bad) bad \(bad == 1 ? "message was" : "messages were") left out." : ".")
  }
}

extension PatientIndex {
  /// So many changes are one transaction: a file interrupted in the middle is read once more, and changes nothing twice.
  private static let together = 1000

  /// Makes the changes of a feed, in its order.
  ///
  /// - Parameters:
  ///   - name: the feed's name, for the history.
  ///   - bad: is told of each message that cannot be taken.
  public func apply(
    _ reader: any FeedReader, named name: String, bad: (BadEntry) throws -> Void = { _ in }
  ) throws -> FeedOutcome {
    var reader = reader
    var outcome = FeedOutcome()
    var number = 0
    let seed = try seed()
    while true {
      var items: [FeedItem] = []
      while items.count < Self.together, let item = try reader.next() { items.append(item) }
      if items.isEmpty { return outcome }
      var refused: [BadEntry] = []
      var made = 0
      try write { database in
        let source = try Self.addSource(database, kind: "feed", name: name, actor: nil, patients: 0)
        for item in items {
          number += 1
          switch item {
          case .bad(let entry): refused.append(entry)
          case .change(let change):
            switch try PatientChanging(database, source: source, seed: seed, at: change.at).make(change.action) {
            case .made: made += 1
            case .ignored: outcome.ignored += 1
            case .refused(let why): refused.append(BadEntry(line: number, reason: why))
            }
          }
        }
        try database.execute(sql: "UPDATE source SET patients = ? WHERE id = ?", arguments: [made, source])
      }
      outcome.applied += made
      outcome.bad += refused.count
      for entry in refused { try bad(entry) }
    }
  }
}
