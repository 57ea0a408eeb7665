extension NationalIDScheme {
  /// The Finnish personal identity code `DDMMYYSNNNC`: the sign S tells the century and belongs to the number.
  public static let finland = NationalIDScheme(
    "FI", "HETU", issuers: ["1.2.246.21"], aliases: ["henkilötunnus"], forms: ["999999S999X"], separators: " ",
    lostZeros: 1
  ) { number throws(Flaw) in
    let century =
      switch number.bytes[6] {
      case UInt8(ascii: "+"): 1800
      case UInt8(ascii: "-"), UInt8(ascii: "U")...UInt8(ascii: "Y"): 1900
      case UInt8(ascii: "A")...UInt8(ascii: "F"): 2000
      default: throw .characters("no century has the sign \(Character(Unicode.Scalar(number.bytes[6]))) in a HETU")
      }
    let serial = number[7..<10]
    guard Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)[(number[0..<6] * 1000 + serial) % 31] == number.bytes[10] else {
      throw .checkDigits
    }
    guard (2...899).contains(serial) else {
      throw .component(
        serial < 2
          ? "the serial number \(serial) is never issued in a HETU"
          : "serial numbers from 900 on are a hospital's own, for a time: this names nobody elsewhere")
    }
    return Bearer(
      birthDate: try number.date(century + number[4..<6], number[2..<4], number[0..<2]), sex: .odd(serial))
  }
}
