internal import GRDB

/// What went wrong with the journal, or what it refused to record.
public struct JournalError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// The database cannot be opened or is damaged.
    case unusable
    /// Nothing in the journal has that name.
    case notFound
    /// The thing is in a state in which the request makes no sense.
    case wrongState
    /// The new patient list is much smaller than the index that it would replace.
    case shrinks
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
