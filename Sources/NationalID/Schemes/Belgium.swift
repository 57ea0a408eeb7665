extension NationalIDScheme {
  /// The Belgian social security identification number: the register number, or the BIS number of people outside the
  /// register.
  ///
  /// Eleven digits `YYMMDD-SSS-CC` (royal decree of 3 April 1984; BIS: royal decree of 8 February 1991). A change of the
  /// registered sex brings a new number.
  public static let belgium = NationalIDScheme(
    "BE", "NISS", issuers: ["2.16.840.1.113883.3.6777.5.1", "1.3.6.1.4.1.21297.100.1.1"],
    aliases: [
      "INSZ", "SSIN", "ENSS", "RRN", "BIS", "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/ssin",
    ],
    forms: ["99999999999"], lostZeros: 3
  ) { number throws(Flaw) in
    guard let century = belgianCentury(number) else { throw .checkDigits }
    // Men have 001–997, women 002–998. This also refuses 00000000097, whose check digits fit.
    let serial = number[6..<9]
    guard (1...998).contains(serial) else { throw .component("the serial number \(serial) is never issued in a NISS") }
    // A BIS number raises the month: by 20 where the sex was not known, by 40 where it was.
    let sexIsKnown = number[2..<4] / 20 != 1
    return Bearer(birthDate: try belgianDate(number, century), sex: sexIsKnown ? .odd(serial) : nil)
  }
}

/// 1900 or 2000, whichever makes the check digits fit. Both never do: 2 000 000 000 is no multiple of 97.
private func belgianCentury(_ number: Number) -> Int? {
  if 97 - number[0..<9] % 97 == number[9..<11] { return 1900 }
  if 97 - (2_000_000_000 + number[0..<9]) % 97 == number[9..<11] { return 2000 }
  return nil
}

/// Dates that were not known when the number was issued are read as python-stdnum 2.2 reads them.
private func belgianDate(_ number: Number, _ century: Int) throws(Flaw) -> PartialDate {
  let year = century + number[0..<2]
  let month = number[2..<4] % 20
  let day = number[4..<6]
  guard number[2..<4] < 60, month <= 12 else {
    throw .birthDate("has the month \(number[2..<4]), which does not exist")
  }
  let date: PartialDate
  if month == 0 {
    // The fictitious birth date 1900-00-01 or 2000-00-01 stands for a year that is not known either; otherwise the day
    // of an unknown month only goes on counting when its serial numbers ran out.
    date = PartialDate(year: number[0..<2] == 0 && day == 1 ? nil : year)
  } else if (1...PartialDate.days(inMonth: month, ofYear: year)).contains(day) {
    date = PartialDate(year: year, month: month, day: day)
  } else {
    date = PartialDate(year: year, month: month)
  }
  guard !date.isAfter(number.today) else { throw .birthDate("lies in the future") }
  return date
}
