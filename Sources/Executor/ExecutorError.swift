public import SystemPackage

/// Why something that is owed cannot be done.
public struct ExecutorError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// What is to be moved lies neither where it was nor where it should be.
    case missing
    /// Something else lies where it should be.
    case inTheWay
    /// A folder lies on another file system than when it was last in order.
    case wrongFileSystem
    /// The site's own command for alerts failed.
    case alertCommand
    /// The service was not given the key that this needs.
    case noKey
  }

  /// The kind of failure.
  public let code: Code
  /// The file or folder concerned.
  public let path: FilePath
  /// What happened and what to do.
  public let message: String
  /// The error behind it.
  public let cause: (any Error)?

  init(_ code: Code, _ path: FilePath, _ what: String, cause: (any Error)? = nil) {
    self.code = code
    self.path = path
    message = "\(path): \(what)"
    self.cause = cause
  }

  /// What happened and what to do.
  public var description: String { message }
}
