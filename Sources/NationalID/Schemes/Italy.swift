extension NationalIDScheme {
  /// The Italian codice fiscale of a person: letters of the names, birth date and sex, place, check letter (decree of
  /// 23 December 1976). Where two people would have the same, letters stand for digits (omocodia).
  public static let italy = NationalIDScheme(
    "IT", "codice fiscale", issuers: ["2.16.840.1.113883.2.9.4.3.2"],
    aliases: ["CF", "http://hl7.it/sid/codiceFiscale"],
    forms: ["AAAAAAXXAXXAXXXA"]
  ) { number throws(Flaw) in
    let digits = [6, 7, 9, 10, 12, 13, 14].map { digit(of: number.bytes[$0]) }
    guard let month = Array("ABCDEHLMPRST".utf8).firstIndex(of: number.bytes[8]), !digits.contains(nil) else {
      throw .characters("a letter stands where a codice fiscale has none of its kind")
    }
    // Digits and letters from A on count 0, 1, 2… in even places, and by the decree's table in odd ones.
    let sum = number.bytes[0..<15].enumerated().reduce(0) { sum, byte in
      let value = Int(byte.element) - (byte.element.isDigit ? 0x30 : 0x41)
      return sum + (byte.offset.isMultiple(of: 2) ? oddPlaces[value] : value)
    }
    guard sum % 26 + 10 == number[15] else { throw .checkDigits }
    let values = digits.map { $0 ?? 0 }
    let day = values[2] * 10 + values[3]
    return Bearer(
      birthDate: try number.date(yearOfCentury: values[0] * 10 + values[1], month + 1, day > 40 ? day - 40 : day),
      sex: day > 40 ? .female : .male)
  }
}

private let oddPlaces = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

/// A digit, or the letter that stands for it; nil for other letters.
private func digit(of byte: UInt8) -> Int? {
  byte.isDigit ? Int(byte) - 0x30 : Array("LMNPQRSTUV".utf8).firstIndex(of: byte)
}
