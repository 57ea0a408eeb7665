internal import Glibc

/// The character set of a message, as MSH-18 names it (HL7 table 0211).
struct CharacterSet {
  /// The C library's name; nil where the message declares none.
  let name: String?

  /// Reads the name that stands in MSH-18. Where a message switches between several, by escape sequences of ISO 2022, the
  /// set that knows all of them is taken.
  ///
  /// - Throws: ``HL7Error`` `characterSet` where the set is not known.
  init(_ declared: [String]) throws(HL7Error) {
    let known = declared.filter { !$0.isEmpty && $0 != "\"\"" }
    guard let first = known.last(where: { !Self.isASCII($0) }) ?? known.first else {
      name = nil
      return
    }
    guard let name = Self.name(of: first) else {
      throw HL7Error(.characterSet, "MSH-18 names the character set “\(first.prefix(40))”, which is not known")
    }
    self.name = name
  }

  private static func plain(_ text: String) -> String {
    text.uppercased().filter { $0.isLetter || $0.isNumber }
  }

  private static func isASCII(_ text: String) -> Bool { ["ASCII", "USASCII"].contains(plain(text)) }

  private static func name(of declared: String) -> String? {
    let plain = plain(declared)
    if let set = table[plain] { return set }
    for prefix in ["8859", "ISO8859"] where plain.hasPrefix(prefix) {
      if let part = Int(plain.dropFirst(prefix.count)), (1...16).contains(part), part != 12 {
        return "ISO-8859-\(part)"
      }
    }
    return nil
  }

  private static let table = [
    "ASCII": "ASCII", "USASCII": "ASCII", "UNICODEUTF8": "UTF-8", "UTF8": "UTF-8", "ISOIR14": "JIS_X0201",
    "ISOIR87": "ISO-2022-JP-2", "ISOIR159": "ISO-2022-JP-2", "ISOIR6": "ASCII", "ISOIR100": "ISO-8859-1",
    "ISOIR192": "UTF-8", "GB180302000": "GB18030", "GB18030": "GB18030", "KSX1001": "EUC-KR", "CNS116431992": "EUC-TW",
    "BIG5": "BIG5", "WINDOWS1252": "WINDOWS-1252", "CP1252": "WINDOWS-1252", "WINDOWS1250": "WINDOWS-1250",
    "WINDOWS1251": "WINDOWS-1251", "WINDOWS1253": "WINDOWS-1253",
  ]

  /// The text of a message's bytes.
  ///
  /// A message that declares nothing is ASCII by the standard; where it is not, it is UTF-8 if it can be, else
  /// Windows-1252, as systems write it that never thought about it.
  ///
  /// - Throws: ``HL7Error`` `characterSet` where the bytes are no text in the set.
  func text(_ bytes: [UInt8]) throws(HL7Error) -> String {
    if bytes.allSatisfy({ $0 < 0x80 && $0 != 0x1B }) { return String(decoding: bytes, as: UTF8.self) }
    for set in name.map({ [$0] }) ?? ["UTF-8", "WINDOWS-1252"] {
      if set == "UTF-8" {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
      } else if let text = Self.convert(bytes, from: set) {
        return text
      }
    }
    throw HL7Error(.characterSet, "the bytes are not text in the character set \(name ?? "that they seem to be in")")
  }

  private static func convert(_ bytes: [UInt8], from set: String) -> String? {
    guard let handle = iconv_open("UTF-8", set), Int(bitPattern: handle) != -1 else { return nil }
    defer { iconv_close(handle) }
    var input = bytes.map { CChar(bitPattern: $0) }
    // No character of these sets takes more than four bytes of UTF-8 for one of its own.
    let capacity = input.count * 4 + 16
    var failed = false
    let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
      input.withUnsafeMutableBufferPointer { input in
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          var from = input.baseAddress
          var fromLeft = input.count
          var to = buffer.baseAddress
          var toLeft = capacity
          failed = iconv(handle, &from, &fromLeft, &to, &toLeft) != 0 || fromLeft != 0
          filled = capacity - toLeft
        }
      }
    }
    return failed ? nil : String(decoding: output, as: UTF8.self)
  }
}
