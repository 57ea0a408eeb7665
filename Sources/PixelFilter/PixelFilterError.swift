/// Why pixels could not be filtered or put back.
public struct PixelFilterError: Error, CustomStringConvertible, Sendable {
  /// The class of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's word, as it appears in logs.
    public let description: String

    init(_ description: String) {
      self.description = description
    }

    /// The filter says something of the image that cannot be, or goes beyond the limits.
    public static let geometry = Code("geometry")
    /// What is to be put back is not what the filter makes.
    public static let malformed = Code("malformed")
    /// There are fewer or more bytes than the filter says.
    public static let size = Code("size")
    /// What was filtered does not come back as it was: a fault of this program.
    public static let inverse = Code("inverse")
  }

  /// The class of failure.
  public let code: Code
  /// What happened, for people.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// What happened, in one line.
  public var description: String { "pixel filter: \(message)" }
}
