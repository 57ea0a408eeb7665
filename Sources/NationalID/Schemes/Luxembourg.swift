extension NationalIDScheme {
  /// The Luxembourg matricule `YYYYMMDDSSSLV`: L is Luhn's check digit over the first eleven, V is Verhoeff's over the
  /// same (law of 19 June 2013; OECD, TIN of Luxembourg).
  public static let luxembourg = NationalIDScheme(
    "LU", "matricule", issuers: ["1.3.182.4.4"], aliases: ["NIN"], forms: ["9999999999999"]
  ) { number throws(Flaw) in
    let eleven = number.values[0..<11]
    guard (eleven + [number[11]]).luhn % 10 == 0, (eleven + [number[12]]).fitsVerhoeff else { throw .checkDigits }
    return Bearer(birthDate: try number.date(number[0..<4], number[4..<6], number[6..<8]))
  }
}
