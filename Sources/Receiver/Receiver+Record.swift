internal import FoundationEssentials
internal import HL7
internal import Journal
internal import Reconciliation
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Writes the message for the patient record: one for each imported study, under a name and a control id that are the
  /// parcel's, so that one written again after a kill is the same message.
  func writeRecord(_ parcel: InboundParcel) throws {
    guard configuration.records.format == .hl7, let localID = parcel.patient, !localID.isEmpty,
      let patient = try journal.patient(localID: localID)
    else { return }
    let identity = parcel.decision.flatMap { try? JSONDecoder().decode(Decision.self, from: Data($0.utf8)) }?
      .identities.first
    let description = identity?.studyDescription.map { " (\($0))" } ?? ""
    // A control id has at most 20 characters in most receivers: the end of the parcel's id is random enough.
    let control = String(parcel.id.replacing("-", with: "").suffix(20))
    let message = Message.result(
      for: ImportedStudy(
        sendingSite: configuration.site.text, controlID: control, created: Date(), localID: patient.localID,
        localAuthority: configuration.site.text.uppercased(), nationalID: patient.nationalID,
        nationalAuthority: scheme.issuers.first ?? "", family: patient.family, given: patient.given,
        birthDate: patient.birthDate ?? "", sex: patient.sex ?? "", fillerNumber: control,
        studyUID: parcel.study ?? "", studyDate: identity?.studyDate ?? "", studyTime: "",
        modality: identity?.modalities.first ?? "",
        sentence: "Outside images from \(parcel.sender)\(description): \(parcel.instances) instances, received by "
          + "\(configuration.site)."))
    try spool.disk.write(message.encoded.utf8, to: spool[.records].appending("\(parcel.id).hl7"))
  }
}
