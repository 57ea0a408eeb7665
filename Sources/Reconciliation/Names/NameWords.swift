import Foundation
import Patients

/// The words of one component of a person name as they are compared: folded letters, parted at hyphens and spaces,
/// without titles, and with the suffix apart.
///
/// The alphabetic, ideographic and phonetic groups of a person name (PS3.5 6.2.1) share no letters, so that words of
/// each meet only their own.
struct NameWords {
  /// One word in the ways in which it is commonly written: with umlauts stripped, and with them spelt out.
  struct Word: Hashable {
    let spellings: [[Unicode.Scalar]]

    /// A word that says nothing by itself: an article, a preposition, or what joins two names.
    var isParticle: Bool { nameParticles.contains(text) }

    /// A single letter of a script in which it stands for a longer name.
    var isInitial: Bool { letters.count == 1 && letters.allSatisfy(\.properties.isUppercase) }

    /// With umlauts stripped.
    var letters: [Unicode.Scalar] { spellings.first ?? [] }
    var text: String { String(String.UnicodeScalarView(letters)) }
  }

  /// The words between two hyphens.
  typealias Piece = [Word]

  /// The pieces of the component; none of them is empty.
  private(set) var pieces: [Piece]
  /// What tells father from son, in one spelling: `JR`, `SR`, `II` …
  private(set) var suffix: String?
  /// Rules that are left out.
  let lifted: MatchingRules

  /// All letters and digits.
  var letters: String { words.map(\.text).joined() }

  /// All words in their order.
  var words: [Word] { pieces.flatMap(\.self) }

  /// Longer components are cut: nobody's is, and the comparison takes the square of the length.
  private static let longest = 128

  /// The words of a component; there may be none.
  init(_ text: String, without lifted: MatchingRules = []) {
    self.lifted = lifted
    pieces = Self.split(text, spellingOut: !lifted.contains(.spellingOut))
    if !lifted.contains(.titles) { dropTitles() }
    takeSuffix()
  }

  /// Some words, in the order in which they stand in no component.
  init(words: some Sequence<Word>, without lifted: MatchingRules) {
    self.lifted = lifted
    pieces = words.map { [$0] }
  }

  private static func split(_ text: String, spellingOut: Bool = true) -> [Piece] {
    let text = text.unicodeScalars.prefix(longest)
    let plain = separated(fold(text, spellingOut: false))
    let spelt = separated(fold(text, spellingOut: spellingOut))
    return zip(plain, spelt).map { plain, spelt in
      zip(plain, spelt).map { Word(spellings: $0 == $1 ? [$0] : [$0, $1]) }
    }.filter { !$0.isEmpty }
  }

  private static func separated(_ letters: [Unicode.Scalar]) -> [[[Unicode.Scalar]]] {
    letters.split { $0.isHyphen }.map { piece in
      piece.split(whereSeparator: \.partsWords).map { $0.filter(\.isLetterOrDigit) }.filter { !$0.isEmpty }
    }
  }

  /// Drops the other words.
  mutating func keep(_ isKept: (Word) -> Bool) {
    pieces = pieces.map { $0.filter(isKept) }.filter { !$0.isEmpty }
  }

  private mutating func dropTitles() {
    func isTitle(_ word: Word) -> Bool { Self.titles.contains(word.text) }
    if !words.allSatisfy(isTitle) { keep { !isTitle($0) } }
  }

  private mutating func takeSuffix() {
    guard words.count > 1, let last = pieces.last?.last, let suffix = Self.suffixes[last.text] else { return }
    self.suffix = suffix
    pieces[pieces.count - 1].removeLast()
    keep { _ in true }
  }

  /// What a suffix component says (PS3.5 6.2.1.1), where it is one that tells father from son.
  static func suffix(of component: String) -> String? {
    Self.split(component).flatMap(\.self).lazy.compactMap { suffixes[$0.text] ?? romanNumbers[$0.text] }.first
  }
}

// MARK: - The lists

extension NameWords {
  /// What stands before many names without a space, so that it makes no two of them alike; the longest first.
  static let gluedParticles: [[Unicode.Scalar]] = [
    "VANDEN", "VANDER", "ABDEL", "ABDUL", "DELLA", "VANDE", "DELA", "VANT", "VON", "VAN", "VER", "BEN", "BOU", "DEL",
    "DEN", "DER", "DES", "DOS", "MAC", "TEN", "TER", "AL", "DA", "DE", "DI", "DU", "EL", "LA", "LE", "MC", "O",
  ].map { Array($0.unicodeScalars) }

  fileprivate static let titles: Set<String> = [
    "DDR", "DENT", "DHR", "DIPL", "DOZ", "DR", "DRA", "DRS", "FRAU", "HC", "HERR", "HR", "ING", "IR", "LIC", "MAG",
    "MD", "MED", "MELLE", "MEVR", "MISS", "MLLE", "MME", "MR", "MRS", "MS", "MW", "PHD", "PR", "PRIV", "PROF", "SIG",
    "SIGRA", "SIR", "SRA", "SRTA", "UNIV",
  ]

  fileprivate static let suffixes: [String: String] = [
    "JR": "JR", "JNR": "JR", "JUNIOR": "JR", "FILHO": "JR", "SR": "SR", "SNR": "SR", "SENIOR": "SR", "NETO": "NETO",
    "SOBRINHO": "SOBRINHO", "II": "II", "III": "III", "IV": "IV", "2ND": "II", "3RD": "III", "4TH": "IV",
  ]

  /// A letter that is a name's beginning elsewhere.
  fileprivate static let romanNumbers = ["I": "I", "1ST": "I", "V": "V", "5TH": "V", "JUN": "JR", "SEN": "SR"]
}

// MARK: - Letters

extension NameWords {
  /// NFKD, marks stripped, letters that do not decompose spelt out, upper case, katakana as hiragana.
  ///
  /// - Parameter spellingOut: whether Ä, Ö, Ü, Å and Ø become two letters instead of one.
  private static func fold(_ text: some Sequence<Unicode.Scalar>, spellingOut: Bool) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    var folded: [Unicode.Scalar] = []
    for scalar in String(view).decomposedStringWithCompatibilityMapping.unicodeScalars {
      switch scalar {
      case "\u{3099}", "\u{309A}": folded.append(scalar)  // the voicing of kana: another sound, not a mark
      case "\u{30A1}"..."\u{30F6}": folded += Unicode.Scalar(scalar.value - 0x60).map { [$0] } ?? []
      case "\u{308}" where spellingOut && ["A", "O", "U"].contains(folded.last): folded.append("E")
      case "\u{30A}" where spellingOut && folded.last == "A": folded.append("A")
      case "ß", "ẞ": folded += ["S", "S"]
      case "ø", "Ø": folded += spellingOut ? ["O", "E"] : ["O"]
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

  /// An apostrophe parts a particle from its name as a space does, a full stop initials, a comma names.
  fileprivate var partsWords: Bool { properties.isWhitespace || "'’‘`´.,;/".unicodeScalars.contains(self) }

  fileprivate var isLetterOrDigit: Bool {
    properties.isAlphabetic || properties.generalCategory == .decimalNumber || self == "\u{3099}" || self == "\u{309A}"
  }
}
