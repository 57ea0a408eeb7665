internal import Custody
public import Journal
internal import Patients
internal import Reconciliation

// A study whose images are of several patients is split between them: nobody gets all of it.

extension Desk {
  /// What becomes of one group of a study's images.
  public struct Fate: Sendable, Equatable {
    /// The number of the group, as `worklist show` has it.
    public var group: Int
    /// The local number of the patient who gets them; nil: they are left out.
    public var patient: String?

    /// Decides about a group.
    public init(group: Int, patient: String?) {
      self.group = group
      self.patient = patient
    }

    /// As a person writes it: `1=4711` or `2=reject`.
    public var words: String { "\(group)=\(patient ?? Self.reject)" }
    /// What stands in place of a patient's number where nobody gets the images.
    public static let reject = "reject"
  }

  /// Gives the images of a study, with all its parts that wait, to the patients that they are of. What goes to nobody is not
  /// imported; it stays in the parcel as it came, and the sender is told.
  ///
  /// One study belongs to one patient: whoever the study belongs to already keeps its unique identifiers, or whoever gets most
  /// of its images. Those of all others get new ones.
  ///
  /// - Parameters:
  ///   - fates: of each group.
  ///   - despiteDifferences: the person has seen what disagrees between a group and its patient.
  /// - Returns: the study's parts; as they were, where it takes two persons and this was the first.
  /// - Throws: ``DeskError`` `usage` where a group is missing or named twice, `needsReason` with what disagrees.
  @discardableResult
  public func split(
    _ text: String, _ fates: [Fate], reason: String, despiteDifferences: Bool = false
  ) throws -> [InboundParcel] {
    let reason = try outspoken(reason)
    let entry = try heldEntry(text)
    let groups = try self.groups(of: entry)
    let fates = try complete(fates, groups, entry)
    let patients = try Set(fates.compactMap(\.patient)).reduce(into: [:]) { $0[$1] = try acceptable($1) }
    let earlier = try earlier(of: entry.parcel)
    try requireSplit(fates, groups, earlier, entry)
    let differences = try self.differences(fates, groups, patients, entry)
    guard differences.isEmpty || despiteDifferences else {
      throw DeskError(
        .needsReason,
        "Not everything agrees: look at the numbers of groups and patients once more. If it is right nevertheless, add "
          + "--despite-differences.", lines: differences)
    }
    let words = fates.map(\.words).joined(separator: " ")
    let (mayGoOn, proposal) = try confirming(.split, entry.parcel, patient: nil, shares: words, reason: reason)
    guard mayGoOn else { return entry.parts }
    let owner = Self.owner(of: entry.parcel.study, earlier, fates, groups)
    return try decide(entry, confirming: proposal) { part in
      let shares = self.shares(of: part, fates, groups, owner)
      guard shares.contains(where: { $0.patient != nil }) else { return rejecting(part, reason) }
      return splitting(part, Split(shares, reason: reason), proposal)
    }
  }

  // MARK: Shares

  /// Whose the study is: then their images keep its unique identifiers. Nil: nobody's here.
  private static func owner(
    of study: String?, _ earlier: [InboundParcel], _ fates: [Fate], _ groups: [PatientGroup]
  ) -> String? {
    guard earlier.isEmpty else {
      return earlier.lazy.compactMap { part in
        part.split.map { split in split.given.first { $0.study == study }?.patient } ?? part.patient
      }.first
    }
    var counts: [String: Int] = [:]
    for (fate, group) in zip(fates, groups) { fate.patient.map { counts[$0, default: 0] += group.instances } }
    let most = counts.values.max()
    return fates.lazy.compactMap(\.patient).first { counts[$0] == most }
  }

  /// What a part has for each patient, and for nobody.
  private func shares(
    of part: InboundParcel, _ fates: [Fate], _ groups: [PatientGroup], _ owner: String?
  ) -> [Split.Share] {
    var shares: [Split.Share] = []
    for (fate, group) in zip(fates, groups) {
      guard let own = group.shares[part.id] else { continue }
      guard let index = shares.firstIndex(where: { $0.patient == fate.patient }) else {
        let study = fate.patient.flatMap { patient in
          part.study.map { study in
            patient == owner
              ? study : DerivedUIDs(study: study, patient: patient, site: configuration.site.text).name(for: study)
          }
        }
        shares.append(
          Split.Share(
            number: shares.count + 1, patient: fate.patient, study: study, keys: own.keys, instances: own.instances,
            who: group.identity.words))
        continue
      }
      shares[index].keys = own.keys.flatMap { keys in shares[index].keys.map { $0 + keys } }
      shares[index].instances += own.instances
      shares[index].who += "; \(group.identity.words)"
    }
    return shares
  }

  private func splitting(_ part: InboundParcel, _ split: Split, _ proposal: Proposal?) -> InboundDecision {
    let confirmed = proposal.map { ". \($0.words)" } ?? ""
    let events = split.shares.map { share in
      let whom = share.patient.map { "gave \(share.instances) of \(part.instances) images to patient \($0)" }
      let name = share.patient == nil || share.study == part.study ? "" : ", as study \(share.study ?? "")"
      let what = whom ?? "left out \(share.instances) of \(part.instances) images"
      return Event(
        "split", by: actor.name, site: part.sender, study: part.study, parcel: part.id, patient: share.patient,
        "\(actor.name) \(what)\(name) (those of \(share.who)): \(split.reason)\(confirmed)", why: split.reason,
        before: part.inWords, after: share.patient.map { "patient \($0)" } ?? "left out")
    }
    return InboundDecision(
      part.id, .accepted, event: events.first, further: Array(events.dropFirst()), known: part,
      set: {
        $0.split = split
        $0.patient = nil
        $0.isDecidedByPerson = true
        $0.reasonCode = nil
        $0.reason = nil
      })
  }
}
