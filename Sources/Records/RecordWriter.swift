public import Journal
internal import FoundationEssentials
internal import HL7
internal import NationalID
public import Patients
internal import Reconciliation
public import Site

/// Writes what the EHR is told: of an imported study, of one that was imported for the wrong patient, and of a patient whom
/// it is asked to register.
///
/// It decides nothing and keeps nothing: who adds the message to the journal does that with the decision that it follows
/// from. Nothing is written where `records.format` is `none`.
public struct RecordWriter {
  let configuration: Configuration
  let patients: PatientIndex

  /// A writer for a site.
  public init(_ configuration: Configuration, patients: PatientIndex) {
    self.configuration = configuration
    self.patients = patients
  }

  var isWanted: Bool { configuration.records.format == .hl7 }

  // MARK: Imported studies

  /// What the EHR is told of an imported study; nil where it is told nothing.
  ///
  /// The first message about a parcel has the parcel's own control id: should the journal forget it, it is still the same
  /// message. Those after it have a new one.
  ///
  /// - Parameters:
  ///   - localID: the patient; empty: a stranger, of whom the EHR knows nothing.
  ///   - study: the Study Instance UID under which it was imported.
  ///   - instances: how many it is told of; nil: those of the parcel.
  ///   - known: the messages about this parcel.
  public func result(
    for parcel: InboundParcel, patient localID: String, study: String?, instances: Int? = nil,
    knowing known: [RecordMessage]
  ) throws -> RecordMessage? {
    try message(
      for: parcel, patient: localID, study: study, instances: instances ?? parcel.instances, knowing: known)
  }

  /// What the EHR is told of a patient's share of a study that was split.
  public func result(
    for parcel: InboundParcel, _ share: Split.Share, knowing known: [RecordMessage]
  ) throws -> RecordMessage? {
    try message(
      for: parcel, patient: share.patient ?? "", study: share.study, instances: share.instances, knowing: known)
  }

  private func message(
    for parcel: InboundParcel, patient localID: String, study: String?, instances: Int,
    knowing known: [RecordMessage]
  ) throws -> RecordMessage? {
    guard isWanted, !localID.isEmpty, let patient = try patients.patient(localID: localID) else { return nil }
    // A control id has at most 20 characters in most receivers: the end of the parcel's id is random enough.
    let own = Self.control(of: parcel.id)
    let control = known.contains { $0.id == own } ? Self.newControl() : own
    let told = self.told(
      parcel, patient, study: study, control: control, filler: control,
      sentence: "Outside images from \(parcel.sender)\(description(of: parcel)): "
        + "\(instances) \(instances == 1 ? "instance" : "instances"), received by \(configuration.site).")
    return message(.result, parcel, study, localID, reference: control, control, Message.result(for: told))
  }

  /// What takes back each result that the EHR was told of a parcel and that was not taken back before: the same order, as
  /// sent for the wrong patient.
  public func corrections(of parcel: InboundParcel, knowing known: [RecordMessage]) throws -> [RecordMessage] {
    guard isWanted else { return [] }
    let corrected = Set(known.filter { $0.kind == .correction }.map(\.reference))
    return try known.filter { $0.kind == .result && !corrected.contains($0.reference) }.map { wrong in
      let localID = wrong.patient ?? ""
      let patient =
        try patients.patient(localID: localID)
        ?? Patient(localID: localID, nationalID: nil, family: "", given: "")
      let control = Self.newControl()
      var told = self.told(
        parcel, patient, study: wrong.study, control: control, filler: wrong.reference,
        sentence: "Sent for the wrong patient, and taken back: outside images from \(parcel.sender)"
          + "\(description(of: parcel)) are not of this patient.")
      told.isWrong = true
      return message(
        .correction, parcel, wrong.study, localID, reference: wrong.reference, control, Message.result(for: told))
    }
  }

  private func told(
    _ parcel: InboundParcel, _ patient: Patient, study: String?, control: String, filler: String, sentence: String
  ) -> ImportedStudy {
    let identity = Decision(of: parcel)?.identities.first
    return ImportedStudy(
      sendingSite: configuration.site.text, controlID: control, created: Date(), localID: patient.localID,
      localAuthority: patient.authority.isEmpty ? configuration.site.text.uppercased() : patient.authority,
      nationalID: patient.nationalID, nationalAuthority: patient.nationalID.map(issuer(of:)) ?? "",
      family: patient.family, given: patient.given, birthDate: patient.birthDate ?? "", sex: patient.sex ?? "",
      fillerNumber: filler, studyUID: study ?? "", studyDate: identity?.studyDate ?? "", studyTime: "",
      modality: identity?.modalities.first ?? "", sentence: sentence)
  }

  private func description(of parcel: InboundParcel) -> String {
    Decision(of: parcel)?.identities.first?.studyDescription.map { " (\($0))" } ?? ""
  }

  // MARK: What they have in common

  func message(
    _ kind: RecordMessage.Kind, _ parcel: InboundParcel, _ study: String?, _ patient: String?, reference: String,
    _ control: String, _ message: Message
  ) -> RecordMessage {
    RecordMessage(
      id: control, kind: kind, parcel: parcel.id, study: study, patient: patient, reference: reference,
      message: message.encoded, due: configuration.records.dueAfterWriting())
  }

  /// The OID of who issued a national number, or the number's name where no OID is known.
  func issuer(of number: String) -> String {
    let identifier = try? configuration.reconcile.schemes.validate(number).get()
    return identifier?.issuer ?? identifier.flatMap { NationalIDScheme.named($0.scheme)?.name } ?? ""
  }

  static func control(of id: String) -> String { String(id.replacing("-", with: "").suffix(20)) }

  static func newControl() -> String { String(UUID().uuidString.lowercased().replacing("-", with: "").suffix(20)) }
}

extension Configuration.Records {
  /// When a message that is written now is looked at again; nil: no answer is expected.
  ///
  /// - Parameter attempts: how often it was written before: each time it is waited for twice as long, a day at most.
  public func dueAfterWriting(attempts: Int = 0) -> String? {
    guard ack == .file else { return nil }
    return Self.due(answerWithin, attempts)
  }

  /// When a message is written again that the EHR could not take.
  public func dueAfterDeferral(attempts: Int) -> String { Self.due(.seconds(60), attempts) }

  private static func due(_ first: Duration, _ attempts: Int) -> String {
    let seconds = first / .seconds(1)
    let pause = min(seconds * Double(1 << min(max(attempts, 0), 20)), max(seconds, 86_400))
    return journalTime(Date(timeIntervalSinceNow: pause))
  }
}
