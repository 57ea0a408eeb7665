internal import Journal
public import Patients
internal import Reconciliation

extension Desk {
  /// Everything that speaks against a patient, or that the policy could not settle.
  public func disagreements(_ entry: WorklistEntry, with patient: Patient) throws -> [String] {
    var seen: Set<String> = []
    return try
      (elsewhere(entry, than: patient) + entry.parts.flatMap { try unsettled($0, with: patient) + left(of: $0) })
      .filter { seen.insert($0).inserted }
  }

  /// A study of one patient is never another's: parts of it that were given away before are named.
  private func elsewhere(_ entry: WorklistEntry, than patient: Patient) throws -> [String] {
    var seen: Set<String> = []
    return try earlier(of: entry.parcel).compactMap { other in
      guard let before = other.patient, before != patient.localID, seen.insert(before).inserted else { return nil }
      let whom = before.isEmpty ? "under the sender's identification" : "for patient \(before)"
      return "The study came before, \(whom) (parcel \(other.id), \(other.state.rawValue) since \(other.since))."
    }
  }

  /// A study that was taken back: what the PACS has of it would be there for two patients.
  func left(of part: InboundParcel) throws -> [String] {
    guard part.undone > 0 else { return [] }
    if let recall = part.recall { return recall.taken + recall.changed > 0 ? [recall.words] : [] }
    return try journal.isOwing(subject: "inbound:\(part.id)")
      ? ["studypost receive has not yet taken out of the import folder what the PACS did not take."] : []
  }

  private func unsettled(_ parcel: InboundParcel, with patient: Patient) throws -> [String] {
    guard let decision = try presentDecision(of: [parcel]) else {
      return ["What the sender says was not held against the index."]
    }
    // What the policy has nothing against by now; what else holds it stands in the parcel's own reason.
    let own = decision.reasons.isEmpty && !parcel.isHeldByPolicy ? [parcel.reason].compactMap(\.self) : []
    let reasons = own + decision.reasons.map(\.sentence)
    guard !decision.candidates.contains(where: { $0.patient == patient }) else { return reasons }
    // A patient whom the policy did not look at.
    let policy = MatchingPolicy(of: configuration, for: parcel.sender)
    let fields = decision.identities
      .flatMap { policy.compare($0, identifier: decision.identifier, with: patient).comparisons }
      .filter { !$0.agrees }
    return reasons
      + fields.map {
        "\($0.field.rawValue): the sender has \($0.sender ?? "nothing"), patient \(patient.localID) "
          + "\($0.local ?? "nothing")."
      }
  }
}
