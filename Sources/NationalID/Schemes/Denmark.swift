extension NationalIDScheme {
  /// The Danish CPR number `DDMMYY-SSSS`. Its check digit was given up in 2007, so nothing but the date tells a typing
  /// error.
  public static let denmark = NationalIDScheme(
    "DK", "CPR", issuers: ["1.2.208.176.1.2"], aliases: ["CPR-nummer", "personnummer"], forms: ["9999999999"]
  ) { number throws(Flaw) in
    let year = number[4..<6]
    let century =
      switch (number[6], year) {
      case (0...3, _), (4, 37...), (9, 37...): 1900
      case (5...8, 58...): 1800
      default: 2000
      }
    return Bearer(birthDate: try number.date(century + year, number[2..<4], number[0..<2]), sex: .odd(number[9]))
  }
}
