internal import Journal
internal import NationalID
internal import Patients
internal import Reconciliation

extension Desk {
  /// A part of what is told of a study that waits: what it is about, and sentences.
  public struct Paragraph: Sendable, Equatable {
    /// What it is about.
    public let title: String
    /// The sentences, a line each.
    public let sentences: [String]
  }

  /// Of a study that waits, in words: what was read, why each identifier counts or does not, what was compared, why a person
  /// must decide, and what would let it go ahead by itself. All of it as it is now.
  public func account(ofWaiting text: String) throws -> [Paragraph] {
    let entry = try heldEntry(text)
    let policy = MatchingPolicy(of: configuration, for: entry.parcel.sender)
    let decision = try presentDecision(of: entry.parts)
    let identities = decision?.identities ?? []
    let birthDates = identities.compactMap(\.birthDate)
    let paragraphs = [
      Paragraph(title: "What was read", sentences: identities.map { "The images name \($0.words)." }),
      Paragraph(
        title: "The identifiers",
        sentences: identities.flatMap(\.identifiers).map { policy.explanation(of: $0, bornOn: birthDates) }),
      Paragraph(title: "What was compared", sentences: decision.map { compared($0, policy) } ?? []),
      Paragraph(title: "Why a person must decide", sentences: try obstacles(entry, decision)),
      Paragraph(title: "What would let it go ahead by itself", sentences: try ways(entry, decision)),
    ]
    return paragraphs.filter { !$0.sentences.isEmpty }
  }

  private func compared(_ decision: Decision, _ policy: MatchingPolicy) -> [String] {
    let looked: [String] =
      if let identifier = decision.identifier {
        decision.candidates.isEmpty ? ["Nobody here has the number \(identifier.value)."] : []
      } else {
        ["No national number could be looked up."]
      }
    return looked
      + decision.candidates.flatMap { candidate in
        let state = candidate.patient.active ? "" : ", whose record is not active"
        return [
          "\(decision.identifier?.value ?? "") is the number of local patient \(candidate.patient.localID)\(state)."
        ] + candidate.comparisons.map { $0.sentence(policy.thresholds) }
      }
      + (decision.further ?? []).map { "By name, birth date and sex it may be \($0.patient.localID): \($0.inWords)" }
  }

  private func obstacles(_ entry: WorklistEntry, _ decision: Decision?) throws -> [String] {
    let own = entry.parts.filter { !$0.isHeldByPolicy }.compactMap { part in
      part.reason.map { "\(part.reasonCode ?? "held"): \($0)" }
    }
    let earlier = try earlier(of: entry.parcel).map { other in
      if other.split != nil {
        return "An earlier part of it was split by a person: \(other.whose) (parcel \(other.id))."
      }
      let whom = other.patient.map { $0.isEmpty ? "under the sender's identification" : "for patient \($0)" } ?? ""
      return "An earlier part of it came \(whom), decided \(other.isDecidedByPerson ? "by a person" : "without one") "
        + "(parcel \(other.id))."
    }
    return own + (decision?.reasons.map { "\($0.code.rawValue): \($0.sentence)" } ?? []) + earlier
  }

  /// What would settle each reason, the same said once.
  private func ways(_ entry: WorklistEntry, _ decision: Decision?) throws -> [String] {
    guard entry.parts.allSatisfy({ $0.isHeldByPolicy || $0.reasonCode == "study-waits" }), let decision else {
      return ["Nothing: what it waits for does not go away by itself. A person decides."]
    }
    if case .automatic(let localID) = decision.outcome {
      return ["Everything agrees with patient \(localID) by now: studypost receive lets it go ahead."]
    }
    var ways: [String] = []
    for reason in decision.reasons {
      let way = reason.code.way(from: entry.parcel.sender)
      if !ways.contains(way) { ways.append(way) }
    }
    return ways
  }
}

extension Candidate.Comparison {
  fileprivate func sentence(_ thresholds: MatchingPolicy.Thresholds) -> String {
    let needed: Double? =
      switch field {
      case .family: thresholds.family
      case .given: thresholds.given
      default: nil
      }
    let similarity = score.map { score in
      ", similarity \(Self.rounded(score))" + (needed.map { " of \(Self.rounded($0)) that are needed" } ?? "")
    }
    return "\(field.rawValue): \(sender ?? "nothing") at the sender, \(local ?? "nothing") here\(similarity ?? ""): "
      + (agrees ? "agrees." : "does not agree.")
  }

  /// Rounded down, so that no score looks like what it missed.
  private static func rounded(_ score: Double) -> String { "\((score * 100).rounded(.down) / 100)" }
}

extension Decision.Code {
  /// What would settle it without a person.
  fileprivate func way(from sender: String) -> String {
    switch self {
    case .untrustedIssuer:
      "A rule that trusts the number where it stands: studypost partner trust \(sender) shows what its studies say of it."
    case .noIdentifier:
      "A national number from an issuer that is trusted; if it stands elsewhere, a rule: studypost partner trust \(sender)"
    case .unknownPatient: "A local patient with this number, by the patient list or a message."
    case .inactive, .ambiguous: "One active local record with this number: the patient list has to be put right."
    case .birthDate, .sex, .name, .beforeBirth, .afterDeath:
      "The local record, where that is what is wrong; otherwise only the sender can put it right."
    case .neighbour: "Nothing, as long as the other patient's name fits at least as well."
    case .twoPatients: "Nothing: a person splits it between its patients, or rejects it."
    case .deidentified, .undecodable, .contradictory, .invalidIdentifier, .twoIdentifiers:
      "Nothing here: what the images say has to be put right by their sender, and sent again."
    }
  }
}
