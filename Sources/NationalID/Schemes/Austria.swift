extension NationalIDScheme {
  /// The Austrian social insurance number: a serial number, its check digit, and usually the birth date `DDMMYY`.
  ///
  /// Where a day's serial numbers ran out, or the date was not known, the month is 13 or above: then no date is told.
  public static let austria = NationalIDScheme(
    "AT", "SVNR", issuers: ["1.2.40.0.10.1.4.3.1"], aliases: ["VSNR", "VNR"], forms: ["9999999999"]
  ) { number throws(Flaw) in
    guard number[0] > 0 else { throw .component("an SVNR does not begin with 0") }
    guard number.sum([3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == number[3] else { throw .checkDigits }
    return Bearer(birthDate: try? number.date(yearOfCentury: number[8..<10], number[6..<8], number[4..<6]))
  }
}
