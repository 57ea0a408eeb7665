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

/// A feed on its way into the index.
public struct Feed {
  let name: String
  var reader: any FeedReader
  var number = 0

  /// - Parameter name: for the history.
  public init(name: String, reader: any FeedReader) {
    self.name = name
    self.reader = reader
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
    try apply([Feed(name: name, reader: reader)]) { try bad($1) }.first ?? FeedOutcome()
  }

  /// Makes the changes of several feeds, one after the other: many small ones are one transaction.
  ///
  /// - Parameter bad: is told of each message that cannot be taken, with the place of its feed among them.
  /// - Returns: the outcome of each.
  /// - Throws: what a feed's reader does; the feeds before it, and all that were together with it, may have been taken in
  ///   part, or not at all: to take them again changes nothing twice.
  public func apply(
    _ feeds: [Feed], bad: (Int, BadEntry) throws -> Void = { _, _ in }
  ) throws -> [FeedOutcome] {
    var feeds = feeds
    var outcomes = Array(repeating: FeedOutcome(), count: feeds.count)
    let seed = try seed()
    var place = 0
    while place < feeds.count {
      var portions: [(feed: Int, items: [FeedItem])] = []
      var count = 0
      while place < feeds.count, count < Self.together {
        var items: [FeedItem] = []
        while count < Self.together, let item = try feeds[place].reader.next() {
          items.append(item)
          count += 1
        }
        portions.append((place, items))
        if count < Self.together { place += 1 }
      }
      var refused: [(Int, BadEntry)] = []
      var made = outcomes
      try write { database in
        for (feed, items) in portions where !items.isEmpty {
          let source = try Self.addSource(database, kind: "feed", name: feeds[feed].name, actor: nil, patients: 0)
          let before = made[feed].applied
          for item in items {
            feeds[feed].number += 1
            switch item {
            case .bad(let entry): refused.append((feed, entry))
            case .change(let change):
              switch try PatientChanging(database, source: source, seed: seed, at: change.at).make(change.action) {
              case .made: made[feed].applied += 1
              case .ignored: made[feed].ignored += 1
              case .refused(let why): refused.append((feed, BadEntry(line: feeds[feed].number, reason: why)))
              }
            }
          }
          try database.execute(
            sql: "UPDATE source SET patients = ? WHERE id = ?", arguments: [made[feed].applied - before, source])
        }
      }
      outcomes = made
      for (feed, entry) in refused {
        outcomes[feed].bad += 1
        try bad(feed, entry)
      }
    }
    return outcomes
  }
}
