/// A valid national identifier, with what its digits say of the person who bears it.
public struct NationalIdentifier: Hashable, Codable, Sendable {
  /// The code of the scheme, e.g. `BE`.
  public let scheme: String
  /// The identifier in its normal spelling: no separators, padded, upper case.
  public let value: String
  /// The birth date as far as the digits tell it; nil when the scheme carries none.
  public let birthDate: PartialDate?
  /// The sex that the digits tell; nil when they do not.
  public let sex: Sex?
  /// The OID of who issues this kind of number, to be written beside it; nil where none is known.
  public let issuer: String?

  init(_ scheme: NationalIDScheme, _ number: Number, _ bearer: Bearer) {
    self.scheme = scheme.code
    value = bearer.value ?? number.text
    birthDate = bearer.birthDate
    sex = bearer.sex
    issuer = bearer.issuer ?? scheme.issuers.first
  }
}

/// The sex that a national identifier encodes, by its letter in DICOM (0010,0040) and in patient lists.
public enum Sex: String, Hashable, Codable, Sendable {
  case male = "M"
  case female = "F"
}
