/// Why a session could not be opened, or what it was asked to do could not be done.
public struct SFTPError: Error, CustomStringConvertible, Sendable {
  /// The kinds of failure. More may come: have a default.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The kind's name, as in the interface.
    public let description: String

    /// The host name is unknown, or nobody answers there.
    public static let unreachable = Code(description: "unreachable")
    /// The server's host key is not the pinned one, or of a kind that is not accepted. Nothing was sent to it.
    public static let hostKey = Code(description: "hostKey")
    /// The server does not accept the key.
    public static let authentication = Code(description: "authentication")
    /// The server did not answer in time.
    public static let timeout = Code(description: "timeout")
    /// The connection ended.
    public static let disconnected = Code(description: "disconnected")
    /// The file or folder is not there.
    public static let notFound = Code(description: "notFound")
    /// The name is taken.
    public static let exists = Code(description: "exists")
    /// The server does not allow it.
    public static let permission = Code(description: "permission")
    /// The server could not write: its disk is full, or a quota is reached.
    public static let noSpace = Code(description: "noSpace")
    /// The server refused without saying why.
    public static let refused = Code(description: "refused")
    /// The server does not know how to do it.
    public static let unsupported = Code(description: "unsupported")
    /// The caller's `isCancelled` said so.
    public static let cancelled = Code(description: "cancelled")
    /// More names or bytes than the caller wants.
    public static let limit = Code(description: "limit")
    /// A file on this side cannot be read, or changed while it was read.
    public static let source = Code(description: "source")
    /// The server does not keep to the protocol, or shares no algorithm with this program.
    public static let protocolError = Code(description: "protocolError")
  }

  /// The kind of failure.
  public let code: Code
  /// The server, `host:port`.
  public let host: String
  /// The file or folder concerned, if any: on the server, or for `source` on this side.
  public let path: String?
  /// What happened and what to do, for people.
  public let message: String
  /// What lies beneath, if known: the operating system's, libssh2's or the server's own words.
  public let underlying: String?

  /// Creates an error.
  public init(_ code: Code, host: String, path: String? = nil, _ message: String, underlying: String? = nil) {
    self.code = code
    self.host = host
    self.path = path
    self.message = message
    self.underlying = underlying
  }

  /// Host, path, message and cause in one line.
  public var description: String {
    let place = path.map { "\(host): \($0)" } ?? host
    return "\(place): \(message)" + (underlying.map { " (\($0))" } ?? "")
  }
}
