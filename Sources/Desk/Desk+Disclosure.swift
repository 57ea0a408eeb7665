internal import Crypto
internal import FoundationEssentials
internal import Journal
internal import Spool

extension Desk {
  /// Who looks at the same again within this time is written down once: a program may look each second.
  private static let disclosureRest = 3600.0
  /// So many ids stand in one line of the history.
  private static let mostIds = 100

  /// Writes into the history, before it is shown, that a person is shown patients' data.
  ///
  /// - Parameters:
  ///   - command: by which command, `patients find`.
  ///   - count: how many patients or studies; nil: not known beforehand.
  ///   - words: what was searched for. It may be patient data itself, and stands in the history alone.
  ///   - ids: local numbers, or the ids of parcels and studies.
  ///   - patient: the local number, where it is one patient of this site.
  /// - Throws: ``DeskError`` where it cannot be written down: then nothing is shown.
  func disclose(
    _ command: String, count: Int?, words: String? = nil, ids: [String] = [], patient: String? = nil,
    study: String? = nil, parcel: String? = nil, site: String? = nil
  ) throws {
    if count == 0, words == nil { return }
    let shown = ids.prefix(Self.mostIds) + (ids.count > Self.mostIds ? ["…"] : [])
    let text = String(decoding: try JSONEncoder().encode(Array(shown)), as: UTF8.self)
    let what = count.map { counted($0, "patient or study", "patients or studies") } ?? "the history"
    let event = Event(
      "disclosed", by: actor.name, site: site, study: study, parcel: parcel, patient: patient,
      "\(actor.name) was shown \(what): studypost \(command)", why: words.map { Quoted.text($0, limit: 300) },
      after: shown.isEmpty ? nil : text)
    let key = [actor.name, command, words ?? "", patient ?? "", study ?? "", parcel ?? ""] + ids
    let digest = SHA256.hash(data: Array(key.joined(separator: "\u{1F}").utf8)).map { String($0, radix: 16) }
    do {
      try journal.disclose(event, key: digest.joined(separator: "."), onceIn: Self.disclosureRest)
    } catch {
      throw DeskError(
        .refused,
        "What is shown of patients is written into the journal first, and that cannot be done now: \(error) "
          + "`studypost status` needs no patient data, and works.", cause: error)
    }
  }
}
