/// A value to be written, in whatever encoding and character set the file calls for.
public enum EditValue: Sendable, ExpressibleByStringLiteral {
  /// No value: a length of zero.
  case empty
  /// One value of text; a backslash is refused where it would make two of it.
  case string(String)
  /// Several values of text.
  case strings([String])
  /// Whole numbers, for a binary or a numeric text representation (US, IS and the like).
  case integers([Int])
  /// Tags (AT).
  case tags([Tag])
  /// The bytes of the value as they are to stand in the file; padded to an even length.
  case bytes([UInt8])
  /// The items of a sequence.
  case items([NewDataSet])

  /// One value of text.
  public init(stringLiteral value: String) { self = .string(value) }

  /// One whole number.
  public static func integer(_ value: Int) -> EditValue { .integers([value]) }
}
