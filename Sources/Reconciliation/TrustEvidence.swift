public import DICOM
import NationalID
import Patients

/// What a partner's studies show of where its national numbers stand: rules that a person could make, and what speaks for
/// each. Nothing is ever trusted for it by itself.
public struct TrustEvidence: Sendable {
  /// What could be trusted.
  public enum Rule: Hashable, Sendable {
    /// An issuer, by its OID or name.
    case issuer(String)
    /// Patient ID without an issuer.
    case unqualified
    /// Items of Other Patient IDs Sequence without an issuer.
    case items
  }

  /// What speaks for a rule.
  public struct Finding: Sendable, Equatable {
    /// The rule.
    public let rule: Rule
    /// How many studies were looked at.
    public internal(set) var studies = 0
    /// How many of them hold a valid number there.
    public internal(set) var valid = 0
    /// How many would then be automatic: everything agrees with a local patient.
    public internal(set) var agreeing = 0
    /// How many contradict it: the number is that of somebody else, here or in the study itself.
    public internal(set) var contradicting = 0
    /// The local patients of those that agree.
    var patients: Set<String> = []

    /// Whether it is enough to propose the rule to a person.
    public var isEnough: Bool { contradicting == 0 && patients.count >= TrustEvidence.enough }
  }

  /// So many different patients must agree. A hospital's own number passes the check of a national one in one case of a
  /// hundred; that it is then the number of somebody here with the same birth date, sex and name is no chance. Ten patients show
  /// that it is the sender's habit, and not one clerk's.
  static let enough = 10

  private let policy: MatchingPolicy
  private var studies = 0
  private var found: [Rule: Finding] = [:]

  /// Evidence against the background of what is trusted already.
  public init(_ policy: MatchingPolicy) { self.policy = policy }

  /// Takes a study in.
  ///
  /// - Parameters:
  ///   - identities: what it says of its patient.
  ///   - person: the local number of the patient to whom a person gave it; nil: nobody did.
  ///   - patients: the local ones.
  public mutating func take(
    _ identities: [StudyIdentity], givenTo person: String? = nil, among patients: some LocalPatients
  ) throws {
    studies += 1
    let rules = Set(identities.flatMap(\.identifiers).compactMap(policy.rule(for:)))
    for rule in rules {
      var finding = found[rule] ?? Finding(rule: rule)
      finding.valid += 1
      let decision = try policy.trusting(rule).decide(identities, among: patients)
      if case .automatic(let localID) = decision.outcome, person == nil || person == localID {
        finding.agreeing += 1
        finding.patients.insert(localID)
      } else if decision.contradicts(givenTo: person) {
        finding.contradicting += 1
      }
      found[rule] = finding
    }
  }

  /// What speaks for each rule, the most first.
  public var findings: [Finding] {
    found.values.map { finding in
      var finding = finding
      finding.studies = studies
      return finding
    }.sorted { ($1.agreeing, "\($0.rule)") < ($0.agreeing, "\($1.rule)") }
  }
}

extension TrustEvidence.Rule {
  /// The place that ``items`` is.
  public static let place = TagPath(.otherPatientIDsSequence)
}

extension MatchingPolicy {
  /// The rule by which an identifier that is not trusted would be; nil where it is no valid number, or is trusted.
  fileprivate func rule(for identifier: SenderIdentifier) -> TrustEvidence.Rule? {
    guard case .success = schemes.validate(identifier.writtenNumber),
      !schemes.contains(where: { isTrusted(identifier, for: $0) })
    else { return nil }
    if let issuer = identifier.issuerUID ?? identifier.issuer ?? identifier.writtenIssuers.first {
      return .issuer(issuer)
    }
    switch identifier.source {
    case .patientID: return .unqualified
    case .otherPatientIDsSequence: return .items
    default: return nil
    }
  }

  /// The policy as it would be with a further rule.
  fileprivate func trusting(_ rule: TrustEvidence.Rule) -> MatchingPolicy {
    var policy = self
    switch rule {
    case .issuer(let issuer): policy.trustedIssuers.append(issuer)
    case .unqualified: policy.unqualified = true
    case .items: policy.places.append(TrustEvidence.Rule.place)
    }
    return policy
  }
}

extension Decision {
  /// Whether the number is somebody else's than the study's. Names may differ for many reasons; nobody local may have it.
  fileprivate func contradicts(givenTo person: String?) -> Bool {
    if reasons.contains(where: { $0.code == .twoIdentifiers }) { return true }
    let active = candidates.filter(\.patient.active)
    if let person, !active.isEmpty, !active.contains(where: { $0.patient.localID == person }) { return true }
    return active.contains { candidate in
      candidate.comparisons.contains { !$0.agrees && $0.field.isOfThePerson }
    }
  }
}

extension Candidate.Comparison.Field {
  /// Birth date and sex: what does not change with a marriage or a spelling.
  fileprivate var isOfThePerson: Bool {
    switch self {
    case .birthDate, .identifierBirthDate, .sex, .identifierSex: true
    default: false
    }
  }
}
