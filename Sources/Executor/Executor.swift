public import Custody
internal import FoundationEssentials
public import Journal
public import Logging
public import Sealing
public import Site
public import Spool
internal import SystemPackage

/// Performs what one service owes: in order, each duty until it is done, and strikes it out when it is durable.
///
/// Every duty can be performed again: a kill at any point is followed by the same duty once more, which finds what was done
/// and does the rest. A duty that fails holds back those after it of the same subject, is tried again with growing pauses,
/// and raises an alert; all other subjects go on.
///
/// A plain object for the one thread of its service.
public final class Executor {
  /// What duties need of their service beyond the spool.
  public struct Helpers {
    /// The shipper's connections: removes what was uploaded of a parcel from the partner's mailbox; false: it cannot be
    /// reached now.
    public var withdraw: (_ parcel: String, _ recipient: String) throws -> Bool
    /// The collector's sealer: seals a parcel's payload once more, as a new parcel; false: it is not done yet.
    public var reseal: (_ parcel: String, _ new: String) throws -> Bool

    /// Creates helpers.
    public init(
      withdraw: @escaping (_ parcel: String, _ recipient: String) throws -> Bool = { _, _ in false },
      reseal: @escaping (_ parcel: String, _ new: String) throws -> Bool = { _, _ in false }
    ) {
      self.withdraw = withdraw
      self.reseal = reseal
    }
  }

  /// The service whose duties these are.
  public let service: Service
  let configuration: Configuration
  /// Signs receipts; only the receiver's has it.
  let signing: SigningKey?
  let spool: Spool
  let journal: Journal
  let logger: Logger
  let stop: Stop
  /// Set once, by the service that has them.
  public var helpers = Helpers()
  let alertCommand: AlertCommand
  /// The partners as the service knows them at present.
  public var partners: PartnerBook

  /// Subjects whose duty failed, and when it may be tried again.
  private var resting: [String: Backoff] = [:]

  /// Files of sources that are taken and cannot be removed: the source and the system's reason, by the duty's subject.
  var stuckOriginals: [String: (source: String, why: String)] = [:]
  /// How many more of a source's files are tried before it rests.
  var triesOfSources: [String: Int] = [:]
  /// Sources of which nothing could be removed, and rest.
  var restOfSources: [String: Backoff] = [:]
  /// What was told of them.
  var toldOfOriginals: [String: String]?

  /// So many duties are read together.
  private static let portion = 256

  /// Creates the executor of a service.
  ///
  /// - Parameter signing: signs receipts: the receiver's must have it.
  public init(
    of service: Service, configuration: Configuration, signing: SigningKey? = nil, partners: PartnerBook, spool: Spool,
    journal: Journal, logger: Logger, stop: Stop
  ) {
    self.service = service
    self.configuration = configuration
    self.signing = signing
    self.partners = partners
    self.spool = spool
    self.journal = journal
    self.logger = logger
    self.stop = stop
    alertCommand = AlertCommand(configuration.alerts.command, site: configuration.site.text)
  }

  /// When the next duty that failed is due; nil where none rests.
  public var nextAttempt: ContinuousClock.Instant? { resting.values.map(\.next).min() }

  /// After the stop was requested: until when the last duties are performed.
  private var end: ContinuousClock.Instant?

  /// Whether there is time for another duty.
  var mayGoOn: Bool { end.map { .now < $0 } ?? !stop.isRequested }

  /// Performs what follows from the last decisions before the service ends, so that a stop leaves as little as can be for
  /// the next start.
  public func performLast() {
    end = .now + .seconds(5)
    do { try perform() } catch { logger.debug("what is owed is left for the next start: \(error)") }
  }

