extension NationalIDScheme {
  /// The Irish PPS number: seven digits, a check letter, and, since 2013, a second letter that counts. It says nothing
  /// of its bearer.
  public static let ireland = NationalIDScheme(
    "IE", "PPSN", issuers: ["1.2.372.980010.1.2"], aliases: ["PPS"], forms: ["9999999A", "9999999AA"], lostZeros: 1
  ) { number throws(Flaw) in
    // W, T and X are older than the rule: W was a married woman's, whose husband has the number without it.
    let second: Int
    switch number.count == 9 ? number.bytes[8] : UInt8(ascii: "W") {
    case UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "H"): second = number[8] - 9
    case UInt8(ascii: "T"), UInt8(ascii: "W"), UInt8(ascii: "X"): second = 0
    default: throw .characters("the last letter of a PPSN is one of A, B, H, T, W and X")
    }
    let sum = number.sum([8, 7, 6, 5, 4, 3, 2]) + 9 * second
    guard Array("WABCDEFGHIJKLMNOPQRSTUV".utf8)[sum % 23] == number.bytes[7] else { throw .checkDigits }
    return Bearer()
  }
}
