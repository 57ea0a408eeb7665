/// One identifier of the patient as an instance carries it, with who issued it.
public struct SenderIdentifier: Codable, Hashable, Sendable {
  /// Where in the instance it stands.
  public enum Source: String, Codable, Hashable, Sendable {
    /// An item of Other Patient IDs Sequence.
    case otherPatientIDsSequence = "(0010,1002)"
    /// Patient ID.
    case patientID = "(0010,0020)"
    /// Other Patient IDs: retired and without an issuer, yet breast screening still uses it.
    case otherPatientIDs = "(0010,1000)"
  }

  /// Where it stands.
  public let source: Source
  /// The identifier as written.
  public let value: String
  /// The issuer's local name, (0010,0021).
  public let issuer: String?
  /// The issuer's universal entity ID, (0010,0024)>(0040,0032), mostly an OID.
  public let issuerUID: String?
  /// (0010,0022): `TEXT`, `RFID` or `BARCODE`.
  public let type: String?

  /// An identifier from its parts.
  public init(
    source: Source, value: String, issuer: String? = nil, issuerUID: String? = nil, type: String? = nil
  ) {
    self.source = source
    self.value = value
    self.issuer = issuer
    self.issuerUID = issuerUID
    self.type = type
  }
}
