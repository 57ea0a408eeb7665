extension NationalIDScheme {
  /// The Spanish identity number DNI, or NIE for foreigners: a number and its letter. It says nothing of its bearer.
  public static let spain = NationalIDScheme(
    "ES", "DNI", issuers: ["1.3.6.1.4.1.19126.3"], aliases: ["NIE", "NIF"], forms: ["99999999A", "A9999999A"],
    lostZeros: 1
  ) { number throws(Flaw) in
    var value = number[0..<8]
    if number.bytes[0].isLetter {
      // X, Y and Z count as 0, 1 and 2.
      let first = Int(number.bytes[0]) - Int(UInt8(ascii: "X"))
      guard (0...2).contains(first) else { throw .characters("a NIE begins with X, Y or Z") }
      value = first * 10_000_000 + number[1..<8]
    }
    guard Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[value % 23] == number.bytes[8] else { throw .checkDigits }
    return Bearer()
  }
}
