/// What text is taken for that is not ASCII, though (0008,0005) declares nothing else: systems exist that write so.
///
/// The standard has such a file wrong (PS3.5 6.1.2.1). Each of the `terms` is tried in order; the first whose encoding
/// the bytes keep to is taken. The usual rule is UTF-8, which other text hardly ever looks like, and then ISO 8859-1, in
/// which every byte is a character.
public struct UndeclaredText: Hashable, Sendable {
  /// The defined terms of character sets (PS3.3 C.12.1.1.2), `ISO_IR 192` for instance.
  public let terms: [String]
  let sets: [CharacterSet]

  /// A rule that tries these sets in order; with none, such text is an error.
  ///
  /// Throws `.characterSet` for a term that the standard does not define.
  public init(terms: [String]) throws {
    self.terms = terms
    sets = terms.map { CharacterSet(terms: [$0], undeclared: .refused) }
    for term in sets.compactMap(\.unknownTerm) {
      throw DICOMError(
        .characterSet, "\(term.quoted) is not a defined term of a character set, as ISO_IR 192 or ISO_IR 100 are")
    }
  }

  private init(_ terms: [String], _ sets: [CharacterSet]) {
    self.terms = terms
    self.sets = sets
  }

  /// UTF-8 if it is that, else ISO 8859-1.
  public static let `default` = UndeclaredText(["ISO_IR 192", "ISO_IR 100"], [.utf8, .latin1])

  /// Text that is not ASCII is an error.
  public static let refused = UndeclaredText([], [])
}
