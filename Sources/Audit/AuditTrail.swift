internal import Custody
internal import FoundationEssentials
internal import Glibc
public import Journal
public import Logging
public import Site
public import Spool
internal import Synchronization
internal import Threads

/// Follows the history and tells another system of it, as DICOM PS3.15 A.5 messages by syslog.
///
/// How far it has got stands in the journal: nothing is lost while the other system is away, and the order is kept. What was
/// sent when a connection broke is sent again. It begins at the end of the history at the time when it is first set up.
public final class AuditTrail: Sendable {
  private let site: String
  private let address: SyslogAddress
  private let journal: Journal
  private let logger: Logger
  private let machine: String
  private let sink: Mutex<Carrier>
  private let stop = Stop()
  private let worker = Mutex<Worker?>(nil)

  private struct Carrier: @unchecked Sendable { let sink: SyslogSink }

  /// So many lines go together.
  private static let portion = 100
  private static let pause = Duration.seconds(2)
  private static let alertKey = "audit"

  /// Follows a site's history to where its configuration says.
  public init(of configuration: Configuration, to address: SyslogAddress, journal: Journal, disk: Disk, logger: Logger)
  {
    site = configuration.site.text
    self.address = address
    self.journal = journal
    self.logger = logger
    var name = [CChar](repeating: 0, count: 256)
    let isKnown = gethostname(&name, name.count - 1) == 0
    machine = isKnown ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "-"
    sink = Mutex(Carrier(sink: SyslogSink(address, disk: disk)))
  }

  /// Follows on a thread of its own until ``end()``.
  ///
  /// - Throws: `WorkerError` where there is no thread for it.
  public func start() throws {
    let started = try Worker("audit") { [self] in follow() }
    worker.withLock { $0 = started }
  }

  /// Ends, after what has happened by now was sent, if it can be.
  public func end() {
    stop.request()
    worker.withLock { $0?.join() }
  }

  /// Sends all that has happened by now.
  ///
  /// - Throws: what keeps it from that.
  public func catchUp() throws {
    do {
      while try sendPortion() {}
      try journal.settle(alert: Self.alertKey)
    } catch {
      tell(error)
      throw error
    }
  }

  private func follow() {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(300))
    var isAnnounced = false
    repeat {
      if backoff.isOver {
        do {
          if !isAnnounced { try announce(started: true) }
          isAnnounced = true
          try catchUp()
          backoff.reset()
        } catch {
          backoff.fail()
        }
      }
      stop.wait(Self.pause)
    } while !stop.isRequested
    guard isAnnounced, backoff.failures == 0 else { return }
    try? catchUp()
    try? announce(started: false)
  }

  private func announce(started: Bool) throws {
    do {
      let message = AuditMessage(started: started, at: site, on: machine, time: journalTime())
      try send([SyslogLine.bytes(of: message, on: machine)])
    } catch {
      tell(error)
      throw error
    }
  }

  /// - Returns: whether more may be there.
  private func sendPortion() throws -> Bool {
    let events = try journal.eventsToTell(limit: Self.portion)
    guard let last = events.last?.id else { return false }
    let subjects = try journal.subjects(ofEvents: events.compactMap(\.id))
    let messages = events.compactMap { event in
      AuditMessage(event, event.id.flatMap { subjects[$0] }, at: site, on: machine)
    }
    if !messages.isEmpty { try send(messages.map { SyslogLine.bytes(of: $0, on: machine) }) }
    try journal.told(upTo: last)
    return true
  }

  private func send(_ lines: [[UInt8]]) throws { try sink.withLock { try $0.sink.send(lines) } }

  private func tell(_ error: any Error) {
    let why = Quoted.text("\(error)", limit: 500)
    logger.warning("audit messages cannot be sent now, and are kept: \(why)")
    try? journal.raise(
      Alert(
        key: Self.alertKey, code: "audit", severity: .warning,
        message: "Audit messages do not get to \(address), and are kept: \(why)",
        remedy:
          "See that it can be reached from this machine, or correct audit.syslog; they are sent by themselves then."),
      by: .ship)
  }
}
