/// Why something cannot be shown or decided.
public struct DeskError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// Nothing has that id.
    case notFound
    /// More than one thing has an id that begins so.
    case ambiguous
    /// It is in a state in which the decision makes no sense.
    case wrongState
    /// The decision needs a reason.
    case needsReason
    /// Its files are not here, or not as they should be.
    case files
    /// The site must not run while this is done, or must be prepared for it first.
    case refused
    /// What was asked for makes no sense for this site.
    case usage
  }

  /// The kind of failure.
  public let code: Code
  /// What happened and what to do.
  public let message: String
  /// What speaks against it, one line each.
  public let lines: [String]
  /// The error behind it.
  public let cause: (any Error)?

  /// Creates an error.
  public init(_ code: Code, _ message: String, lines: [String] = [], cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.lines = lines
    self.cause = cause
  }

  /// What happened and what to do.
  public var description: String { ([message] + lines).joined(separator: "\n  ") }
}
