/// One kind of file that is found in the field, and how to make it.
public struct Recipe: Sendable, CustomStringConvertible {
  /// What is to become of it.
  public enum Outcome: Sendable, Hashable {
    /// Carried byte for byte, coerced and imported.
    case imported
    /// Carried byte for byte, and held at the receiver under this word; a person who accepts it has it imported.
    case held(String)
    /// It reads to its end, but may not be finished: taken after `partial_after`.
    case doubted
    /// Not finished: never taken.
    case unfinished
  }

  /// Which of the oracles list all that is in it, without an error.
  public struct Readers: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int
    /// From the bits.
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// pydicom, by `dcmread(force=True)` and a look at each element.
    public static let pydicom = Readers(rawValue: 1)
    /// `dcmdump`.
    public static let dcmdump = Readers(rawValue: 2)
    /// Both.
    public static let both: Readers = [.pydicom, .dcmdump]
  }

  /// The malformation, in words that are the same for all of its kind.
  public let kind: String
  /// What tells it from others of its kind.
  public let variant: String
  /// What is to become of it.
  public let outcome: Outcome
  /// Who else reads all of it.
  public let readers: Readers
  /// The file's bytes.
  public let make: @Sendable (Subject) -> [UInt8]

  /// Kind and variant.
  public var description: String { "\(kind): \(variant)" }

  init(
    _ kind: String, _ variant: String, _ outcome: Outcome = .imported, readers: Readers = [],
    _ make: @escaping @Sendable (Subject) -> [UInt8]
  ) {
    self.kind = kind
    self.variant = variant
    self.outcome = outcome
    self.readers = readers
    self.make = make
  }

  /// All recipes.
  public static var all: [Recipe] {
    delimiters + repetitions + padding + beginnings + encapsulation + identifiers + characterSets
  }
}
