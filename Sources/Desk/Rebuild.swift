internal import FoundationEssentials
internal import Journal
public import Sealing
public import Site
public import Spool
public import SystemPackage

/// A usable journal, made from the spool alone.
///
/// The new journal is made beside the old one and takes its name at the end, by one rename: a kill at any point is followed
/// by doing it again. Nothing in the spool is moved or removed here; what must move is owed, and the services do it.
public struct Rebuild: Sendable {
  /// What was found, and what nobody can know.
  public struct Outcome: Sendable {
    /// Parcels in `outbound/`: they are delivered again, or their receipts close them.
    public var outbound = 0
    /// Files of studies that were not sealed: they go back to the source.
    public var unsealed = 0
    /// Parcels that are imported, by this site's own receipts.
    public var imported = 0
    /// Parcels that are verified and opened again.
    public var arrivals = 0
    /// Entries of the quarantine.
    public var quarantined = 0
    /// Where the old journal lies now.
    public var aside: FilePath?
    /// What could not be taken in, each with its path.
    public var remarks: [String] = []

    /// What the spool alone does not tell.
    public var unknown: [String] {
      [
        "The history and the alerts before now, and who decided what.",
        "Instances imported from parcels that are not kept here any more: if their sender sends them once more, they are "
          + "imported once more.",
        "Decisions about studies that wait on the worklist, and orders about the queue: they are to be given again.",
        "Partners to whose drop folder unsealed studies had come: where no tag names the recipient, they are held.",
        "Where folders outside the spool should lie: they are trusted as they are mounted now.",
      ]
    }
  }

  let configuration: Configuration
  let signer: any SSHSigner
  let spool: Spool
  let actor: Actor

  /// Prepares a rebuilding.
  ///
  /// - Parameter signer: this site's own signing key: what it signed is believed.
  public init(_ configuration: Configuration, signer: any SSHSigner, actor: Actor, disk: Disk = Disk()) {
    self.configuration = configuration
    self.signer = signer
    spool = Spool(configuration.spool, run: configuration.run, disk: disk)
    self.actor = actor
  }

  /// Makes the journal anew.
  ///
  /// - Parameter force: also where the present one is usable; it is kept aside.
  /// - Throws: ``DeskError`` `refused` where the journal is usable, or a service runs.
  public func run(force: Bool) throws -> Outcome {
    try ServiceLocks(in: spool, for: "The journal is rebuilt").holding { try rebuild(force: force) }
  }

  private func rebuild(force: Bool) throws -> Outcome {
    if !force { try requireUnusable() }
    let new = FilePath(configuration.journal.string + ".rebuilding")
    try JournalFiles(path: new, disk: spool.disk).remove()
    try spool.disk.makeDirectory(new.removingLastComponent())
    // It holds patients' names: made with its mode before SQLite opens it.
    try spool.disk.write([UInt8](), to: new, mode: 0o640)
    var outcome = try adopt(into: new)
    outcome.aside = try JournalFiles(path: configuration.journal, disk: spool.disk).keepAside()
    try spool.disk.move(new, to: configuration.journal)
    return outcome
  }

  private func adopt(into path: FilePath) throws -> Outcome {
    let journal = try Journal(at: path, creating: true)
    var adoption = Adoption(rebuild: self, journal: journal)
    try adoption.run()
    let outcome = adoption.outcome
    try journal.record(
      Event(
        "rebuilt", by: actor.name, file: configuration.journal.string,
        "\(actor.name) rebuilt the journal from the spool: \(outcome.outbound) parcels out, \(outcome.unsealed) files not "
          + "sealed, \(outcome.imported) parcels imported, \(outcome.arrivals) to be verified, \(outcome.quarantined) in "
          + "quarantine."))
    // Everything is in the one file that gets its name.
    try journal.gather()
    return outcome
  }

  private func requireUnusable() throws {
    do {
      let journal = try Journal(at: configuration.journal)
      guard try journal.structuralDamage().isEmpty else { return }
    } catch let error as JournalError where error.code == .newer {
      throw error
    } catch is JournalError {
      return
    }
    throw DeskError(
      .refused,
      "\(configuration.journal): this journal is usable, and knows more than the spool alone. To rebuild it nevertheless, "
        + "and keep this one aside: studypost journal rebuild --force")
  }
}
