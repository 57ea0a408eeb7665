import ArgumentParser
import Glibc
import Journal
import Logging
import Spool

/// How much a service tells.
struct LogOptions: ParsableArguments {
  @Flag(name: .long, help: "Tell every step.") var verbose = false
  @Flag(name: .long, help: "Tell only what is wrong.") var quiet = false

  func logger(_ label: String) -> Logger {
    var logger = Logger(label: label) { _ in StandardErrorLog() }
    logger.logLevel = verbose ? .debug : quiet ? .warning : .info
    return logger
  }

  func validate() throws {
    if verbose, quiet { throw ValidationError("--verbose and --quiet contradict one another.") }
  }
}

/// Writes log lines, to standard error: for journald with their priority in front, for people with the time.
struct StandardErrorLog: LogHandler {
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  /// systemd names the journal's socket to the services whose standard error it reads.
  private static let isJournal = getenv("JOURNAL_STREAM") != nil

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    // Values come from other sites and devices: one event is one line, whatever stands in them.
    let values = metadata.merging(event.metadata ?? [:]) { $1 }
      .sorted { $0.key < $1.key }
      .map { " \($0.key)=\(Quoted.text("\($0.value)", limit: 500))" }
      .joined()
    let text = Quoted.text("\(event.message)", limit: 2000) + values
    let prefix = Self.isJournal ? "<\(event.level.priority)>" : "\(journalTime()) \(event.level.word) "
    writeToStandardError(prefix + text + "\n")
  }
}

extension Logger.Level {
  /// sd-daemon(3): the levels of syslog.
  fileprivate var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  fileprivate var word: String {
    switch self {
    case .warning: "warning"
    case .error, .critical: "ERROR  "
    default: rawValue.padding7
    }
  }
}

extension String {
  fileprivate var padding7: String { self + String(repeating: " ", count: max(0, 7 - count)) }
}
