extension NationalIDScheme {
  /// The Greek AMKA `DDMMYYSSSSC`, without its century.
  public static let greece = NationalIDScheme("GR", "AMKA", aliases: ["ΑΜΚΑ"], forms: ["99999999999"], lostZeros: 1) {
    number throws(Flaw) in
    guard number.values.luhn % 10 == 0 else { throw .checkDigits }
    return Bearer(
      birthDate: try number.date(yearOfCentury: number[4..<6], number[2..<4], number[0..<2]), sex: .odd(number[9]))
  }
}
