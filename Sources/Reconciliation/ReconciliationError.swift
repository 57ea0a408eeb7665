/// What is wrong with an instance that should be reconciled, or with the patient whose it should be.
public struct ReconciliationError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// An instance holds more than any real one does.
    case limit
    /// The local patient cannot be written into an instance.
    case patient
  }

  /// The kind of failure.
  public let code: Code
  /// What happened and what to do.
  public let message: String

  /// Creates an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// What happened and what to do.
  public var description: String { message }
}
