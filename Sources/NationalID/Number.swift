/// The characters of a number, its separators taken out: ASCII alone, upper case. A scheme that is given one knows that
/// it has one of the scheme's forms.
struct Number: Sendable {
  let bytes: [UInt8]
  /// The current day; no one is born after it.
  let today: PartialDate

  /// Takes out the separators and folds case.
  ///
  /// Only ASCII digits count: a number in full-width or Arabic-Indic digits would look equal to the clerk and differ
  /// to every program, so it is refused rather than converted.
  init(_ text: String, separators: String, today: PartialDate) throws(NationalIDProblem) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case _ where byte.isDigit || byte.isLetter: bytes.append(byte)
      case UInt8(ascii: "a")...UInt8(ascii: "z"): bytes.append(byte & ~0x20)
      case _ where separators.utf8.contains(byte): continue
      case _ where byte.isSign: bytes.append(byte)
      default: throw .foreign(in: text, besides: separators)
      }
    }
    guard !bytes.isEmpty else { throw .init(.empty, "there is no identifier") }
    self.init(bytes: bytes, today: today)
  }

  init(bytes: [UInt8], today: PartialDate) {
    self.bytes = bytes
    self.today = today
  }

  var count: Int { bytes.count }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  var isDigitsOnly: Bool { bytes.allSatisfy(\.isDigit) }
  var isOneCharacterRepeated: Bool { count > 1 && Set(bytes).count == 1 }

  func padded(by zeros: Int) -> Number {
    Number(bytes: Array(repeating: UInt8(ascii: "0"), count: zeros) + bytes, today: today)
  }

  /// The value of a character: of a digit itself, of a letter 10 for A to 35 for Z; 0 where there is none.
  subscript(_ place: Int) -> Int {
    guard bytes.indices.contains(place) else { return 0 }
    let byte = bytes[place]
    return byte.isDigit ? Int(byte) - 0x30 : byte.isLetter ? Int(byte) - 0x41 + 10 : 0
  }

  /// The values of all characters.
  var values: [Int] { bytes.indices.map { self[$0] } }

  /// The number that these digits spell; of at most 18 digits, so it fits.
  subscript(_ places: Range<Int>) -> Int { places.reduce(0) { $0 &* 10 &+ self[$1] } }

  /// The sum of the digits, each times its weight.
  func sum(_ weights: [Int]) -> Int { zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } }

  /// A birth date: a day that exists and has come.
  func date(_ year: Int, _ month: Int, _ day: Int) throws(Flaw) -> PartialDate {
    let date = PartialDate(year: year, month: month, day: day)
    guard day > 0, PartialDate.days(inMonth: month, ofYear: year) >= day else { throw .birthDate("does not exist") }
    guard year >= 1800 else { throw .birthDate("lies before 1800") }
    guard !date.isAfter(today) else { throw .birthDate("lies in the future") }
    return date
  }

  /// The birth date of a year whose century the number does not tell.
  func date(yearOfCentury year: Int, _ month: Int, _ day: Int) throws(Flaw) -> PartialDate {
    // 29 February 2000 existed.
    guard day > 0, PartialDate.days(inMonth: month, ofYear: 2000 + year) >= day else {
      throw .birthDate("does not exist")
    }
    return PartialDate(yearOfCentury: year, month: month, day: day)
  }
}

/// What a number says of its bearer.
struct Bearer: Sendable {
  /// The birth date as far as the number tells it.
  var birthDate: PartialDate?
  /// The sex, if the number tells it.
  var sex: Sex?
  /// The normal spelling, where it is not the number without its separators.
  var value: String?
  /// The issuer of this kind of number, where it is not the scheme's first.
  var issuer: String?
}

extension Sex {
  /// As most countries tell it: odd numbers are men's.
  static func odd(_ number: Int) -> Sex { number.isMultiple(of: 2) ? .female : .male }
}

extension Int {
  /// The digits, with zeros in front of them up to a width.
  func digits(_ width: Int) -> String {
    let text = String(self)
    return String(repeating: "0", count: Swift.max(0, width - text.utf8.count)) + text
  }
}
