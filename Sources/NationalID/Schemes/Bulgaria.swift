extension NationalIDScheme {
  /// The Bulgarian EGN `YYMMDDSSSC`, whose month is raised by 20 for the 1800s and by 40 for the 2000s. Men have even
  /// numbers.
  public static let bulgaria = NationalIDScheme("BG", "EGN", aliases: ["ЕГН"], forms: ["9999999999"], lostZeros: 1) {
    number throws(Flaw) in
    guard number.sum([2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == number[9] else { throw .checkDigits }
    let month = number[2..<4]
    let (century, offset) = month > 40 ? (2000, 40) : month > 20 ? (1800, 20) : (1900, 0)
    return Bearer(
      birthDate: try number.date(century + number[0..<2], month - offset, number[4..<6]),
      sex: .odd(number[8] + 1))
  }
}
