import SFTP
import Site

/// A partner's SFTP server as this site uses it, for checks and tests by hand.
struct Remote {
  let endpoint: SFTPEndpoint
  private let keys: Keys
  private let directory: String

  init(_ partner: Partner, from site: SiteName, keys: Keys) {
    let server = partner.card.sftp
    endpoint = SFTPEndpoint(
      host: server.host, port: server.port, user: server.user(for: site), hostKey: server.hostKey.line)
    self.keys = keys
    directory = server.directory
  }

  /// Connects, checks the host key and logs in.
  func connect(isCancelled: @escaping () -> Bool = { false }) throws(SFTPError) -> SFTPSession {
    try SFTPSession(
      connecting: endpoint, privateKey: keys.transport.openSSHPrivateKey(comment: ""),
      publicKeyLine: keys.transport.publicKey.line,
      timeouts: SFTPTimeouts(connect: .seconds(10), answer: .seconds(20), stall: .seconds(20), sync: .seconds(60)),
      isCancelled: isCancelled)
  }

  /// A path in the mailbox there.
  func path(_ names: String...) -> String {
    (directory.hasSuffix("/") ? directory : directory + "/") + names.joined(separator: "/")
  }

  /// Looks whether the mailbox is one.
  func checkMailbox(_ session: SFTPSession) throws {
    for name in ["incoming", "new", "receipts"] {
      guard try session.status(path(name))?.isDirectory == true else {
        throw Failure(
          .no,
          "\(endpoint.host):\(endpoint.port): \(path(name)) is no folder there. Is sftp.directory on the card right, and "
            + "has the partner added this site?")
      }
    }
  }
}
