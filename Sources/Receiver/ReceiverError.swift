public import SystemPackage

/// Why a parcel cannot be handled now, where neither the parcel nor a single file operation is the reason.
public struct ReceiverError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure.
  public enum Code: Sendable, Equatable {
    /// There is too little space.
    case space
  }

  /// The kind of failure.
  public let code: Code
  /// The folder concerned.
  public let path: FilePath
  /// What happened.
  public let message: String

  init(_ code: Code, _ path: FilePath, _ message: String) {
    self.code = code
    self.path = path
    self.message = message
  }

  /// The folder and what happened.
  public var description: String { "\(path): \(message)" }
}
