extension NationalIDScheme {
  /// The Slovenian EMŠO `DDMMYYYRRSSSC`, of which the year lacks its first digit. Men have serial numbers below 500.
  public static let slovenia = NationalIDScheme("SI", "EMŠO", aliases: ["EMSO"], forms: ["9999999999999"], lostZeros: 1)
  {
    number throws(Flaw) in
    let sum = number.sum([7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
    guard (11 - sum % 11) % 11 % 10 == number[12] else { throw .checkDigits }
    let year = number[4..<7] < 800 ? 2000 + number[4..<7] : 1000 + number[4..<7]
    return Bearer(
      birthDate: try number.date(year, number[2..<4], number[0..<2]), sex: number[9..<12] < 500 ? .male : .female)
  }
}
