internal import SFTP
internal import Sealing
internal import Site
internal import Spool

/// Opens sessions with this site's transport key.
struct Connecting: Sendable {
  let site: SiteName
  /// The transport key in OpenSSH's form, and its public line.
  let privateKey, publicKeyLine: String

  init(_ site: SiteName, _ transport: SigningKey) {
    self.site = site
    privateKey = transport.openSSHPrivateKey(comment: "")
    publicKeyLine = transport.publicKey.line
  }

  func callAsFunction(_ partner: Partner, _ stop: Stop) throws(SFTPError) -> any RemoteFiles {
    let server = partner.card.sftp
    return try SFTPSession(
      connecting: SFTPEndpoint(
        host: server.host, port: server.port, user: server.user(for: site), hostKey: server.hostKey.line),
      privateKey: privateKey, publicKeyLine: publicKeyLine, isCancelled: { stop.isRequested })
  }
}
