extension NationalIDScheme {
  /// The Croatian OIB. It says nothing of its bearer, who may also be a company.
  public static let croatia = NationalIDScheme("HR", "OIB", forms: ["99999999999"], lostZeros: 1) {
    number throws(Flaw) in
    guard number.values.fitsISO7064 else { throw .checkDigits }
    return Bearer()
  }
}
