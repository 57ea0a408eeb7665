public import FoundationEssentials

/// A wish that the hospital's record registers a patient whom it does not know yet.
public struct PatientRequest: Sendable {
  /// The site that asks: MSH-4.
  public var sendingSite: String
  /// The message's own identifier, by which it is acknowledged: MSH-10.
  public var controlID: String
  /// When the message is made: MSH-7 and EVN-2, in UTC.
  public var created: Date
  /// The number by which the asker will recognise the patient.
  public var reference: String
  /// Who assigns that number.
  public var referenceAuthority: String
  /// The patient's national identifier, where a valid one is known.
  public var nationalID: String?
  /// The OID of the national identifier's issuer, or its name.
  public var nationalAuthority: String
  /// The patient's family name.
  public var family: String
  /// The patient's given name.
  public var given: String
  /// The patient's birth date as DICOM writes it (`YYYYMMDD`); left out when it is not of that form.
  public var birthDate: String
  /// The patient's sex as DICOM writes it: `M`, `F` or `O`; anything else is sent as `U`, unknown.
  public var sex: String

  /// All of it.
  public init(
    sendingSite: String, controlID: String, created: Date, reference: String, referenceAuthority: String,
    nationalID: String?, nationalAuthority: String, family: String, given: String, birthDate: String, sex: String
  ) {
    self.sendingSite = sendingSite
    self.controlID = controlID
    self.created = created
    self.reference = reference
    self.referenceAuthority = referenceAuthority
    self.nationalID = nationalID
    self.nationalAuthority = nationalAuthority
    self.family = family
    self.given = given
    self.birthDate = birthDate
    self.sex = sex
  }
}

extension Message {
  /// The wish that a person be added, ADT^A28 (2.5.1, 3.3.28). The asker's own number is an external identifier, `PT` of
  /// table 0203: who answers with it says which patient is meant.
  public static func request(for request: PatientRequest) -> Message {
    Message([
      header(
        ["ADT", "A28", "ADT_A05"], from: request.sendingSite, controlID: request.controlID, created: request.created),
      Segment("EVN", [2: Field(timestamp(request.created))]),
      patient(
        [(request.reference, request.referenceAuthority, "PT"), (request.nationalID, request.nationalAuthority, "NI")],
        family: request.family, given: request.given, birthDate: request.birthDate, sex: request.sex),
      Segment("PV1", [1: "1", 2: "N"]),
    ])
  }
}
