extension NationalIDScheme {
  /// The Belgian social security identification number: the register number, or the BIS number of people outside the
  /// register.
  ///
  /// Eleven digits `YYMMDD-SSS-CC` (royal decree of 3 April 1984; BIS: royal decree of 8 February 1991).
  public static let belgium = NationalIDScheme(
    code: "BE", name: "NISS",
    issuers: ["2.16.840.1.113883.3.6777.5.1", "1.3.6.1.4.1.21297.100.1.1"],
    check: Belgium.check)
}

private enum Belgium {
  static func check(_ characters: Characters, _ today: PartialDate) -> Result<NationalIdentifier, NationalIDProblem> {
    guard let digits = characters.digits else {
      return .failure(.init(.characters, "a NISS has digits only"))
    }
    guard digits.count == 11 else {
      return .failure(.length("NISS", expected: "11 digits", found: digits.count))
    }
    guard let century = century(digits) else { return .failure(.checkDigits("NISS")) }
    // Men have 001–997, women 002–998. This also refuses 00000000097, whose check digits fit.
    let serial = digits[6..<9].number
    guard (1...998).contains(serial) else {
      return .failure(.init(.component, "the serial number \(serial) is never issued in a NISS"))
    }
    return birthDate(digits, century: century, today: today).map { date in
      let sexIsKnown = digits[2..<4].number / 20 != 1
      return NationalIdentifier(
        scheme: "BE", value: characters.text, birthDate: date,
        sex: sexIsKnown ? (serial % 2 == 1 ? .male : .female) : nil)
    }
  }

  /// 1900 or 2000, whichever makes the check digits fit. Both never do: 2 000 000 000 is no multiple of 97.
  private static func century(_ digits: [Int]) -> Int? {
    let nine = digits[..<9].number
    let control = digits[9...].number
    if 97 - nine % 97 == control { return 1900 }
    if 97 - (2_000_000_000 + nine) % 97 == control { return 2000 }
    return nil
  }

  /// The birth date, whose month is raised by 20 (sex unknown) or 40 (sex known) in a BIS number.
  ///
  /// Dates that were not known when the number was issued are read as python-stdnum 2.2 reads them.
  private static func birthDate(
    _ digits: [Int], century: Int, today: PartialDate
  ) -> Result<PartialDate, NationalIDProblem> {
    let year = century + digits[..<2].number
    let offsetMonth = digits[2..<4].number
    let month = offsetMonth % 20
    let day = digits[4..<6].number
    guard offsetMonth < 60, month <= 12 else {
      return .failure(.init(.birthDate, "the month \(offsetMonth) in this NISS does not exist"))
    }
    let date: PartialDate
    if month == 0 {
      // The fictitious birth date 1900-00-01 or 2000-00-01 stands for a year that is not known either; otherwise the
      // day of an unknown month only goes on counting when its serial numbers ran out.
      let yearIsUnknown = digits[..<2].number == 0 && day == 1
      date = PartialDate(year: yearIsUnknown ? nil : year)
    } else if (1...PartialDate.days(inMonth: month, ofYear: year)).contains(day) {
      date = PartialDate(year: year, month: month, day: day)
    } else {
      date = PartialDate(year: year, month: month)
    }
    guard !date.isAfter(today) else {
      return .failure(.init(.birthDate, "the birth date in this NISS lies in the future"))
    }
    return .success(date)
  }
}
