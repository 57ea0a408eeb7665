internal import Journal
internal import Patients
internal import Reconciliation

// What is shown of a study that waits is the present state: what its parts said when they were read, held against the patients
// and the rules of now. Nothing is written.

extension Desk {
  /// What the policy finds now; nil where what the parts say was not kept.
  func presentDecision(of parts: [InboundParcel]) throws -> Decision? {
    var identities: [StudyIdentity] = []
    for decision in parts.compactMap(Decision.init(of:)) {
      for identity in decision.identities { identities.merge(identity) }
    }
    guard let first = parts.first, !identities.isEmpty else { return nil }
    return try MatchingPolicy(of: configuration, for: first.sender).decide(identities, among: site.patients())
  }

  /// Why a study waits, as it is now.
  func presentReason(of parts: [InboundParcel]) throws -> String? {
    guard let first = parts.first else { return nil }
    guard first.isHeldByPolicy, let decision = try presentDecision(of: parts) else { return first.reason }
    if case .automatic(let localID) = decision.outcome {
      return "Everything agrees with patient \(localID) by now: studypost receive lets it go ahead."
    }
    return decision.reasons.map(\.sentence).joined(separator: " ")
  }
}

extension InboundParcel {
  /// Whether only what the policy said keeps it waiting.
  var isHeldByPolicy: Bool { reasonCode.flatMap(Decision.Code.init) != nil }
}
