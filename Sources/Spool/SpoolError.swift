public import SystemPackage

/// A file operation in the spool that did not happen, or that may not be durable.
public struct SpoolError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// The system refused the operation.
    case system
    /// There is no space left on the device, or the quota is used up.
    case noSpace
    /// The target exists.
    case exists
    /// The file does not exist (any more).
    case missing
    /// A file is not what it must be: a symbolic link, a device, changed while it was copied.
    case unfit
    /// A file has more bytes than it may have.
    case tooLarge
    /// Another process does this job already.
    case locked
  }

  /// The kind of failure.
  public let code: Code
  /// The file concerned.
  public let path: FilePath
  /// The system's error number, where there is one.
  public let errno: Errno?
  /// What happened, for people.
  public let message: String

  /// Creates an error that the system reported.
  init(_ operation: String, _ path: FilePath, _ errno: Errno) {
    code =
      switch errno {
      case .noSpace, .diskQuotaExceeded: .noSpace
      case .fileExists, .directoryNotEmpty: .exists
      case .noSuchFileOrDirectory: .missing
      default: .system
      }
    self.path = path
    self.errno = errno
    message = "\(path): cannot \(operation): \(errno)."
  }

  /// Creates an error that the spool itself raises.
  init(_ code: Code, _ path: FilePath, _ message: String) {
    self.code = code
    self.path = path
    errno = nil
    self.message = "\(path): \(message)"
  }

  /// What happened, for people.
  public var description: String { message }
}
