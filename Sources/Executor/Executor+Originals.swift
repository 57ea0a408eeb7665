internal import Custody
internal import Journal
internal import Spool

// Files of a source that is read-only, for example, were taken and cannot be removed. They are many, and their names may say
// whom they are about: people get one alert for each source.

extension Executor {
  private static let prefix = "originals "

  /// So many files of a source are tried in vain before it rests. Each that failed then rests for itself, so that others
  /// have their turn.
  private static let tries = 16

  private func source(of original: Original) -> String? {
    configuration.sources.lazy.map { PathText.of($0.path) }.first { PathText.isAtOrBelow(original.path, $0) }
  }

  /// Whether the source rests.
  func isWaiting(_ original: Original) -> Bool {
    guard !restOfSources.isEmpty, let source = source(of: original) else { return false }
    return restOfSources[source].map { !$0.isOver } ?? false
  }

  /// A file was removed from its source: so, perhaps, others can be.
  func removed(_ original: Original, _ subject: String) {
    stuckOriginals[subject] = nil
    guard !restOfSources.isEmpty || !triesOfSources.isEmpty, let source = source(of: original) else { return }
    restOfSources[source] = nil
    triesOfSources[source] = nil
  }

  /// Keeps in mind that a file cannot be removed from its source.
  ///
  /// - Returns: false where it lies in no source that is configured.
  func remember(_ original: Original, _ subject: String, _ error: any Error) -> Bool {
    guard let source = source(of: original) else { return false }
    let why = (error as? SpoolError)?.errno.map { "\($0)" } ?? "see studypost trace"
    stuckOriginals[subject] = (source, why)
    let left = (triesOfSources[source] ?? Self.tries) - 1
    triesOfSources[source] = left > 0 ? left : nil
    if left <= 0 {
      restOfSources[source, default: Backoff(first: .seconds(2), longest: .seconds(60))].fail()
    }
    return true
  }

  /// Raises an alert for each source of which files cannot be removed, and settles those of the others.
  func tellOfOriginals() throws {
    guard service == .collect else { return }
    var messages: [String: String] = [:]
    for (source, files) in Dictionary(grouping: stuckOriginals.values, by: \.source) {
      messages[source] =
        "Files of \(Quoted.text(source)) were taken in and cannot be removed there, \(files.count) at least: "
        + "\(files[0].why)."
    }
    guard messages != toldOfOriginals else { return }
    for (source, message) in messages {
      if toldOfOriginals?[source] == nil { logger.warning("\(message)") }
      try journal.raise(
        Alert(
          key: Self.prefix + source, code: "owed", severity: .critical, message: message,
          remedy:
            "Give `studypost` the right to remove files there; it is tried again by itself. They are not sent twice."),
        by: service)
    }
    try journal.settle(alertsBeginning: Self.prefix, except: Set(messages.keys.map { Self.prefix + $0 }))
    toldOfOriginals = messages
  }
}

extension Duty {
  /// The file of a source that it removes, or one of them.
  var original: Original? {
    switch self {
    case .removeOriginal(let original): original
    case .quarantineOriginals(let files, _): files.first?.original
    default: nil
    }
  }
}
