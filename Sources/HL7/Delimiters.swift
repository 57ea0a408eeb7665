/// The characters that separate and escape values, as MSH-1 and MSH-2 name them (2.5.1, 2.5.4).
///
/// They are bytes: a separator with a combining mark behind it is still a separator, though Swift would see one
/// `Character`.
struct Delimiters {
  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")

  let field: UInt8
  let component: UInt8
  let repetition: UInt8
  let escape: UInt8
  let subcomponent: UInt8

  static let standard = Delimiters(
    field: UInt8(ascii: "|"), component: UInt8(ascii: "^"), repetition: UInt8(ascii: "~"),
    escape: UInt8(ascii: "\\"), subcomponent: UInt8(ascii: "&"))

  /// Whether a byte ends a part of a message.
  func separates(_ byte: UInt8) -> Bool {
    byte == field || byte == component || byte == repetition || byte == subcomponent
      || byte == Self.carriageReturn || byte == Self.lineFeed
  }

  private init(field: UInt8, component: UInt8, repetition: UInt8, escape: UInt8, subcomponent: UInt8) {
    self.field = field
    self.component = component
    self.repetition = repetition
    self.escape = escape
    self.subcomponent = subcomponent
  }

  /// Reads them from the start of a message, "MSH" and the six characters behind it.
  init(header: some Collection<UInt8>) throws(HL7Error) {
    let bytes = Array(header.prefix(8))
    guard bytes.count == 8, bytes.starts(with: "MSH".utf8) else {
      throw HL7Error(.notHL7, "the text does not begin with an MSH segment and its delimiters")
    }
    let named = bytes[3...]
    let isPunctuation = named.allSatisfy { byte in
      (0x21..<0x7F).contains(byte) && !Unicode.Scalar(byte).properties.isAlphabetic
        && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard isPunctuation, Set(named).count == named.count else {
      throw HL7Error(.delimiters, "MSH-1 and MSH-2 do not name five different punctuation marks as delimiters")
    }
    self.init(
      field: bytes[3], component: bytes[4], repetition: bytes[5], escape: bytes[6], subcomponent: bytes[7])
  }
}
