/// Why a text is not an HL7 version 2 message.
public struct HL7Error: Error, CustomStringConvertible, Sendable {
  /// The class of failure.
  public enum Code: String, Sendable {
    /// It does not begin with MSH.
    case notHL7
    /// MSH-1 and MSH-2 name no usable delimiters.
    case delimiters
    /// A line is not a segment.
    case segment
    /// It is longer than ``Message/longest``, or has more parts than ``Message/mostParts``.
    case tooLong
    /// Its bytes are not text in the character set that it declares, or the set is not known.
    case characterSet
  }

  /// The class of failure.
  public let code: Code
  /// What happened, for people.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
