extension NationalIDScheme {
  /// The Romanian CNP `SYYMMDDJJNNNC`: sex and century, birth date, county, serial number, check digit.
  public static let romania = NationalIDScheme("RO", "CNP", forms: ["9999999999999"]) { number throws(Flaw) in
    let check = number.sum([2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    guard check % 10 + check / 10 == number[12] else { throw .checkDigits }
    guard number[0] > 0 else { throw .component("a CNP does not begin with 0") }
    guard (1...48).contains(number[7..<9]) || [51, 52, 70, 80, 81, 82, 83].contains(number[7..<9]) else {
      throw .component("no county has the number \(number[7..<9]) in a CNP")
    }
    let (year, month, day) = (number[1..<3], number[3..<5], number[5..<7])
    // Foreigners, 7 to 9, are not told apart by century.
    let date =
      number[0] < 7
      ? try number.date([1900, 1800, 2000][(number[0] - 1) / 2] + year, month, day)
      : try number.date(yearOfCentury: year, month, day)
    return Bearer(birthDate: date, sex: number[0] == 9 ? nil : .odd(number[0]))
  }
}
