public import NationalID

/// Whose study it is: what was decided, why, and all that a clerk must see to decide otherwise.
public struct Decision: Codable, Equatable, Sendable {
  /// What becomes of the study.
  public enum Outcome: Codable, Equatable, Sendable {
    /// Everything agrees: the study belongs to the local patient with this number.
    case automatic(localID: String)
    /// A person must decide.
    case person
  }

  /// Why a person must decide: a fixed word, and a sentence for the clerk.
  public struct Reason: Codable, Equatable, Sendable, CustomStringConvertible {
    /// The fixed word.
    public let code: Code
    /// The sentence.
    public let sentence: String

    /// The sentence.
    public var description: String { sentence }
  }

  /// The fixed words.
  public enum Code: String, Codable, Equatable, Sendable, CaseIterable {
    /// The sender removed the identity, (0012,0062).
    case deidentified = "de-identified"
    /// The instances of the study name different patients.
    case twoPatients = "two-patients"
    /// A value needed for the decision cannot be decoded.
    case undecodable
    /// An instance has an element twice, with different values: readers disagree on what it says.
    case contradictory
    /// No national identifier is there.
    case noIdentifier = "no-identifier"
    /// There is one, and it is none: its check digits fail, for example.
    case invalidIdentifier = "invalid-identifier"
    /// There is one, whose issuer is not trusted.
    case untrustedIssuer = "untrusted-issuer"
    /// Two different valid ones.
    case twoIdentifiers = "two-identifiers"
    /// No local patient has the identifier.
    case unknownPatient = "unknown-patient"
    /// The only local patients that have it are not active.
    case inactive
    /// Several active local patients have it.
    case ambiguous
    /// The birth dates differ, one is missing, or the one inside the identifier contradicts.
    case birthDate = "birth-date"
    /// M against F, at either side or inside the identifier.
    case sex
    /// The family or given names are too different.
    case name
    /// Another local patient, born on the same day, whom the name fits at least as well.
    case neighbour
    /// The study was made before the patient's birth.
    case beforeBirth = "before-birth"
    /// The study was made after the patient's death.
    case afterDeath = "after-death"
  }

  /// What was decided.
  public let outcome: Outcome
  /// Why a person must decide; empty when none must.
  public let reasons: [Reason]
  /// What was noticed and is no reason against it; nil is nothing.
  public let notes: [String]?
  /// The valid national identifier that was looked up, if any.
  public let identifier: NationalIdentifier?
  /// Where it came from, with its issuer.
  public let identifierSource: SenderIdentifier?
  /// What the sender says: one identity for each patient that the study names.
  public let identities: [StudyIdentity]
  /// Every local patient, active or not, that has the identifier, held against what the sender says.
  public let candidates: [Candidate]
  /// Where none of them is the one, other local patients who may be, the likeliest first; nil is none.
  public let further: [RankedCandidate]?
  /// The further elements in which national numbers were looked for; nil is none.
  public let places: [String]?
  /// The version of the rules that were applied.
  public let rules: String
  /// The thresholds that were applied.
  public let thresholds: MatchingPolicy.Thresholds
}
