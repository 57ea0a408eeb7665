extension NationalIDScheme {
  /// The Estonian personal code `GYYMMDDSSSC`, whose first digit tells sex and century.
  public static let estonia = NationalIDScheme("EE", "isikukood", forms: ["99999999999"]) { number throws(Flaw) in
    try balticCode(number, "isikukood")
  }

  /// The Lithuanian personal code, written as the Estonian one; one that begins with 9 tells nothing of its bearer.
  public static let lithuania = NationalIDScheme("LT", "asmens kodas", forms: ["99999999999"]) { number throws(Flaw) in
    try balticCode(number, "asmens kodas")
  }

  /// The Latvian personal code `DDMMYY-CSSSC`; those given since July 2017 begin with 32 and tell nothing.
  public static let latvia = NationalIDScheme("LV", "personas kods", forms: ["99999999999"], lostZeros: 1) {
    number throws(Flaw) in
    guard (1 + number.sum([10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == number[10] else { throw .checkDigits }
    guard number[0..<2] != 32 else { return Bearer() }
    let year = 1800 + 100 * number[6] + number[4..<6]
    return Bearer(birthDate: try number.date(year, number[2..<4], number[0..<2]))
  }
}

private func balticCode(_ number: Number, _ name: String) throws(Flaw) -> Bearer {
  // A first remainder of 10 is counted again with other weights; a second is written 0.
  let first = number.sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  let check = first < 10 ? first : number.sum([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10
  guard check == number[10] else { throw .checkDigits }
  if number[0] == 9, name == "asmens kodas" { return Bearer() }
  guard (1...8).contains(number[0]) else { throw .component("no \(name) begins with \(number[0])") }
  let century = 1800 + (number[0] - 1) / 2 * 100
  return Bearer(
    birthDate: try number.date(century + number[1..<3], number[3..<5], number[5..<7]), sex: .odd(number[0]))
}
