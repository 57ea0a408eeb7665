internal import Crypto
internal import DICOM

/// The unique identifiers of what was split from a study for another patient: each follows from the one that it replaces, this
/// site and the patient, so that the same image gets the same name however often it comes.
public struct DerivedUIDs: Sendable {
  /// The study as its sender names it.
  public let study: String
  private let seed: String
  /// What is renamed: the study, its series and its instances, as far as they are known.
  private var known: Set<String>

  /// What names no study, series or instance, though some devices take the same for it.
  private static let others: Set<Tag> = [
    .frameOfReferenceUID, .referencedFrameOfReferenceUID, .relatedFrameOfReferenceUID,
    .synchronizationFrameOfReferenceUID, .sopClassUID, .referencedSOPClassUID,
  ]

  /// Those of a study's images that are for a patient.
  ///
  /// - Parameters:
  ///   - study: the Study Instance UID as the sender names it.
  ///   - patient: the local number of the patient.
  ///   - site: the short name of this site.
  ///   - known: series and instances of the study.
  public init(study: String, patient: String, site: String, known: some Sequence<String> = []) {
    self.study = study
    seed = "studypost split\n\(site)\n\(patient)\n"
    self.known = [study]
    for uid in known { add(uid) }
  }

  /// Takes in one more series or instance of the study. The standard's own identifiers are nobody's.
  public mutating func add(_ uid: String) { if !uid.hasPrefix("1.2.840.10008.") { known.insert(uid) } }

  /// The name in place of one that stands in an instance; nil where that stays.
  func newName(of uid: String, at tag: Tag) -> String? {
    known.contains(uid) && !Self.others.contains(tag) ? name(for: uid) : nil
  }

  /// The name in place of another one: a UUID as a number below 2.25 (PS3.5 B.2), of version 8 (RFC 9562 5.8) with bits of a
  /// SHA-256.
  public func name(for uid: String) -> String {
    var bytes = Array(SHA256.hash(data: Array((seed + uid).utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    return "2.25.\(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
  }
}
