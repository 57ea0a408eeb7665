public import DICOM
public import NationalID
import Patients

/// When a study may be given to a local patient without a person.
///
/// Only when all of it holds: one valid national identifier from a trusted issuer, exactly one active local patient
/// who has it, the same birth date, no contradiction of the birth date inside the identifier or of the sex, and names
/// that are similar enough.
public struct MatchingPolicy: Sendable {
  /// How similar names must be, by Jaro–Winkler, 0 to 1.
  public struct Thresholds: Codable, Equatable, Sendable {
    /// For family names.
    public var family: Double
    /// For given names.
    public var given: Double

    /// Thresholds; the defaults are those of the rules.
    public init(family: Double = 0.90, given: Double = 0.85) {
      self.family = family
      self.given = given
    }
  }

  /// The version of these rules, kept with each decision. It changes whenever the same study could be decided
  /// otherwise.
  public static let rules = "4"

  /// The national identifiers by which patients are recognised, the one that most of them have first.
  public var schemes: [NationalIDScheme]
  /// Issuers that are trusted for this partner beyond the scheme's own: OIDs, or local names as in (0010,0021).
  public var trustedIssuers: [String]
  /// A valid number in Patient ID without an issuer counts.
  public var unqualified: Bool
  /// Further elements in which a valid number without an issuer counts, (0010,1002) for its items. A study's identities must
  /// have been read with them.
  public var places: [TagPath]
  /// How similar names must be.
  public var thresholds: Thresholds
  /// Rules that are left out, for a measurement.
  package var lifted: MatchingRules = []

  /// A policy for one partner.
  public init(
    schemes: [NationalIDScheme], trustedIssuers: [String] = [], unqualified: Bool = false, places: [TagPath] = [],
    thresholds: Thresholds = Thresholds()
  ) {
    self.schemes = schemes
    self.trustedIssuers = trustedIssuers
    self.unqualified = unqualified
    self.places = places
    self.thresholds = thresholds
  }

  /// Decides whose study it is.
  ///
  /// - Parameters:
  ///   - identities: what the study's instances say, in any number.
  ///   - patients: the local ones.
  /// - Returns: the decision with every reason against deciding automatically, not only the first.
  /// - Throws: what `patients` throw.
  public func decide(_ identities: [StudyIdentity], among patients: some LocalPatients) throws -> Decision {
    var distinct: [StudyIdentity] = []
    for identity in identities { distinct.merge(identity) }
    var reasons = Self.doubts(distinct)
    let reading = read(distinct.flatMap(\.identifiers), bornOn: distinct.compactMap(\.birthDate))
    reasons += reading.reasons

    var candidates: [Candidate] = []
    if let identifier = reading.identifier {
      let found = try patients.patients(nationalID: identifier.value)
      for identity in distinct {
        candidates += found.map { compare(identity, identifier: identifier, with: $0) }
      }
      reasons += reasonsAgainst(found, identifier)
      for candidate in candidates where candidate.patient.active { reasons += candidate.disagreements() }
      let active = found.filter(\.active)
      if let candidate = active.first, active.count == 1 {
        for identity in distinct {
          if let reason = try neighbour(of: candidate, identity, among: patients) { reasons.append(reason) }
        }
      }
    }
    let localID = candidates.first { $0.patient.active }?.patient.localID
    var further: [RankedCandidate] = []
    if !reasons.isEmpty, !lifted.contains(.ranking), !candidates.contains(where: { $0.patient.active && $0.agrees }) {
      further = try rank(distinct, besides: candidates.map(\.patient), among: patients)
    }
    return Decision(
      outcome: reasons.isEmpty ? localID.map { .automatic(localID: $0) } ?? .person : .person,
      reasons: reasons, notes: reading.notes.isEmpty ? nil : reading.notes, identifier: reading.identifier,
      identifierSource: reading.source, identities: distinct,
      candidates: candidates, further: further.isEmpty ? nil : further,
      places: places.isEmpty ? nil : places.map(\.description), rules: Self.rules,
      thresholds: thresholds)
  }

