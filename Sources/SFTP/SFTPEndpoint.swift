/// Where a partner's SFTP server is, as whom to log in, and the one host key that it may present.
public struct SFTPEndpoint: Hashable, Sendable {
  /// A host name, or an IPv4 or IPv6 address.
  public var host: String
  /// The TCP port.
  public var port: Int
  /// The user name to log in with.
  public var user: String
  /// The pinned host key's public line, `ssh-ed25519 AAAA…` or `ecdsa-sha2-nistp256 AAAA…` (also 384 and 521).
  public var hostKey: String

  /// Describes a partner's server.
  public init(host: String, port: Int = 22, user: String, hostKey: String) {
    self.host = host
    self.port = port
    self.user = user
    self.hostKey = hostKey
  }

  /// `host:port`, with the brackets of RFC 3986 around an IPv6 address.
  var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
