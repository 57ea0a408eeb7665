extension NationalIDScheme {
  /// The Czech birth number `YYMMDD/SSSC`.
  public static let czechia = birthNumber("CZ")
  /// The Slovak birth number, which is the same.
  public static let slovakia = birthNumber("SK")

  /// Women's months are raised by 50; either sex's by another 20 where the serial numbers of a day ran out (law
  /// 133/2000 Sb., § 13). Until 1953 numbers had nine digits and no check digit.
  private static func birthNumber(_ country: String) -> NationalIDScheme {
    NationalIDScheme(country, "rodné číslo", aliases: ["rodne cislo", "RC", "RČ"], forms: ["9999999999", "999999999"]) {
      number throws(Flaw) in
      // A remainder of 10 was written 0 until 1985.
      guard number.count == 9 || number[0..<9] % 11 % 10 == number[9] else { throw .checkDigits }
      let month = number[2..<4] % 50
      let year = number[0..<2]
      let century: Int
      switch (number.count, year) {
      case (9, 54..<80): throw .component("numbers of nine digits were given to people born before 1954")
      case (9, _): century = year < 54 ? 1900 : 1800
      default: century = year < 54 ? 2000 : 1900
      }
      return Bearer(
        birthDate: try number.date(century + year, month > 20 ? month - 20 : month, number[4..<6]),
        sex: number[2..<4] > 50 ? .female : .male)
    }
  }
}
