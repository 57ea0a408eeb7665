internal import FoundationEssentials
internal import HL7
public import Journal
internal import NationalID
public import Patients
internal import DICOM
internal import Reconciliation

extension RecordWriter {
  /// The wish that the EHR registers the patient of a study, with what the sender says of them, a national number only where
  /// it is valid, and a number of this site's own, by which the patient is recognised whom the EHR then tells of.
  ///
  /// - Returns: nil where `records.format` is `none`, or the sender names nobody.
  public func request(for parcel: InboundParcel) -> RecordMessage? {
    guard isWanted, let decision = Decision(of: parcel), decision.identities.count == 1,
      let identity = decision.identities.first
    else { return nil }
    let name = PersonName(identity.name ?? "").alphabetic
    guard !name.family.isEmpty || !name.given.isEmpty else { return nil }
    let control = Self.newControl()
    let request = PatientRequest(
      sendingSite: configuration.site.text, controlID: control, created: Date(), reference: control,
      referenceAuthority: LocalIdentifier.requested, nationalID: decision.identifier?.value,
      nationalAuthority: decision.identifier.map { issuer(of: $0.value) } ?? "", family: name.family,
      given: name.given, birthDate: identity.birthDate ?? "", sex: identity.sex ?? "")
    return message(.request, parcel, parcel.study, nil, reference: control, control, Message.request(for: request))
  }

  /// The patient whom the EHR registered for a request; nil where it told of none yet.
  public func patient(for request: RecordMessage) throws -> Patient? {
    let known = try patients.patients(otherID: LocalIdentifier(request.reference, authority: LocalIdentifier.requested))
    return known.first(where: \.active) ?? known.first
  }
}
