public import Patients

/// A local patient whom no number finds, and how likely it is the one: a weight of evidence, by which candidates are ranked
/// and never accepted.
///
/// I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", 1969: the sum over the fields of log2(m/u), where m is how
/// often a field is found so when both are one person, and u, when they are not.
public struct RankedCandidate: Codable, Equatable, Sendable {
  /// What one field contributes.
  public struct Part: Codable, Equatable, Sendable {
    /// `family`, `given`, `birth-date`, `sex` or `number`.
    public let field: String
    /// How the field was found, in words.
    public let agreement: String
    /// What that contributes.
    public let weight: Double
  }

  /// The local patient.
  public let patient: Patient
  /// The sum of the parts.
  public let weight: Double
  /// What each field contributes; a field that either side lacks is left out.
  public let parts: [Part]

  /// In one sentence.
  public var inWords: String {
    let born = patient.birthDate.map { ", born \($0)" } ?? ""
    let parts = parts.map { "\($0.field) \($0.agreement) \(Self.signed($0.weight))" }
    return "\(patient.family), \(patient.given)\(born)\(patient.sex.map { ", \($0)" } ?? "")"
      + "\(patient.active ? "" : " (not active)"): \(Self.signed(weight)) = \(parts.joined(separator: ", "))"
  }

  private static func signed(_ weight: Double) -> String {
    let tenths = Int((weight * 10).rounded())
    return "\(tenths < 0 ? "-" : "+")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
