internal import Custody
public import Executor
public import Journal
public import Reconciliation
internal import Site
internal import Spool
public import SystemPackage

extension Desk {
  /// A study that waits for a person: all its parts, from whichever sender, are decided together.
  public struct WorklistEntry: Sendable {
    /// The part that has waited longest, whose id names the study here.
    public var parcel: InboundParcel
    /// All parts that wait, the first one included.
    public var parts: [InboundParcel]
    /// Why it waits, as it is now.
    public var reason: String?

    /// In how many instances.
    public var instances: Int { parts.reduce(0) { $0 + $1.instances } }
    /// Of the DICOM files.
    public var bytes: Int64 { parts.reduce(0) { $0 + $1.bytes } }
    /// Whom the parts name: one identity for each patient.
    public var identities: [StudyIdentity] {
      var merged: [StudyIdentity] = []
      for identity in parts.compactMap(Decision.init(of:)).flatMap(\.identities) { merged.merge(identity) }
      return merged
    }
  }

  /// What a clerk must see of one study to decide whose it is.
  public struct WorklistCard: Sendable {
    /// The study.
    public var entry: WorklistEntry
    /// The part that has waited longest.
    public var parcel: InboundParcel { entry.parcel }
    /// What the policy found; nil where it was not asked.
    public var decision: Decision?
    /// How to reach the sender's people.
    public var contact: String?
    /// Parts of this study that were given to a patient before.
    public var earlier: [InboundParcel]
    /// Who took it back from a patient, and what became of its files in the import folder then.
    public var undone: [Event]
    /// What people wrote about it.
    public var comments: [Event]
    /// What one person decided, where it takes two.
    public var proposal: Proposal?
    /// What this site imported for each candidate before, by the local number: the latest.
    public var priors: [String: [Prior]]
    /// Why each of the sender's identifiers is a national one, or is none, by its value.
    public var judgements: [String: String]
    /// Pictures of it, one for each series; nil where none were made.
    public var preview: Preview?
    /// The folder in which they lie.
    public var previewFolder: FilePath
    /// The groups of images by what they say of their patient, where it may be split.
    public var groups: [Group]
    /// What the EHR was asked, where it was asked to register the patient.
    public var request: Request?
  }

  /// A study that this site imported for a local patient.
  public struct Prior: Sendable {
    /// Its last parcel.
    public var parcel: InboundParcel
    /// What it is about.
    public var subject: Subject?
  }

  /// So many of a patient's priors are shown.
  private static let mostPriors = 5

  /// Inbound studies that wait for a person, oldest first.
  public func worklist(_ page: Page = Page()) throws -> Portion<WorklistEntry> {
    Portion(
      try journal.heldStudies(limit: page.limit, offset: page.offset).map(entry), of: try journal.heldStudyCount())
  }

  /// One of them.
  public func worklistCard(_ text: String) throws -> WorklistCard {
    let entry = try heldEntry(text)
    try disclose(
      "worklist show", count: 1, study: entry.parcel.study, parcel: entry.parcel.id, site: entry.parcel.sender)
    let book = try PartnerBook.read(configuration.partners, owner: configuration.site).book
    let contact = SiteName(entry.parcel.sender).flatMap { book[$0]?.card.contact }
    let pictures = spool[.heldPreview(parcel: entry.parcel.id)]
    let decision = try presentDecision(of: entry.parts)
    return WorklistCard(
      entry: entry, decision: decision, contact: contact?.isEmpty == false ? contact : nil,
      earlier: try earlier(of: entry.parcel), undone: try entry.parts.flatMap(undoings),
      comments: try journal.comments(on: entry.parcel), proposal: try proposal(of: entry.parcel),
      priors: try priors(decision, except: entry.parcel.study), judgements: judgements(entry),
      preview: Preview(in: pictures, of: spool.disk), previewFolder: pictures,
      groups: try splittable(entry), request: try request(of: entry.parcel))
  }

