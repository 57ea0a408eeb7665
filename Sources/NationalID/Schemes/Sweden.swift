extension NationalIDScheme {
  /// The Swedish personal identity number, or coordination number (samordningsnummer), whose day is raised by 60.
  ///
  /// Written in full, `YYYYMMDD-NNNC`, or without the century: then a hyphen, or nothing, means the last year that can
  /// be meant, and a plus one 100 years before (folkbokföringslagen, 18 §). The normal spelling has twelve digits.
  public static let sweden = NationalIDScheme(
    "SE", "personnummer", issuers: ["1.2.752.129.2.1.3.1", "1.2.752.129.2.1.3.3"],
    aliases: ["samordningsnummer", "http://electronichealth.se/identifier/personnummer"],
    forms: ["999999999999", "99999999S9999", "9999999999", "999999S9999"], separators: " ./", lostZeros: 1
  ) { number throws(Flaw) in
    let sign = number.bytes.first { $0.isSign || $0.isLetter }
    guard sign.map(\.isSign) ?? true else {
      throw .characters("a personnummer has digits, and - or + before the last four")
    }
    let digits = Number(bytes: number.bytes.filter(\.isDigit), today: number.today)
    let ten = Number(bytes: Array(digits.bytes.suffix(10)), today: number.today)
    guard ten.values.luhn % 10 == 0 else { throw .checkDigits }
    let isCoordination = ten[4..<6] >= 60
    let (month, day) = (ten[2..<4], isCoordination ? ten[4..<6] - 60 : ten[4..<6])
    let year =
      digits.count == 12
      ? digits[0..<4] : fullYear(ten[0..<2], before: number.today) - (sign == UInt8(ascii: "+") ? 100 : 0)
    // Coordination numbers are also given to people whose day or month of birth is not known: 00.
    let isPartial = isCoordination && (day == 0 || month == 0)
    let whole = try number.date(year, isPartial ? max(month, 1) : month, isPartial ? max(day, 1) : day)
    let date = isPartial ? PartialDate(year: year, month: month == 0 ? nil : month) : whole
    return Bearer(
      birthDate: date, sex: .odd(ten[8]), value: year.digits(4) + ten.text.suffix(8),
      issuer: isCoordination ? "1.2.752.129.2.1.3.3" : nil)
  }
}

/// The last year with these two digits that has begun.
private func fullYear(_ yearOfCentury: Int, before today: PartialDate) -> Int {
  let now = today.year ?? 2000
  return now - (now - yearOfCentury) % 100
}
