extension NationalIDScheme {
  /// The Dutch citizen service number, nine digits, written with eight where the first is 0. It says nothing of its
  /// bearer.
  public static let netherlands = NationalIDScheme(
    "NL", "BSN", issuers: ["2.16.840.1.113883.2.4.6.3"],
    aliases: ["NLMINBIZA", "http://fhir.nl/fhir/NamingSystem/bsn"], forms: ["999999999"], lostZeros: 1
  ) { number throws(Flaw) in
    guard number.sum([9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0 else { throw .checkDigits }
    return Bearer()
  }
}