  /// Images that belong together, with what the policy finds of them alone.
  public struct Group: Sendable {
    /// Which.
    public var group: PatientGroup
    /// What the policy would find if the study had no others.
    public var decision: Decision
    /// The patient with whom everything agrees.
    public var patient: String? {
      if case .automatic(let localID) = decision.outcome { localID } else { nil }
    }
  }

  /// The groups of a study whose images name several patients, that was split before, or that is another patient's.
  private func splittable(_ entry: WorklistEntry) throws -> [Group] {
    guard let groups = PatientGroup.all(of: entry.parts) else { return [] }
    let isElsewhere = entry.parts.contains { $0.reasonCode == "study-of-another-patient" }
    let isSplit = try isElsewhere || groups.count > 1 || earlier(of: entry.parcel).contains { $0.split != nil }
    guard isSplit else { return [] }
    let policy = MatchingPolicy(of: configuration, for: entry.parcel.sender)
    let index = try site.patients()
    return try groups.map { Group(group: $0, decision: try policy.decide([$0.identity], among: index)) }
  }

  /// The study with all its parts that wait.
  func entry(_ parcel: InboundParcel) throws -> WorklistEntry {
    var parts = try parcel.study.map { try journal.heldParts(study: $0) } ?? []
    if !parts.contains(where: { $0.id == parcel.id }) { parts.append(parcel) }
    return WorklistEntry(parcel: parts[0], parts: parts, reason: try presentReason(of: parts))
  }

  /// The study that a person named by the id of one of its parts.
  func heldEntry(_ text: String) throws -> WorklistEntry {
    let id = try identify(text, as: .worklist).id
    guard let parcel = try journal.inboundParcel(id), parcel.state == .held else { throw decidedMeanwhile(id) }
    return try entry(parcel)
  }

  /// Parts of the study that were given to a patient before.
  func earlier(of parcel: InboundParcel) throws -> [InboundParcel] {
    guard let study = parcel.study else { return [] }
    return try journal.reconciledParcels(study: study).filter { $0.id != parcel.id }
  }

  private func priors(_ decision: Decision?, except study: String?) throws -> [String: [Prior]] {
    try Set(decision?.candidates.map(\.patient.localID) ?? []).reduce(into: [:]) { priors, localID in
      priors[localID] = try journal.imports(patient: localID, except: study, limit: Self.mostPriors)
        .map { Prior(parcel: $0, subject: $1) }
    }
  }

  private func judgements(_ entry: WorklistEntry) -> [String: String] {
    let schemes = configuration.reconcile.schemes
    return entry.identities.flatMap(\.identifiers).reduce(into: [:]) { judgements, identifier in
      judgements[identifier.value] =
        switch schemes.validate(identifier.value) {
        case .success(let valid): "valid \(valid.scheme) \(valid.value)"
        case .failure(let problem): "not a valid \(schemes.names): \(problem)"
        }
    }
  }

  /// What the history says of a parcel that was taken back.
  private func undoings(of parcel: InboundParcel) throws -> [Event] {
    guard parcel.undone > 0 else { return [] }
    return try journal.events(parcel: parcel.id).filter { ["undone", "recalled"].contains($0.what) }
  }
}

extension Desk.WorklistCard {
  /// What became of the earlier parts: a sentence for each patient, since an urgent study comes in hundreds of them.
  public var earlierInWords: [String] {
    let given = Dictionary(grouping: earlier.filter { $0.split == nil }, by: \.inWords)
    return given.sorted { $0.key < $1.key }.map { whom, parcels in
      let what = parcels.count == 1 ? "parcel \(parcels[0].id)" : counted(parcels.count, "parcel")
      return "\(what) of this study went to \(whom)."
    } + earlier.filter { $0.split != nil }.map { "parcel \($0.id) of this study was split, \($0.whose)." }
  }
}
