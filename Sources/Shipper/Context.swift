import Journal
import Logging
import SFTP
import Site
import Spool

/// What the threads of all partners share.
struct Context: Sendable {
  let configuration: Configuration
  /// The transport key in OpenSSH's form, and its public line.
  let privateKey, publicKeyLine: String
  let spool: Spool
  let journal: Journal
  let logger: Logger

  /// The partner's server, and as whom this site logs in there.
  func endpoint(of partner: Partner) -> SFTPEndpoint {
    let server = partner.card.sftp
    return SFTPEndpoint(
      host: server.host, port: server.port, user: server.user(for: configuration.site), hostKey: server.hostKey.line)
  }
}
