public import Journal
public import Patients
internal import Records
internal import Reconciliation

extension Desk {
  /// The wish that the EHR registers the patient of a study that waits.
  public struct Request: Sendable {
    /// What the EHR was told, and what it answered.
    public var message: RecordMessage
    /// The patient whom the EHR registered for it; nil: it told of none yet.
    public var patient: Patient?

    /// In a few words.
    public var words: String {
      let asked = "asked the EHR on \(message.writtenAt.prefix(10)) to register the patient"
      if let patient { return "\(asked): it did, as \(patient.localID)" }
      switch message.state {
      case .accepted: return "\(asked): it took the request over"
      case .failed: return "\(asked): it found an error"
      case .discarded: return "\(asked), and let that go"
      case .written, .deferred: return asked
      }
    }
  }

  /// Asks the EHR to register the patient of a study that waits, with what the sender says. The study waits on: the EHR's
  /// message through `patients/` completes it.
  ///
  /// - Throws: ``DeskError`` `wrongState` where it was asked before, the study names nobody or more than one, or no messages
  ///   are wanted here.
  public func requestPatient(_ text: String, reason: String?) throws -> (InboundParcel, RecordMessage) {
    let reason = try reason.map(outspoken)
    let parcel = try heldEntry(text).parcel
    if let asked = try request(of: parcel), asked.message.state != .discarded {
      throw DeskError(
        .wrongState,
        "\(parcel.id): this site \(asked.words). See studypost records show \(asked.message.id); to ask again, first let "
          + "that go: studypost records discard \(asked.message.id) --reason TEXT")
    }
    guard configuration.records.format == .hl7 else {
      throw DeskError(
        .wrongState,
        "This site sends no messages to the EHR (records.format = \"none\"). Register the patient in the EHR by hand; when "
          + "the patient is on the list here: studypost worklist accept \(parcel.id) --patient LOCALID")
    }
    guard let message = RecordWriter(configuration, patients: try site.patients()).request(for: parcel) else {
      throw DeskError(
        .wrongState,
        "\(parcel.id): the sender does not name exactly one patient, so there is nobody to register. Reject it, or accept it "
          + "for a patient who is known.")
    }
    try journal.add(
      message,
      event: Event(
        "requested", by: actor.name, site: parcel.sender, study: parcel.study, parcel: parcel.id,
        "\(actor.name) asked the EHR to register the patient: message \(message.id).", why: reason))
    return (parcel, message)
  }

  /// What the EHR was asked about the patient of a study.
  func request(of parcel: InboundParcel) throws -> Request? {
    let known = try parcel.study.flatMap { try journal.recordRequest(study: $0) }
    guard let message = known else { return nil }
    return Request(
      message: message,
      patient: try RecordWriter(configuration, patients: site.patients()).patient(for: message))
  }
}
