internal import Custody
public import Journal
internal import Parcel
internal import Reconciliation
public import Spool
public import SystemPackage

extension Desk {
  /// An entry of the quarantine with what lies in it.
  public struct QuarantineCard: Sendable {
    /// The entry.
    public var entry: QuarantineEntry
    /// Whom and what it is about, where that is known.
    public var subject: Subject?
    /// Its folder.
    public var folder: FilePath
    /// What lies in it: a portion.
    public var files: [Listing.Found]
  }

  /// What happens to an entry that was released.
  public enum Release: Sendable, Equatable {
    /// `studypost collect` puts its files back where they came from: the file, or the dropped folder.
    case files(String)
    /// `studypost receive` verifies it again.
    case verified
    /// It is on the worklist again.
    case worklist(parcel: String)
  }

  static func entryName(partner: String) -> String { "in-\(partner)-\(ParcelID())" }

  /// What was refused, oldest first.
  public func quarantine(_ page: Page = Page()) throws -> Portion<QuarantineEntry> {
    Portion(
      try journal.quarantine(limit: page.limit, offset: page.offset),
      of: try journal.quarantineCounts()[.quarantined]?.items ?? 0)
  }

  /// One entry.
  public func quarantineCard(_ text: String) throws -> QuarantineCard {
    let entry = try entry(text)
    if entry.parcel != nil {
      try disclose("quarantine show", count: 1, study: entry.study, parcel: entry.parcel, site: entry.partner)
    }
    let folder = spool[.quarantine].appending(entry.name)
    let files =
      try spool.disk.status(of: folder) == nil
      ? [] : try spool.disk.files(below: folder, limit: 1000, passOver: { _ in true }) { _ in false }
    return QuarantineCard(
      entry: entry, subject: try entry.parcel.flatMap(journal.subject), folder: folder, files: files)
  }

  /// Has an entry looked at again.
  public func release(_ text: String) throws -> (entry: QuarantineEntry, becomes: Release) {
    let entry = try entry(text)
    let event = event("released", entry, "\(actor.name) wants it looked at again.")
    if entry.direction == .in, let parcel = try journal.inboundParcel(entry: entry.name) {
      return (entry, try release(parcel, event))
    }
    if entry.direction == .out {
      try settle(entry, try journal.change(quarantine: entry.name, by: .released, event: event))
      return (entry, .files(entry.origin ?? ""))
    }
    guard entry.direction == .in, let partner = entry.partner, ParcelID(entry.item) != nil else {
      throw DeskError(
        .wrongState, "\(entry.name): it is not a parcel that could arrive again. Discard it when it is of no use.")
    }
    let arrival = Arrival(id: "\(partner).\(ParcelID())", partner: partner, name: entry.item)
    try settle(entry, try journal.change(quarantine: entry.name, by: .released, newArrival: arrival, event: event))
    return (entry, .verified)
  }

  /// Lets an entry go.
  public func discard(entry text: String, reason: String) throws -> QuarantineEntry {
    let reason = try outspoken(reason)
    let entry = try entry(text)
    let event = event("discarded", entry, "\(actor.name) let it go: \(reason)")
    if entry.direction == .in, let parcel = try journal.inboundParcel(entry: entry.name) {
      let changed = try journal.change(inboundParcel: parcel.id, by: .discarded, event: event, facts: Self.facts(of:)) {
        $0.reason = reason
      }
      guard changed != nil else { throw decidedMeanwhile(entry.name) }
    } else {
      try settle(entry, try journal.change(quarantine: entry.name, by: .discarded, event: event))
    }
    return entry
  }

  /// A parcel of the journal: one that was refused is verified and opened again, one that a person rejected is on the
  /// worklist again, with the reason for which it had been held.
  private func release(_ parcel: InboundParcel, _ event: Event) throws -> Release {
    let place = spool[.quarantine].appending(parcel.entry ?? "").appending(parcel.id)
    guard try spool.disk.status(of: place) != nil || journal.isOwing(subject: "inbound:\(parcel.id)") else {
      throw DeskError(
        .files,
        "Parcel \(parcel.id): its copy here is lost, so that there is nothing to release. It is taken when it comes again; "
          + "if it does not, ask \(parcel.sender) for it: studypost queue retry \(parcel.id)")
    }
    let isRejected = parcel.state == .rejected
    let why = isRejected ? Self.holdReason(of: parcel) : nil
    let changed = try journal.change(
      inboundParcel: parcel.id, by: .released, event: event,
      facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(), entry: $0.entry, reason: why) }
    ) {
      $0.reasonCode = why?.code
      $0.reason = why?.sentence
    }
    guard changed != nil else { throw decidedMeanwhile(parcel.id) }
    return isRejected ? .worklist(parcel: parcel.id) : .verified
  }

  /// What the duties of a parcel must know that has nothing particular to tell.
  static func facts(of parcel: InboundParcel) -> InboundParcelFacts {
    InboundParcelFacts(id: parcel.id, answer: parcel.answer(), entry: parcel.entry)
  }

  private static func holdReason(of parcel: InboundParcel) -> Custody.Reason {
    let reasons = Decision(of: parcel)?.reasons ?? []
    let sentences = reasons.map(\.sentence).joined(separator: " ")
    // What a person rejected does not go ahead by itself, whatever agrees then.
    return holdReason(
      of: parcel, code: "released",
      sentence: "It was rejected and put back: a person must decide once more. \(sentences)")
  }

  /// Why a study waits for a person, and what can be done.
  static func holdReason(of parcel: InboundParcel, code: String, sentence: String) -> Custody.Reason {
    Custody.Reason(
      code: code, sentence: sentence,
      remedy: [
        "See the sender's data beside the candidates: studypost worklist show \(parcel.id)",
        "Give it to a patient: studypost worklist accept \(parcel.id) --patient LOCALID --reason TEXT",
        "Or reject it: studypost worklist reject \(parcel.id) --reason TEXT",
      ],
      about: [
        "study": parcel.study, "partner": parcel.sender, "parcel": parcel.id, "instances": "\(parcel.instances)",
        "files": "received/\(parcel.id), as they came: studypost open",
      ], since: journalTime())
  }

  private func entry(_ text: String) throws -> QuarantineEntry {
    let name = try identify(text, as: .quarantine).id
    guard let entry = try journal.quarantineEntry(name), entry.state == .quarantined else {
      throw decidedMeanwhile(name)
    }
    return entry
  }

  private func settle(_ entry: QuarantineEntry, _ changed: QuarantineEntry?) throws {
    if changed == nil { throw decidedMeanwhile(entry.name) }
  }

  /// An event that shows when the file is traced by where it came from, or the parcel by its id.
  private func event(_ what: String, _ entry: QuarantineEntry, _ detail: String) -> Event {
    Event(
      what, by: actor.name, site: entry.partner, study: entry.study, parcel: entry.parcel,
      file: entry.origin ?? "quarantine/\(entry.name)", "\(entry.name): \(detail)", before: "quarantined: \(entry.code)"
    )
  }
}
