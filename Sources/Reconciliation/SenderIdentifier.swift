public import DICOM

/// One identifier of the patient as an instance carries it, with who issued it.
public struct SenderIdentifier: Codable, Hashable, Sendable {
  /// Where in the instance it stands.
  public struct Source: RawRepresentable, Codable, Hashable, Sendable {
    /// The element, or the path to it.
    public let rawValue: String

    /// The element, or the path to it.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A further element that a partner's trust names.
    public init(_ place: TagPath) { self.init(rawValue: place.description) }

    /// An item of Other Patient IDs Sequence.
    public static let otherPatientIDsSequence = Source(rawValue: "(0010,1002)")
    /// Patient ID.
    public static let patientID = Source(rawValue: "(0010,0020)")
    /// Other Patient IDs: retired and without an issuer, yet breast screening still uses it.
    public static let otherPatientIDs = Source(rawValue: "(0010,1000)")
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
