/// What went wrong with the journal, or what it refused to record.
public struct JournalError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// The database cannot be opened or is damaged.
    case unusable
    /// There is no journal where one must be.
    case missing
    /// A newer version of the program wrote it.
    case newer
    /// A transaction failed, for now: no space, a busy file, an I/O error. Nothing of it was written.
    case notWritten
    /// Nothing in the journal has that name.
    case notFound
    /// The thing is in a state in which the request makes no sense.
    case wrongState
  }

  /// The kind of failure.
  public let code: Code
  /// What happened and what to do.
  public let message: String
  /// What SQLite said, where it did.
  public let cause: (any Error)?

  /// Creates an error.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// What happened and what to do.
  public var description: String { message }
}
