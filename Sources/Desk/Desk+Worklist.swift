internal import Custody
public import Executor
public import Journal
public import Reconciliation
internal import Site
public import SystemPackage

extension Desk {
  /// What a clerk must see of one study to decide whose it is.
  public struct WorklistCard: Sendable {
    /// The parcel.
    public var parcel: InboundParcel
    /// What the policy found; nil where it was not asked.
    public var decision: Decision?
    /// How to reach the sender's people.
    public var contact: String?
    /// Patients to whom a part of this study was given before.
    public var earlier: [InboundParcel]
    /// Pictures of it, one for each series; nil where none were made.
    public var preview: Preview?
    /// The folder in which they lie.
    public var previewFolder: FilePath
    /// What the EHR was asked, where it was asked to register the patient.
    public var request: Request?
  }

  /// Inbound studies that wait for a person, oldest first.
  public func worklist(_ page: Page = Page()) throws -> Portion<InboundParcel> {
    Portion(
      try journal.inboundParcels(in: [.held], limit: page.limit, offset: page.offset),
      of: try journal.inboundParcelCounts()[.held]?.items ?? 0)
  }

  /// One of them.
  public func worklistCard(_ text: String) throws -> WorklistCard {
    let parcel = try heldParcel(text)
    try disclose("worklist show", count: 1, study: parcel.study, parcel: parcel.id, site: parcel.sender)
    let book = try PartnerBook.read(configuration.partners, owner: configuration.site).book
    let contact = SiteName(parcel.sender).flatMap { book[$0]?.card.contact }
    let pictures = site.spool[.heldPreview(parcel: parcel.id)]
    return WorklistCard(
      parcel: parcel, decision: Decision(of: parcel), contact: contact?.isEmpty == false ? contact : nil,
      earlier: try earlier(of: parcel), preview: Preview(in: pictures, of: site.spool.disk), previewFolder: pictures,
      request: try request(of: parcel))
  }

  /// Gives a study to a local patient.
  ///
  /// - Parameter reason: needed where anything disagrees.
  /// - Throws: ``DeskError`` `needsReason` with what disagrees.
  public func accept(_ text: String, patient localID: String, reason: String?) throws -> InboundParcel {
    let reason = try reason.map(outspoken)
    let parcel = try heldParcel(text)
    guard let patient = try site.patients().patient(localID: localID) else {
      throw DeskError(
        .notFound, "\(localID): the index has no patient with this number. See: studypost patients find TEXT")
    }
    guard patient.active else {
      throw DeskError(
        .wrongState,
        "\(localID): this patient's record is not active; it may have been merged. Choose the one that is.")
    }
    do {
      try Coercion.check(patient)
    } catch let error as ReconciliationError {
      throw DeskError(.wrongState, error.message)
    }
    let disagreements = try disagreements(parcel, with: patient)
    guard disagreements.isEmpty || reason != nil else {
      throw DeskError(
        .needsReason, "Not everything agrees: say with --reason why it is this patient's study nevertheless.",
        lines: disagreements)
    }
    let changed = try journal.change(
      inboundParcel: parcel.id, by: .accepted,
      event: Event(
        "accepted", by: actor.name, site: parcel.sender, study: parcel.study, parcel: parcel.id, patient: localID,
        "\(actor.name) gave it to patient \(localID): \(reason ?? "everything agrees")"),
      facts: Self.facts(of:)
    ) {
      $0.patient = localID
      $0.isDecidedByPerson = true
      $0.reasonCode = nil
      $0.reason = nil
    }
    guard let changed else { throw decidedMeanwhile(parcel.id) }
    return changed
  }

  /// Rejects a study: its parcel goes into the quarantine, and the sender is told why.
  public func reject(_ text: String, reason: String) throws -> InboundParcel {
    let reason = try outspoken(reason)
    let parcel = try heldParcel(text)
    let code = "rejected-by-clerk"
    let sentence = "\(actor.name) rejected it: \(reason)"
    let entry = QuarantineEntry(
      name: Self.entryName(partner: parcel.sender), partner: parcel.sender, parcel: parcel.id, item: parcel.id,
      code: code,
      reason: sentence, study: parcel.study, bytes: parcel.bytes)
    let why = Custody.Reason(
      code: code, sentence: "A study from \(parcel.sender) was rejected here. \(sentence)",
      remedy: [
        "Put it back on the worklist: studypost quarantine release \(entry.name)",
        "Or let it go: studypost quarantine discard \(entry.name) --reason TEXT",
      ],
      about: ["parcel": parcel.id, "partner": parcel.sender, "study": parcel.study], since: entry.since)
    let changed = try journal.change(
      inboundParcel: parcel.id, by: .rejected,
      event: Event(
        "rejected", by: actor.name, site: parcel.sender, study: parcel.study, parcel: parcel.id,
        file: "quarantine/\(entry.name)", sentence),
      entry: entry,
      facts: {
        InboundParcelFacts(id: $0.id, answer: $0.answer(reason: code, note: reason), entry: entry.name, reason: why)
      }
    ) {
      $0.reasonCode = code
      $0.reason = sentence
    }
    guard let changed else { throw decidedMeanwhile(parcel.id) }
    return changed
  }

  func heldParcel(_ text: String) throws -> InboundParcel {
    let id = try identify(text, as: .worklist).id
    guard let parcel = try journal.inboundParcel(id), parcel.state == .held else { throw decidedMeanwhile(id) }
    return parcel
  }

  /// Other parts of the study that were given to a patient before.
  func earlier(of parcel: InboundParcel) throws -> [InboundParcel] {
    guard let study = parcel.study else { return [] }
    return try journal.reconciledParcels(study: study).filter { $0.id != parcel.id }
  }
}
