public import Journal
public import Patients
internal import Reconciliation

extension Desk {
  /// Everything that speaks against a patient, or that the policy could not settle.
  public func disagreements(_ parcel: InboundParcel, with patient: Patient) throws -> [String] {
    try elsewhere(parcel, than: patient) + unsettled(parcel, with: patient)
  }

  /// A study of one patient is never another's: parts of it that were given away before are named.
  private func elsewhere(_ parcel: InboundParcel, than patient: Patient) throws -> [String] {
    var seen: Set<String> = []
    return try earlier(of: parcel).compactMap { other in
      guard let before = other.patient, before != patient.localID, seen.insert(before).inserted else { return nil }
      let whom = before.isEmpty ? "under the sender's identification" : "for patient \(before)"
      return "The study came before, \(whom) (parcel \(other.id), \(other.state.rawValue) since \(other.since))."
    }
  }

  private func unsettled(_ parcel: InboundParcel, with patient: Patient) -> [String] {
    guard let decision = Decision(of: parcel) else { return ["What the sender says was not held against the index."] }
    // What is held although the decision has nothing against it is held for what the parcel's own reason says.
    let reasons = decision.reasons.isEmpty ? [parcel.reason].compactMap(\.self) : decision.reasons.map(\.sentence)
    guard !decision.candidates.contains(where: { $0.patient == patient }) else { return reasons }
    // A patient whom the policy did not look at.
    var policy = MatchingPolicy(of: configuration, for: parcel.sender)
    policy.thresholds = decision.thresholds
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
