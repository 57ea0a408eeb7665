extension NationalIDScheme {
  /// The NHS number of England, Wales and the Isle of Man: ten digits that say nothing of their bearer.
  public static let unitedKingdom = NationalIDScheme(
    "GB", "NHS number", issuers: ["2.16.840.1.113883.2.1.4.1"], aliases: ["NHS", "https://fhir.nhs.uk/Id/nhs-number"],
    forms: ["9999999999"], lostZeros: 1
  ) { number throws(Flaw) in
    // Weights 10…2, and 1 for the check digit itself: a remainder of 10 has no check digit and is never issued.
    guard number.sum([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 else { throw .checkDigits }
    return Bearer()
  }

  /// The Scottish CHI number: `DDMMYY`, three digits of which the last tells the sex, and the NHS number's check digit
  /// (NHS Data Dictionary, Community Health Index Number).
  public static let scotland = NationalIDScheme(
    "GB-SCT", "CHI number", issuers: ["2.16.840.1.113883.2.1.3.2.4.16.53"], aliases: ["CHI"], forms: ["9999999999"],
    lostZeros: 1
  ) { number throws(Flaw) in
    guard number.sum([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 else { throw .checkDigits }
    return Bearer(
      birthDate: try number.date(yearOfCentury: number[4..<6], number[2..<4], number[0..<2]), sex: .odd(number[8]))
  }
}
