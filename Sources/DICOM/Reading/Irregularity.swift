/// Something in a file that breaks the standard and yet leaves its meaning clear: other readers take it, too.
///
/// Only `contradictory` leaves open what the file says: a person has to look.
public struct Irregularity: Sendable, Hashable, CustomStringConvertible {
  /// The kind of irregularity.
  public enum Kind: String, Sendable, CaseIterable {
    /// An item or sequence delimiter where nothing is open: it is stepped over.
    case strayDelimiter
    /// A delimiter at the end of an item or sequence of known length, counted within it.
    case countedDelimiter
    /// Encapsulated data that ends with the file, without a delimiter.
    case missingDelimiter
    /// An element that occurs twice with the same value.
    case repeated
    /// An element that occurs twice with different values: DCMTK reads the first, pydicom the last. This module reads the
    /// first.
    case contradictory
    /// Bytes of one value behind the last element.
    case padding
    /// A byte before the first element.
    case strayByte
    /// Elements of group 0000, which belong to a network message.
    case command
    /// File meta information within the data set.
    case metaInDataSet
    /// A character set that the standard does not define: its text is read as text is whose character set is not declared.
    case characterSet
  }

  /// The kind of irregularity.
  public let kind: Kind
  /// The element concerned.
  public let tag: Tag?
  /// Where it is: bytes from the start of the file, or of the inflated data set of a deflated file.
  public let offset: Int64
  /// The sentence for people.
  private let sentence: String

  init(_ kind: Kind, _ sentence: String, tag: Tag? = nil, offset: Int64) {
    self.kind = kind
    self.sentence = sentence
    self.tag = tag
    self.offset = offset
  }

  /// Element, offset and what is irregular, in one line.
  public var description: String { (tag.map { "\($0) " } ?? "") + "at byte \(offset): " + sentence }
}

/// The irregularities of a file: the first of each kind that there are many of.
struct Irregularities: Sendable {
  private(set) var found: [Irregularity] = []

  private static let most = 64

  /// Contradictions count more than what is only unusual.
  mutating func add(_ irregularity: Irregularity) {
    if found.count < Irregularities.most {
      found.append(irregularity)
    } else if irregularity.kind == .contradictory,
      let place = found.lastIndex(where: { $0.kind != .contradictory })
    {
      found[place] = irregularity
    }
  }
}
