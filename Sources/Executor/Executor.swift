public import Custody
internal import FoundationEssentials
public import Journal
public import Logging
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
    /// The collector's sealer: seals a parcel's payload once more, as a new parcel.
    public var reseal: (_ parcel: String, _ new: String) throws -> Void

    /// Creates helpers.
    public init(
      withdraw: @escaping (_ parcel: String, _ recipient: String) throws -> Bool = { _, _ in false },
      reseal: @escaping (_ parcel: String, _ new: String) throws -> Void = { _, _ in }
    ) {
      self.withdraw = withdraw
      self.reseal = reseal
    }
  }

  /// The service whose duties these are.
  public let service: Service
  let configuration: Configuration
  let keys: Keys
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

  /// So many duties are read together.
  private static let portion = 256

  /// Creates the executor of a service.
  public init(
    of service: Service, configuration: Configuration, keys: Keys, partners: PartnerBook, spool: Spool,
    journal: Journal, logger: Logger, stop: Stop
  ) {
    self.service = service
    self.configuration = configuration
    self.keys = keys
    self.partners = partners
    self.spool = spool
    self.journal = journal
    self.logger = logger
    self.stop = stop
    alertCommand = AlertCommand(configuration.alerts.command, site: configuration.site.text)
  }

  /// When the next duty that failed is due; nil where none rests.
  public var nextAttempt: ContinuousClock.Instant? { resting.values.map(\.next).min() }

  /// Performs what can be performed now.
  ///
  /// - Parameter atOnce: also what failed and rests.
  /// - Returns: whether anything was performed.
  /// - Throws: `JournalError` where the journal cannot be read; what concerns one subject only does not end the others.
  @discardableResult
  public func perform(atOnce: Bool = false) throws -> Bool {
    if atOnce { resting = [:] }
    var tried: Set<String> = []
    var hasPerformed = false
    while !stop.isRequested {
      var last: Int64 = 0
      var progress = false
      while !stop.isRequested {
        let portion = try journal.owed(by: service, after: last, limit: Self.portion)
        guard let end = portion.last?.id else { break }
        last = end
        if try perform(portion, tried: &tried) { progress = true }
        if portion.count < Self.portion { break }
      }
      guard progress else { break }
      hasPerformed = true
    }
    return hasPerformed
  }

  /// Performs the first duties of some subjects, and strikes out together what is done.
  private func perform(_ portion: [Owed], tried: inout Set<String>) throws -> Bool {
    var done: [Int64] = []
    for owed in portion where !stop.isRequested {
      guard let id = owed.id, !tried.contains(owed.subject) else { continue }
      if let rest = resting[owed.subject], !rest.isOver { continue }
      do {
        guard try perform(owed.decoded()) else {
          rest(owed.subject)
          tried.insert(owed.subject)
          continue
        }
        done.append(id)
        resting[owed.subject] = nil
        if owed.failures > 0 { try journal.settle(alert: Self.alertKey(owed.subject)) }
      } catch is CancellationError {
        break
      } catch {
        tried.insert(owed.subject)
        failed(owed, id, error)
      }
    }
    try journal.strike(done)
    return !done.isEmpty
  }

  private func rest(_ subject: String) {
    resting[subject, default: Backoff(first: .seconds(2), longest: .seconds(300))].fail()
  }

  private func failed(_ owed: Owed, _ id: Int64, _ error: any Error) {
    rest(owed.subject)
    let text = Quoted.text("\(error)", limit: 1000)
    logger.warning(
      "what is owed cannot be done now, and is tried again: \(text)", metadata: ["about": "\(owed.subject)"])
    // Where even this cannot be written down the duty is still owed, and the next attempt tells.
    try? journal.failed(id, error: text)
    let isAlert = owed.subject.hasPrefix("alert:")
    try? journal.raise(
      Alert(
        key: Self.alertKey(owed.subject), code: "owed", severity: .critical,
        message: "\(owed.subject) does not get on: \(text)",
        remedy: "Put right what the message names; it is tried again by itself. See: studypost trace "
          + (owed.subject.split(separator: ":", maxSplits: 1).last ?? "")), by: service, isTold: !isAlert)
  }

  /// All that goes wrong with telling of alerts is one alert, which nobody is told of by that way.
  static func alertKey(_ subject: String) -> String {
    subject.hasPrefix("alert:") ? "alert-command" : "owed \(subject)"
  }
}
