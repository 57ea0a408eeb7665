internal import DICOM
internal import Journal
internal import NationalID
public import Reconciliation
public import Site
internal import Spool

extension Desk {
  /// A rule of trust that a partner's studies show, for a person to make.
  public struct TrustProposal: Sendable {
    /// The rule.
    public let rule: Trust
    /// What speaks for it.
    public let finding: TrustEvidence.Finding
    /// What the studies show, as a question.
    public let sentence: String

    /// The arguments of the command that makes the rule.
    public var arguments: [String] {
      ["partner", "trust", rule.partner.text] + rule.issuers.flatMap { ["--issuer", $0] }
        + (rule.unqualified ? ["--unqualified"] : []) + rule.places.flatMap { ["--place", $0.description] }
    }
  }

  /// So many studies of a partner are looked at: the last ones, since habits change.
  private static let studiesLookedAt = 300

  /// What the last studies of a partner show of where its national numbers stand, where that is enough for a rule.
  public func trustProposals(for partner: String) throws -> [TrustProposal] {
    guard let name = SiteName(partner) else { return [] }
    let policy = MatchingPolicy(of: configuration, for: partner)
    let patients = try self.site.patients()
    var evidence = TrustEvidence(policy)
    for parcel in try journal.decidedParcels(sender: partner, limit: Self.studiesLookedAt) {
      guard let decision = Decision(of: parcel) else { continue }
      let person = parcel.isDecidedByPerson ? parcel.patient : nil
      try evidence.take(decision.identities, givenTo: person?.isEmpty == false ? person : nil, among: patients)
    }
    return evidence.findings.filter(\.isEnough).map { finding in
      TrustProposal(
        rule: finding.rule.trust(for: name), finding: finding,
        sentence: finding.sentence(of: partner, number: policy.schemes.names))
    }
  }

  /// The same for every partner of whom a study waits.
  public func trustProposals() throws -> [TrustProposal] {
    try journal.heldSenders().flatMap { try trustProposals(for: $0) }
  }
}

extension TrustEvidence.Rule {
  fileprivate func trust(for partner: SiteName) -> Trust {
    switch self {
    case .issuer(let issuer): Trust(partner: partner, issuers: [issuer])
    case .unqualified: Trust(partner: partner, unqualified: true)
    case .items: Trust(partner: partner, places: [Self.place])
    }
  }

  fileprivate var inWords: String {
    switch self {
    case .issuer(let issuer): "under the issuer “\(issuer)”"
    case .unqualified: "in (0010,0020) without an issuer"
    case .items: "in an item of (0010,1002) without an issuer"
    }
  }
}

extension TrustEvidence.Finding {
  fileprivate func sentence(of partner: String, number: String) -> String {
    let agreement =
      agreeing == valid ? "all agree" : "\(grouped(agreeing)) agree"
    return "\(grouped(valid)) of \(counted(studies, "study", "studies")) from \(partner) carry a valid \(number) "
      + "\(rule.inWords); \(agreement) with your patient list in everything, and none contradicts it. Trust it from now on?"
  }
}

extension Trust {
  /// What it trusts, a line each.
  public var inWords: [String] {
    issuers.map { "under the issuer \($0)" } + (unqualified ? ["in (0010,0020) without an issuer"] : [])
      + places.map { "in \($0) without an issuer" }
  }
}
