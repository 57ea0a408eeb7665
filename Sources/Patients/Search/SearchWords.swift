internal import Foundation

/// Names as words that are searched: without regard to case, accents, order and particles, and with the ways of writing one
/// name as one word (`Ülker`, `UELKER`).
enum SearchWords {
  /// What search has of names; each hyphenated or many-worded name also as one word.
  static func text(of names: [String]) -> String {
    var words: [String] = []
    for name in names where !name.isEmpty {
      let parts = split(name)
      words += bare(parts)
      if parts.count > 1 { words.append(parts.joined()) }
    }
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }.joined(separator: " ")
  }

  /// What is searched for: each must be found, as any of its spellings.
  static func wanted(_ text: String) -> [[String]] {
    let parts = split(text)
    var wanted: [[String]] = []
    var led = ""
    for part in parts {
      if nameParticles.contains(part) {
        led += part
      } else {
        // “Van den Berghe” is also “Vandenberghe”.
        wanted.append(led.isEmpty ? [part] : [part, led + part])
        led = ""
      }
    }
    return wanted.isEmpty && !led.isEmpty ? [[led]] : wanted
  }

  private static func bare(_ parts: [String]) -> [String] {
    let bare = parts.filter { !nameParticles.contains($0) }
    return bare.isEmpty ? parts : bare
  }

  /// The words of a name: folded letters and digits.
  static func split(_ name: String) -> [String] {
    var name = name
    let plain = name.withUTF8 { plainWords($0) }
    return plain ?? foldedWords(name)
  }

  /// As ``foldedWords(_:)`` does, for what is ASCII alone.
  private static func plainWords(_ bytes: UnsafeBufferPointer<UInt8>) -> [String]? {
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    var words: [String] = []
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count + 1) { word in
      var count = 0
      for byte in bytes {
        switch byte {
        case 0x41...0x5A, 0x30...0x39: append(byte)
        case 0x61...0x7A: append(byte - 0x20)
        default: flush()
        }
      }
      flush()
      func append(_ byte: UInt8) {
        // AE, OE and UE are as often written as one letter, which is then folded to its first.
        if byte == 0x45, count > 0, [0x41, 0x4F, 0x55].contains(word[count - 1]) { return }
        word[count] = byte
        count += 1
      }
      func flush() {
        if count > 0 { words.append(String(decoding: word[..<count], as: UTF8.self)) }
        count = 0
      }
    }
    return words
  }

  private static func foldedWords(_ name: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    func flush() {
      if !word.isEmpty { words.append(String(word)) }
      word = String.UnicodeScalarView()
    }
    func append(_ scalar: Unicode.Scalar) {
      if scalar == "E", let last = word.last, "AOU".unicodeScalars.contains(last) { return }
      word.append(scalar)
    }
    for scalar in name.decomposedStringWithCompatibilityMapping.unicodeScalars {
      switch scalar {
      case "\u{3099}", "\u{309A}": append(scalar)  // the voicing of kana: another sound, not a mark
      case "\u{30A1}"..."\u{30F6}": Unicode.Scalar(scalar.value - 0x60).map(append)
      case "ß", "ẞ":
        append("S")
        append("S")
      case "ø", "Ø", "œ", "Œ": append("O")
      case "æ", "Æ": append("A")
      case "ł", "Ł": append("L")
      case "đ", "Đ", "ð", "Ð": append("D")
      case "þ", "Þ":
        append("T")
        append("H")
      case "ı": append("I")
      default:
        if scalar.properties.generalCategory == .nonspacingMark { continue }
        guard scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber else {
          flush()
          continue
        }
        for upper in scalar.properties.uppercaseMapping.unicodeScalars { append(upper) }
      }
    }
    flush()
    return words
  }
}