  /// Performs what can be performed now.
  ///
  /// - Parameter atOnce: also what failed and rests.
  /// - Returns: whether anything was performed.
  /// - Throws: `JournalError` where the journal cannot be read; what concerns one subject only does not end the others.
  @discardableResult
  public func perform(atOnce: Bool = false) throws -> Bool {
    if atOnce { resting = [:] }
    let began = ContinuousClock.now
    var tried: Set<String> = []
    var hasPerformed = false
    while mayGoOn {
      var last: Int64 = 0
      var progress = false
      while mayGoOn {
        let portion = try journal.owed(by: service, after: last, limit: Self.portion)
        guard let end = portion.last?.id else { break }
        last = end
        if try perform(portion, tried: &tried) { progress = true }
        if portion.count < Self.portion { break }
      }
      guard progress else { break }
      hasPerformed = true
    }
    // What was due and is owed no more was struck out elsewhere, with an alert that was settled for example.
    if mayGoOn { resting = resting.filter { $0.value.next > began } }
    try journal.settle(alertsOfPerformedDuties: Self.alertKey(""))
    try tellOfOriginals()
    return hasPerformed
  }

  /// Performs the first duties of some subjects, and strikes out together what is done.
  private func perform(_ portion: [Owed], tried: inout Set<String>) throws -> Bool {
    var done: [Int64] = []
    var hasStruck = false
    for owed in portion where mayGoOn {
      guard let id = owed.id, !tried.contains(owed.subject) else { continue }
      if let rest = resting[owed.subject], !rest.isOver { continue }
      var duty: Duty?
      do {
        let decoded = try owed.decoded()
        duty = decoded
        if case .removeOriginal(let original) = decoded, isWaiting(original) {
          tried.insert(owed.subject)
          continue
        }
        if decoded.isRemoval, !done.isEmpty {
          // A study's files take a while, and others wait for what is done: the shipper for a parcel in its place.
          try journal.strike(done)
          done = []
          hasStruck = true
        }
        guard try perform(decoded) else {
          wait(owed.subject, for: decoded)
          tried.insert(owed.subject)
          continue
        }
        done.append(id)
        resting[owed.subject] = nil
        if let original = decoded.original { removed(original, owed.subject) }
      } catch is CancellationError {
        break
      } catch {
        tried.insert(owed.subject)
        failed(owed, id, duty, error)
      }
    }
    try journal.strike(done)
    return hasStruck || !done.isEmpty
  }

  /// A command for alerts that is at work will soon be done; a partner that cannot be reached may be so for long.
  private func wait(_ subject: String, for duty: Duty) {
    guard case .notify = duty else { return rest(subject) }
    var backoff = Backoff(first: .seconds(1), longest: .seconds(1))
    backoff.fail()
    resting[subject] = backoff
  }

  private func rest(_ subject: String) {
    resting[subject, default: Backoff(first: .seconds(2), longest: .seconds(300))].fail()
  }

  private func failed(_ owed: Owed, _ id: Int64, _ duty: Duty?, _ error: any Error) {
    rest(owed.subject)
    if let original = duty?.original, remember(original, owed.subject, error) {
      if owed.failures == 0 { _ = try? journal.failed(id, error: Quoted.text("\(error)", limit: 1000)) }
      return
    }
    let text = Quoted.text("\(error)", limit: 1000)
    logger.warning(
      "what is owed cannot be done now, and is tried again: \(text)", metadata: ["about": "\(owed.subject)"])
    // Where even this cannot be written down the duty is still owed, and the next attempt tells.
    guard (try? journal.failed(id, error: text)) == true else { return }
    if let error = error as? ExecutorError, error.code == .alertCommand { return alertsAreNotTold(text) }
    try? journal.raise(
      Alert(
        key: Self.alertKey(owed.subject), code: "owed", severity: .critical,
        message: "\(owed.subject) does not get on: \(text)",
        remedy: "Put right what the message names; it is tried again by itself. See: studypost trace "
          + (owed.subject.split(separator: ":", maxSplits: 1).last ?? "")), by: service)
  }

  /// One alert for all that could not be told: an alert for each would have to be told, too.
  private func alertsAreNotTold(_ text: String) {
    try? journal.raise(
      Alert(
        key: Self.alertCommandKey, code: "alert-command", severity: .critical, message: text,
        remedy: "Put the command under [alerts] right; what it did not tell is told then. See: studypost status"),
      by: service)
  }

  static let alertCommandKey = "alert-command"
  static func alertKey(_ subject: String) -> String { "owed \(subject)" }
}

extension Duty {
  fileprivate var isRemoval: Bool {
    switch self {
    case .remove, .removeInstances: true
    default: false
    }
  }
}
