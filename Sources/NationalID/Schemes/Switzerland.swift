extension NationalIDScheme {
  /// The Swiss AHV number: the country's prefix 756 and an article number's check digit. It says nothing of its bearer.
  public static let switzerland = NationalIDScheme(
    "CH", "AHV", issuers: ["2.16.756.5.32"], aliases: ["AVS", "AHVN13", "NAVS13"], forms: ["9999999999999"]
  ) { number throws(Flaw) in
    guard number[0..<3] == 756 else { throw .component("an AHV number begins with 756") }
    guard number.values.gtin % 10 == 0 else { throw .checkDigits }
    return Bearer()
  }
}
