internal import Custody
internal import Executor
internal import Journal
internal import Logging
internal import NationalID
internal import Parcel
internal import Patients
internal import Reconciliation
internal import Sealing
internal import Site
internal import Spool
internal import SystemPackage

/// Work on one parcel, on whatever thread: it shares nothing that changes but the journal and the spool, in which each
/// parcel has places of its own.
struct Work: Sendable {
  let configuration: Configuration
  let age: any AgeOpener
  let partners: PartnerBook
  let spool: Spool
  let journal: Journal
  let patients: PatientIndex
  let logger: Logger
  let stop: Stop
  let schemes: [NationalIDScheme]
  let heartbeat: Heartbeat
  /// Makes pictures of what waits for a person; nil: none are made.
  let renderer: Renderer?
  /// Of the payloads that were verified, by their parcel.
  let freshReads: FreshReads<String, Void>

  /// Runs work on one parcel: what fails for a reason of this machine leaves the parcel as it is, for another try, and
  /// raises an alert.
  ///
  /// - Throws: what it failed for.
  func attempt(_ subject: String, _ body: () throws -> Void) throws {
    let key = Alert.stuck(subject)
    do {
      try body()
      try journal.settle(alert: key)
    } catch let error as CancellationError {
      throw error
    } catch {
      let text = Quoted.text("\(error)", limit: 1000)
      logger.warning("a parcel cannot be handled now, and is tried again: \(text)", metadata: ["parcel": "\(subject)"])
      try? journal.raise(
        Alert(
          key: key, code: "parcel", severity: .critical, message: "\(subject) does not get on: \(text)",
          remedy: "Put right what the message names; it is tried again by itself. The others go on."), by: .receive)
      throw error
    }
  }

  /// A parcel as the journal has it now, where it is still in the state in which it was listed and nothing is owed for it:
  /// between the list and this thread another look may have handled it, and what is unpacked may be promised to the PACS.
  func current(_ parcel: InboundParcel) throws -> InboundParcel? {
    guard let now = try journal.inboundParcel(parcel.id), now.state == parcel.state,
      try !journal.isOwing(subject: "inbound:\(parcel.id)")
    else { return nil }
    return now
  }

  /// The partner of that name.
  func partner(_ site: String) -> Partner? { partners.partners.first { $0.site.text == site } }

  /// What this site lets a parcel be.
  var limits: ParcelLimits {
    ParcelLimits(maxExpanded: configuration.limits.maxExpanded, maxInstances: configuration.limits.maxInstances)
  }

  /// A new entry of the quarantine for what a partner sent: names that sort by time and can be told apart.
  static func entryName(partner: String) -> String { "in-\(partner)-\(ParcelID())" }

  /// Where a parcel is unpacked: never needed again once it is imported, and made anew at any time before.
  func unpacked(_ parcel: InboundParcel) -> FilePath { spool[.unpacked(parcel: parcel.id)] }
}
