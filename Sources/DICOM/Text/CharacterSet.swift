/// The character set of a data set's text, as (0008,0005) declares it (PS3.3 C.12.1.1.2).
struct CharacterSet: Hashable, Sendable {
  /// The defined terms, as written.
  let terms: [String]
  let scheme: Scheme
  /// The first term that the standard does not define.
  let unknownTerm: String?
  /// What text is taken for that the others cannot explain, where there is such a term.
  let undeclared: UndeclaredText

  enum Scheme: Hashable, Sendable {
    /// Nothing but the default repertoire: ASCII, and what the rule makes of other text.
    case undeclared
    case utf8
    /// One encoding for all text, without escape sequences: the C library's name.
    case whole(String)
    /// ISO 2022: the sets at the beginning of each text, and those that escape sequences may designate.
    case extended(lower: CodedSet, upper: CodedSet?, others: [CodedSet])
  }

  static let ascii = CharacterSet(terms: [], undeclared: .refused)
  static let utf8 = CharacterSet(terms: ["ISO_IR 192"], undeclared: .refused)
  static let latin1 = CharacterSet(terms: ["ISO_IR 100"], undeclared: .refused)

  static func undeclared(_ rule: UndeclaredText) -> CharacterSet { CharacterSet(terms: [], undeclared: rule) }

  init(terms: [String], undeclared: UndeclaredText) {
    let canonical = terms.map(CharacterSet.canonical)
    self.terms = terms
    self.undeclared = undeclared
    let unknown = canonical.indices.first { !CharacterSet.isKnown(canonical[$0], at: $0) }
    unknownTerm = unknown.map { terms[$0] }
    // In the first place, it leaves the default repertoire; in another, nothing.
    let known = canonical.enumerated().compactMap { index, term in
      CharacterSet.isKnown(term, at: index) ? term : index == 0 ? "" : nil
    }
    scheme = CharacterSet.scheme(known) ?? .undeclared
  }

  /// The set that the value of (0008,0005) declares.
  init(declared value: ArraySlice<UInt8>, undeclared: UndeclaredText) {
    if value.elementsEqual(CharacterSet.latin1Term) {
      self = .latin1
    } else if value.elementsEqual(CharacterSet.utf8Term) {
      self = .utf8
    } else {
      // More terms than the standard has are the unknown end of the last: each takes many times the memory of its byte.
      let terms = String(decoding: value, as: UTF8.self).split(
        separator: "\\", maxSplits: CharacterSet.registrations.count, omittingEmptySubsequences: false)
      self.init(terms: value.isEmpty ? [] : terms.map { String($0).trimmingPadding() }, undeclared: undeclared)
    }
  }

  /// Encodings of their own stand in the first place only (PS3.3 C.12.1.1.2).
  private static func isKnown(_ term: String, at index: Int) -> Bool {
    registrations[term] != nil || index == 0 && ["192", "GB18030", "GBK"].contains(term)
  }

  private static let latin1Term = Array("ISO_IR 100".utf8)
  private static let utf8Term = Array("ISO_IR 192".utf8)

  /// `ISO-IR 100`, `ISO IR 100`, `iso_ir_100` and the like are all meant as `ISO_IR 100`; the registration counts.
  private static func canonical(_ term: String) -> String {
    let words = term.uppercased().split { " _-".contains($0) }.joined(separator: " ")
    if words.hasPrefix("ISO 2022 IR ") { return String(words.dropFirst("ISO 2022 IR ".count)) }
    return words.hasPrefix("ISO IR ") ? String(words.dropFirst("ISO IR ".count)) : words
  }

  /// Nil where nothing but the default repertoire is declared.
  private static func scheme(_ terms: [String]) -> Scheme? {
    switch terms.first {
    case nil: return nil
    case "192": return .utf8
    case "GB18030", "GBK": return .whole(terms[0])
    default: break
    }
    if terms.allSatisfy({ $0.isEmpty || $0 == "6" }) { return nil }
    var sets: [CodedSet] = []
    for (index, term) in terms.enumerated() {
      guard let halves = registrations[term] else { continue }
      if index == 0 {
        sets = [halves.lower ?? .ascii] + (halves.upper.map { [$0] } ?? [])
      } else {
        sets += [halves.lower, halves.upper].compactMap { $0 }
      }
    }
    let first = registrations[terms[0]]
    // A two-byte set in the first place is not legal, yet seen: it is to be designated like any other.
    let lower = first?.lower.flatMap { $0.isDouble ? nil : $0 } ?? .ascii
    let upper = first?.upper.flatMap { $0.isDouble ? nil : $0 }
    return .extended(lower: lower, upper: upper, others: sets)
  }

  /// The sets of each ISO registration number (PS3.3 tables C.12-2 to C.12-4).
  private static let registrations: [String: (lower: CodedSet?, upper: CodedSet?)] = [
    "": (.ascii, nil), "6": (.ascii, nil),
    "100": (.ascii, .upper("ISO-8859-1")), "101": (.ascii, .upper("ISO-8859-2")),
    "109": (.ascii, .upper("ISO-8859-3")), "110": (.ascii, .upper("ISO-8859-4")),
    "144": (.ascii, .upper("ISO-8859-5")), "127": (.ascii, .upper("ISO-8859-6")),
    "126": (.ascii, .upper("ISO-8859-7")), "138": (.ascii, .upper("ISO-8859-8")),
    "148": (.ascii, .upper("ISO-8859-9")), "203": (.ascii, .upper("ISO-8859-15")),
    "166": (.ascii, .upper("TIS-620")), "13": (.romaji, .katakana),
    "87": (.jisX0208, nil), "159": (.jisX0212, nil), "149": (nil, .ksX1001), "58": (nil, .gb2312),
  ]
}
