internal import FoundationEssentials
internal import HL7
internal import Journal
internal import NationalID
internal import Patients
internal import Reconciliation

extension Work {
  /// The message for the patient record: one for each imported study, under a control id that is the parcel's, so that one
  /// written again after a kill is the same message.
  func recordMessage(for parcel: InboundParcel) throws -> String? {
    guard configuration.records.format == .hl7, let localID = parcel.patient, !localID.isEmpty,
      let patient = try patients.patient(localID: localID)
    else { return nil }
    let identity = parcel.decision.flatMap { try? JSONDecoder().decode(Decision.self, from: Data($0.utf8)) }?
      .identities.first
    let description = identity?.studyDescription.map { " (\($0))" } ?? ""
    // A control id has at most 20 characters in most receivers: the end of the parcel's id is random enough.
    let control = String(parcel.id.replacing("-", with: "").suffix(20))
    return Message.result(
      for: ImportedStudy(
        sendingSite: configuration.site.text, controlID: control, created: Date(), localID: patient.localID,
        localAuthority: configuration.site.text.uppercased(), nationalID: patient.nationalID,
        nationalAuthority: nationalAuthority(of: patient), family: patient.family, given: patient.given,
        birthDate: patient.birthDate ?? "", sex: patient.sex ?? "", fillerNumber: control,
        studyUID: parcel.study ?? "", studyDate: identity?.studyDate ?? "", studyTime: "",
        modality: identity?.modalities.first ?? "",
        sentence: "Outside images from \(parcel.sender)\(description): \(parcel.instances) instances, received by "
          + "\(configuration.site).")
    ).encoded
  }

  /// The OID of who issued the patient's national number, or the number's name where no OID is known.
  private func nationalAuthority(of patient: Patient) -> String {
    let identifier = patient.nationalID.flatMap { try? schemes.validate($0).get() }
    return identifier?.issuer ?? identifier.flatMap { NationalIDScheme.named($0.scheme)?.name } ?? ""
  }
}
