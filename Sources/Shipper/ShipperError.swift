/// Why a parcel could not be shipped, where neither the connection nor the journal is the reason.
public struct ShipperError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// The parcel's folder cannot be read at present.
    case unreadable
    /// The partner's server has no mailbox where the card says.
    case mailbox
  }

  /// The kind of failure.
  public let code: Code
  /// The folder or file concerned: on this side for `unreadable`, on the partner's for `mailbox`.
  public let path: String
  /// What happened and what to do.
  public let message: String
  /// The error behind it.
  public let cause: any Error

  init(_ code: Code, _ path: String, _ message: String, cause: any Error) {
    self.code = code
    self.path = path
    self.message = message
    self.cause = cause
  }

  /// The path, what happened and what to do, and the cause.
  public var description: String { "\(path): \(message) (\(cause))" }
}
