internal import FoundationEssentials
internal import Journal

extension Collector {
  /// A study that was closed so long ago is not asked for one instance at a time any more: a supplement, a copy of one of
  /// its images or a receipt may still come within weeks, and hardly later.
  private static let foldAfter = Duration.seconds(30 * 86_400)
  /// So many entries of the quarantine are let go at a time, and so often are studies folded.
  private static let portion = 100

  /// What is done once a minute.
  func upkeep() throws {
    for index in watches.indices {
      watches[index].rotate()
      try tellOfLeftovers(index)
      tellOfStrays(index, all: false)
    }
    try followContinuing()
    // A clock that jumped ahead must not make everything old.
    guard clocks.isSteady else { return }
    try emptyQuarantine()
    let age = max(Self.foldAfter, configuration.retention.sent)
    let time = journalTime(Date() - age / .seconds(1))
    for _ in 0..<Self.portion where !stop.isRequested {
      if try journal.fold(closedBefore: time) == 0 { break }
    }
  }

  /// Lets go of files of the sources that were refused longer than `retention.quarantine` ago.
  private func emptyQuarantine() throws {
    let time = journalTime(Date() - configuration.retention.quarantine / .seconds(1))
    for entry in try journal.purgeableQuarantine(before: time, limit: Self.portion) where entry.direction == .out {
      let event = Event(
        "discarded", study: entry.study, file: entry.origin,
        "\(entry.name): it lay in quarantine for retention.quarantine. It was refused since \(entry.since): \(entry.code)."
      )
      if try journal.change(quarantine: entry.name, by: .discarded, event: event) != nil {
        logger.info("an entry of the quarantine is old, and was let go", metadata: ["entry": "\(entry.name)"])
      }
    }
  }
}
