import Foundation

/// A family or given name as it is compared: folded letters, in the ways in which the same name is commonly written.
///
/// The alphabetic, ideographic and phonetic groups of a person name (PS3.5 6.2.1) share no letters, so that each meets
/// only its own.
struct ComparableName {
  /// The whole name: as it stands, and without its particles (“Van den Berghe”, “Vandenberghe”, “Berghe”).
  let wholes: [[Unicode.Scalar]]
  /// Those, and the parts of a hyphenated name.
  let parts: [[Unicode.Scalar]]

  /// Longer names are cut: nobody's is, and the comparison takes the square of the length.
  private static let longest = 128

  /// Nil when no letter is in the text.
  init?(_ text: String) {
    let letters = Self.fold(text.unicodeScalars.prefix(Self.longest))
    let pieces = letters.split { $0.isHyphen }.map { piece in
      piece.split(whereSeparator: \.isSpace).map { $0.filter(\.isLetterOrDigit) }.filter { !$0.isEmpty }
    }
    let words = pieces.flatMap(\.self)
    guard !words.isEmpty else { return nil }
    wholes = Self.spellings(words)
    parts = wholes + (pieces.count > 1 ? pieces.flatMap(Self.spellings).filter { $0.count > 1 } : [])
  }

  /// The words run together, with and without particles; a name of particles alone keeps them.
  private static func spellings(_ words: [[Unicode.Scalar]]) -> [[Unicode.Scalar]] {
    guard !words.isEmpty else { return [] }
    let bare = words.filter { word in !particles.contains(String(String.UnicodeScalarView(word))) }
    return bare.isEmpty || bare.count == words.count
      ? [Array(words.joined())] : [Array(words.joined()), Array(bare.joined())]
  }

  private static let particles: Set<String> = [
    "A", "AF", "AL", "AP", "AV", "BEN", "BIN", "BINT", "D", "DA", "DAS", "DE", "DEGLI", "DEI", "DEL", "DELLA", "DEN",
    "DER", "DES", "DI", "DO", "DOS", "DU", "E", "EL", "IBN", "L", "LA", "LAS", "LE", "LES", "LO", "LOS", "OP", "S", "T",
    "TE", "TEN", "TER", "THE", "VAN", "VOM", "VON", "Y", "ZU", "ZUM", "ZUR",
  ]

  /// NFKD, marks stripped, letters that do not decompose spelt out, upper case, katakana as hiragana.
  private static func fold(_ text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    var folded: [Unicode.Scalar] = []
    for scalar in String(view).decomposedStringWithCompatibilityMapping.unicodeScalars {
      switch scalar {
      case "\u{3099}", "\u{309A}": folded.append(scalar)  // the voicing of kana: another sound, not a mark
      case "\u{30A1}"..."\u{30F6}": folded += Unicode.Scalar(scalar.value - 0x60).map { [$0] } ?? []
      case "ß", "ẞ": folded += ["S", "S"]
      case "ø", "Ø": folded.append("O")
      case "æ", "Æ": folded += ["A", "E"]
      case "œ", "Œ": folded += ["O", "E"]
      case "ł", "Ł": folded.append("L")
      case "đ", "Đ", "ð", "Ð": folded.append("D")
      case "þ", "Þ": folded += ["T", "H"]
      case "ı": folded.append("I")
      default:
        if scalar.properties.generalCategory == .nonspacingMark { continue }
        folded += scalar.properties.uppercaseMapping.unicodeScalars
      }
    }
    return folded
  }
}

extension Unicode.Scalar {
  fileprivate var isHyphen: Bool { properties.generalCategory == .dashPunctuation }

  /// An apostrophe parts a particle from its name as a space does.
  fileprivate var isSpace: Bool {
    properties.isWhitespace || self == "'" || self == "’" || self == "‘" || self == "`" || self == "´"
  }

  fileprivate var isLetterOrDigit: Bool {
    properties.isAlphabetic || properties.generalCategory == .decimalNumber || self == "\u{3099}" || self == "\u{309A}"
  }
}

extension ComparableName {
  /// The best Jaro–Winkler score of any way to write either family name or a hyphenated part of it.
  static func familyScore(_ left: [ComparableName], _ right: [ComparableName]) -> Double {
    best(left, right) { one, other in one.parts.flatMap { part in other.parts.map { jaroWinkler(part, $0) } } }
  }

  /// The best Jaro–Winkler score of two given names, 1 where one begins the other (“Jan” and “Jan Willem”).
  static func givenScore(_ left: [ComparableName], _ right: [ComparableName]) -> Double {
    best(left, right) { one, other in
      one.wholes.flatMap { whole in
        other.wholes.map { $0.starts(with: whole) || whole.starts(with: $0) ? 1 : jaroWinkler(whole, $0) }
      }
    }
  }

  private static func best(
    _ left: [ComparableName], _ right: [ComparableName], _ scores: (ComparableName, ComparableName) -> [Double]
  ) -> Double {
    var best = 0.0
    for one in left {
      for other in right { best = max(best, scores(one, other).max() ?? 0) }
    }
    return best
  }
}
