/// Why the throw-away server, or a process, could not be made or started.
public struct LoopbackSSHDError: Error, CustomStringConvertible, Sendable {
  /// What happened and what to do, for people.
  public let message: String
  /// The file concerned, if any.
  public let path: String?

  init(_ message: String, path: String? = nil) {
    self.message = message
    self.path = path
  }

  /// The message, preceded by the file concerned.
  public var description: String { path.map { "\($0): \(message)" } ?? message }
}
