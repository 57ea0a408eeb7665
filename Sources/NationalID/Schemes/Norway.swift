extension NationalIDScheme {
  /// The Norwegian birth number and its relatives: D numbers (day + 40), hospitals' H numbers (month + 40), and FH
  /// numbers, which begin with 8 or 9 and tell neither date nor sex.
  public static let norway = NationalIDScheme(
    "NO", "fødselsnummer",
    issuers: [
      "2.16.578.1.12.4.1.4.1", "2.16.578.1.12.4.1.4.2", "2.16.578.1.12.4.1.4.3", "2.16.578.1.12.4.1.4.4",
    ],
    aliases: ["fodselsnummer", "FNR", "D-nummer", "H-nummer", "FH-nummer"], forms: ["99999999999"], lostZeros: 1
  ) { number throws(Flaw) in
    guard number.sum([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0, number.sum([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
    else { throw .checkDigits }
    guard number[0] < 8 else { return Bearer(issuer: "2.16.578.1.12.4.1.4.4") }
    let (day, month, year, serial) = (number[0..<2], number[2..<4], number[4..<6], number[6..<9])
    let century: Int
    switch (serial, year) {
    case (..<500, _): century = 1900
    case (..<750, 54...): century = 1800
    case (_, ..<40): century = 2000
    case (900..., _): century = 1900
    default: throw .birthDate("has a year that this serial number is not issued for")
    }
    // Months raised by 80 are those of the authorities' test persons: no day of theirs exists.
    let date = try number.date(century + year, month > 40 ? month - 40 : month, day > 40 ? day - 40 : day)
    return Bearer(
      birthDate: date, sex: .odd(number[8]),
      issuer: day > 40 ? "2.16.578.1.12.4.1.4.2" : month > 40 ? "2.16.578.1.12.4.1.4.3" : nil)
  }
}
