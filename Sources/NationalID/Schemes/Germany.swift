extension NationalIDScheme {
  /// The German health insurance number, its ten characters that stay for life (SGB V § 290). It says nothing of its
  /// bearer.
  public static let germany = NationalIDScheme(
    "DE", "KVNR", issuers: ["1.2.276.0.76.4.8"],
    aliases: ["KVID", "http://fhir.de/sid/gkv/kvid-10", "http://fhir.de/NamingSystem/gkv/kvid-10"],
    forms: ["A999999999"]
  ) { number throws(Flaw) in
    // The letter counts as two digits, 01–26; every second digit is doubled, and the digits of the products are added.
    let letter = number[0] - 9
    let sum = ([letter / 10, letter % 10] + number.values[1..<9]).enumerated().reduce(0) { sum, digit in
      let product = digit.offset.isMultiple(of: 2) ? digit.element : digit.element * 2
      return sum + product / 10 + product % 10
    }
    guard sum % 10 == number[9] else { throw .checkDigits }
    return Bearer()
  }
}
