extension NationalIDScheme {
  /// The Australian individual healthcare identifier: 16 digits that begin with 800360, with Luhn's check digit
  /// (HL7 Australia, AU Base, AUIHI). It says nothing of its bearer.
  public static let australia = NationalIDScheme(
    "AU", "IHI", issuers: ["1.2.36.1.2001.1003.0"], aliases: ["http://ns.electronichealth.net.au/id/hi/ihi/1.0"],
    forms: ["9999999999999999"]
  ) { number throws(Flaw) in
    guard number[0..<6] == 800_360 else { throw .component("an IHI begins with 800360") }
    guard number.values.luhn % 10 == 0 else { throw .checkDigits }
    return Bearer()
  }
}
