public import FoundationEssentials
internal import Journal
public import Patients
internal import Reconciliation

extension Desk {
  /// Replaces the patient index by a list: all of it or nothing.
  ///
  /// - Parameters:
  ///   - list: the list, as `patients/` takes it.
  ///   - time: when it was written.
  ///   - mayShrink: the index may become more than a fifth smaller.
  ///   - bad: is told of each row that is left out.
  public func importPatients(
    _ list: FeedSource, at time: Date, mayShrink: Bool, bad: (BadEntry) throws -> Void
  ) throws -> LoadOutcome {
    let outcome = try site.patients().load(
      list: list, PatientSettings(configuration), at: time, mayShrink: mayShrink, actor: actor.name, bad: bad)
    try journal.record(
      Event(
        "patients", by: actor.name, file: list.name,
        "\(actor.name) imported a patient list. \(outcome.inWords)"))
    return outcome
  }

  /// Patients of the index by a number, the words of a name, a birth date, or a name and a date.
  public func findPatients(_ text: String, limit: Int = 100) throws -> [Patient] {
    let found = try site.patients().find(text, limit: limit)
    try disclose(
      "patients find", count: found.count, words: text, ids: found.map(\.localID),
      patient: found.count == 1 ? found[0].localID : nil)
    return found
  }

  /// The patient with a local number, present or former.
  public func patient(_ localID: String) throws -> Patient? {
    let patient = try site.patients().patient(localID: localID)
    try disclose("patients show", count: patient == nil ? 0 : 1, words: localID, patient: patient?.localID)
    return patient
  }

  /// The local numbers, present and former, of patients whom a local number or a national identifier names.
  func localIDs(_ text: String) throws -> [String] {
    let index = try site.patients()
    let named = try index.patients(nationalID: text) + [index.patient(localID: text)].compactMap(\.self)
    return named.flatMap { [$0.localID] + $0.otherIDs.map(\.value) }
  }

  /// What happened to the records with a local number, oldest first.
  public func patientHistory(_ localID: String) throws -> [PatientHistoryEntry] {
    let entries = try site.patients().history(localID: localID)
    try disclose("patients history", count: entries.isEmpty ? 0 : 1, words: localID, patient: localID)
    return entries
  }
}
