/// Why a key, a signature or an age file was refused.
public struct SealingError: Error, CustomStringConvertible, Sendable {
  /// The class of failure. The age classes are those of the C2SP test vectors.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code as one word, for logs.
    public let description: String

    /// A key, identity or recipient cannot be read or cannot be used for this.
    public static let key = Code(description: "key")
    /// A signature cannot be read, is by another key, or does not fit the message.
    public static let signature = Code(description: "signature")
    /// A signature was made for another purpose, or the namespace asked for is empty.
    public static let namespace = Code(description: "namespace")
    /// The age header is malformed.
    public static let header = Code(description: "header")
    /// The age file is for other recipients.
    public static let noMatch = Code(description: "noMatch")
    /// The age header was altered after the file key had been sealed.
    public static let hmac = Code(description: "hmac")
    /// The age payload was altered, truncated or extended.
    public static let payload = Code(description: "payload")
  }

  /// The class of failure.
  public let code: Code
  /// What happened and what to do, as a sentence for people.
  public let message: String

  /// The message.
  public var description: String { message }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
