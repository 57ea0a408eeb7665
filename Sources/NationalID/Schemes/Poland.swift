extension NationalIDScheme {
  /// The Polish PESEL `YYMMDDSSSSC`, whose month is raised by 20 for each century from 1900 on, by 80 for the 1800s.
  public static let poland = NationalIDScheme(
    "PL", "PESEL", issuers: ["2.16.840.1.113883.3.4424.1.1.616"], forms: ["99999999999"], lostZeros: 1
  ) { number throws(Flaw) in
    guard number.sum([1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0 else { throw .checkDigits }
    let century = [1900, 2000, 2100, 2200, 1800][number[2..<4] / 20]
    return Bearer(
      birthDate: try number.date(century + number[0..<2], number[2..<4] % 20, number[4..<6]), sex: .odd(number[9]))
  }
}