  /// What makes the sender's own statement doubtful.
  private static func doubts(_ identities: [StudyIdentity]) -> [Decision.Reason] {
    var reasons: [Decision.Reason] = []
    if identities.contains(where: \.isDeidentified) {
      reasons.append(
        .init(code: .deidentified, sentence: "The sender removed the patient's identity (0012,0062) from this study."))
    }
    if identities.count > 1 {
      reasons.append(.init(code: .twoPatients, sentence: "The study's images name different patients."))
    }
    let undecodable = Set(identities.flatMap(\.undecodable)).sorted()
    if !undecodable.isEmpty {
      reasons.append(
        .init(
          code: .undecodable,
          sentence: "The text in \(undecodable.joined(separator: ", ")) does not fit the character set that it claims.")
      )
    }
    let contradictory = Set(identities.flatMap { $0.contradictory ?? [] }).sorted()
    if !contradictory.isEmpty {
      reasons.append(
        .init(
          code: .contradictory,
          sentence: "An image has an element twice, with different values: \(contradictory.joined(separator: "; ")). "
            + "The first is what is shown here. For whom you accept the study gets its identification; of other "
            + "elements both values stay as they came. If you cannot tell what is meant, ask the sender and reject it.")
      )
    }
    return reasons
  }

  private func name(of identifier: NationalIdentifier) -> String {
    schemes.first { $0.code == identifier.scheme }?.name ?? schemes.names
  }

  private func reasonsAgainst(_ patients: [Patient], _ identifier: NationalIdentifier) -> [Decision.Reason] {
    switch (patients.count { $0.active }, patients.isEmpty) {
    case (1, _): []
    case (0, true):
      [.init(code: .unknownPatient, sentence: "No local patient has the \(name(of: identifier)) \(identifier.value).")]
    case (0, false):
      [
        .init(
          code: .inactive,
          sentence:
            "The local record with the \(name(of: identifier)) \(identifier.value) is not active; it may have been merged."
        )
      ]
    case (let count, _):
      [
        .init(
          code: .ambiguous,
          sentence: "\(count) active local patients have the \(name(of: identifier)) \(identifier.value).")
      ]
    }
  }
}

extension Candidate {
  /// The reasons that the fields that do not agree give.
  fileprivate func disagreements() -> [Decision.Reason] {
    comparisons.filter { !$0.agrees }.map { comparison in
      let sender = comparison.sender.map { "“\($0)”" } ?? "nothing"
      let local = comparison.local.map { "“\($0)”" } ?? "nothing"
      let score = comparison.score.map { " (similarity \(rounded($0)))" } ?? ""
      let of = "of local patient \(patient.localID)"
      return switch comparison.field {
      case .birthDate:
        .init(code: .birthDate, sentence: "The birth date is \(sender) at the sender and \(local) \(of).")
      case .identifierBirthDate:
        .init(
          code: .birthDate,
          sentence: "The birth date inside the national identifier, \(sender), contradicts that of the sender or "
            + "that \(of), \(local).")
      case .sex: .init(code: .sex, sentence: "The sex is \(sender) at the sender and \(local) \(of).")
      case .identifierSex:
        .init(
          code: .sex,
          sentence: "The sex inside the national identifier, \(sender), contradicts that of the sender or that \(of), "
            + "\(local).")
      case .family:
        .init(code: .name, sentence: "The family name is \(sender) at the sender and \(local) \(of)\(score).")
      case .given:
        .init(code: .name, sentence: "The given name is \(sender) at the sender and \(local) \(of)\(score).")
      case .suffix:
        .init(code: .name, sentence: "The name ends in \(sender) at the sender and in \(local) \(of).")
      case .studyDate:
        .init(
          code: .afterDeath,
          sentence: "The study's date is \(sender), and local patient \(patient.localID) died "
            + "\(comparison.local == nil ? "at a time that is not known" : "on \(local)").")
      case .studyBeforeBirth:
        .init(
          code: .beforeBirth,
          sentence: "The study's date is \(sender), and local patient \(patient.localID) was born on \(local).")
      }
    }
  }

  /// To two places, rounded down so that no score looks like the threshold that it missed.
  private func rounded(_ score: Double) -> String {
    let hundredths = Int(min(max(score, 0), 1) * 100)
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
