extension NationalIDScheme {
  /// The French national health identifier (INS): the register number NIR with its key, 13 characters and 2, or the
  /// number for the time until one is given (NIA).
  ///
  /// It tells the year of birth without its century. Months above 12 stand for ones that were not known.
  public static let france = NationalIDScheme(
    "FR", "INS", issuers: ["1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"],
    aliases: ["NIR", "INS-NIR", "NIA", "INS-NIA"],
    forms: ["999999X99999999"]
  ) { number throws(Flaw) in
    // The Corsican departments 2A and 2B count as 19 and 18.
    let corsica: Int
    switch (number[5], number.bytes[6]) {
    case (2, UInt8(ascii: "A")): corsica = 19
    case (2, UInt8(ascii: "B")): corsica = 18
    case (_, let byte) where byte.isDigit: corsica = number[5..<7]
    default: throw .characters("an INS has digits only, but for 2A or 2B as department of birth")
    }
    let thirteen = (number[0..<5] * 100 + corsica) * 1_000_000 + number[7..<13]
    guard 97 - thirteen % 97 == number[13..<15] else { throw .checkDigits }
    // 1 and 2 are registered people; 3, 4, 7 and 8 have numbers while their registration is under way.
    guard [1, 2, 3, 4, 7, 8].contains(number[0]) else { throw .component("an INS does not begin with \(number[0])") }
    let month = number[3..<5]
    return Bearer(
      birthDate: PartialDate(yearOfCentury: number[1..<3], month: (1...12).contains(month) ? month : nil),
      sex: .odd(number[0]), issuer: number[0] > 2 ? "1.2.250.1.213.1.4.9" : nil)
  }
}
