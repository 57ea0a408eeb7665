internal import Custody
internal import FoundationEssentials
internal import Journal
internal import NationalID
internal import Reconciliation
internal import Spool

// A study that waits for a person is decided again when the patient index or the rules have changed: where everything agrees
// now it goes ahead, and where it waits for other reasons these are told.

extension Work {
  /// Decides again about all parts of a study that wait.
  ///
  /// - Parameter parts: the one that has waited longest first.
  /// - Returns: whether anything was written.
  @discardableResult
  func decideAgain(_ parts: [InboundParcel]) throws -> Bool {
    guard let first = parts.first, let study = first.study, mayDecideAgain(parts),
      let (identities, said) = try identities(of: parts)
    else { return false }
    let verdict = try verdict(parts, study, identities)
    // A stranger does not agree with anybody.
    if let patient = verdict.patient, !patient.isEmpty {
      let isMatched = try journal.decide(parts.map { matched($0, to: patient, verdict) }) != nil
      if isMatched { logger.info("decided again: it goes ahead", metadata: ["parcel": "\(first.id)"]) }
      return isMatched
    }
    guard !verdict.reasons.isEmpty else { return false }
    let sentence = Quoted.text(verdict.reasons.joined(separator: " "), limit: 2000)
    // The entry has the reasons; the other parts learn what was read of them.
    let changes = parts.compactMap { part -> InboundDecision? in
      let (code, words) = part.id == first.id ? (verdict.code, sentence) : (part.reasonCode ?? "", part.reason ?? "")
      guard code != part.reasonCode || words != part.reason || !isRead(part) else { return nil }
      return renewed(part, code, words, verdict, said: said[part.id])
    }
    return try !changes.isEmpty && journal.decide(changes) != nil
  }

  /// That a part still waits, for other reasons or after it was read once more, unless anybody decided about it meanwhile.
  private func renewed(
    _ part: InboundParcel, _ code: String, _ sentence: String, _ verdict: Verdict, said: String?
  ) -> InboundDecision {
    let reason = Self.holdReason(of: part, study: part.study, code: code, sentence: sentence, since: part.since)
    return InboundDecision(
      part.id, .renewed,
      event: Event(
        "renewed", site: part.sender, study: part.study, parcel: part.id,
        Quoted.text("\(code): \(sentence)", limit: 2000)),
      known: part, unlessChanged: true,
      facts: { InboundParcelFacts(id: $1.id, answer: $1.answer(), reason: reason) },
      set: {
        $0.decision = verdict.encoded
        $0.said = said ?? $0.said
        $0.reasonCode = code
        $0.reason = sentence
      })
  }

  /// That a part that waited goes to a patient without a person, unless anybody decided about it meanwhile.
  private func matched(_ part: InboundParcel, to patient: String, _ verdict: Verdict) -> InboundDecision {
    InboundDecision(
      part.id, .matched,
      event: Event(
        "reconciled", site: part.sender, study: part.study, parcel: part.id, patient: patient,
        Quoted.text(
          "Decided again with the present patient index and rules: \(verdict.sentence) It had waited since \(part.since): "
            + (part.reason ?? part.reasonCode ?? ""), limit: 2000)),
      known: part, unlessChanged: true,
      set: {
        $0.patient = patient
        $0.decision = verdict.encoded
        $0.duplicates = 0
        $0.reasonCode = nil
        $0.reason = nil
      })
  }

  /// Whether only what the policy said keeps these parts waiting. Another person's word, another content under a known UID,
  /// an identification that cannot be rewritten: none of that goes away by itself.
  func mayDecideAgain(_ parts: [InboundParcel]) -> Bool {
    Set(parts.map(\.sender)).count == 1
      && parts.allSatisfy { part in
        !part.isDecidedByPerson && part.decision != nil && part.undone == 0
          && part.reasonCode.map(Self.isOfThePolicy) ?? false
      }
  }

  private static func isOfThePolicy(_ code: String) -> Bool {
    code == studyWaits || Decision.Code(rawValue: code) != nil
  }

  /// Whether the parts must be read once more: the rules name places that were not looked at when they were read.
  func mustRead(_ parts: [InboundParcel]) throws -> Bool { parts.contains { !isRead($0) } }

  private func isRead(_ part: InboundParcel) -> Bool {
    let decision = decision(of: part)
    // Which images name whom was not always kept.
    if part.said == nil, decision?.identities.count ?? 0 > 1 { return false }
    let known = Set(decision?.places ?? [])
    return policy(of: part).places.allSatisfy { known.contains($0.description) }
  }

  /// What the parts say of their patient: as it was read, or read once more, and then also which images say what; nil where
  /// one cannot be read.
  private func identities(of parts: [InboundParcel]) throws -> (all: [StudyIdentity], said: [String: String])? {
    var identities: [StudyIdentity] = []
    var said: [String: String] = [:]
    for part in parts {
      if isRead(part) {
        for identity in decision(of: part)?.identities ?? [] { identities.merge(identity) }
        continue
      }
      // What it still owes may need what was unpacked of it.
      guard try !journal.isOwing(subject: "inbound:\(part.id)") else { return nil }
      defer { try? spool.disk.removeTree(unpacked(part)) }
      var statements = Statements()
      let contents = try unpack(part) { incoming in
        identities.merge(incoming.identity)
        statements.take(incoming.identity, series: incoming.instance.seriesInstanceUID, of: incoming.file)
      }
      guard contents != nil else { return nil }
      said[part.id] = try statements.encoded
    }
    return (identities, said)
  }

  /// The decision that was kept with a parcel.
  func decision(of parcel: InboundParcel) -> Decision? {
    parcel.decision.flatMap { try? JSONDecoder().decode(Decision.self, from: Data($0.utf8)) }
  }
}
