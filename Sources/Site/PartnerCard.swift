import Crypto
public import Sealing

/// What two sites exchange so that each can write to the other: names, keys, and how to reach the SFTP server.
///
/// Cards travel by mail and are confirmed by phone, by their ``fingerprint``.
public struct PartnerCard: Hashable, Sendable {
  /// The site.
  public var site: SiteName
  /// The hospital's name.
  public var name: String
  /// How to reach its people; may be empty.
  public var contact: String
  /// Verifies its manifests and receipts (Ed25519).
  public var signingKey: SSHPublicKey
  /// Logs it in at its partners' SFTP servers (Ed25519).
  public var transportKey: SSHPublicKey
  /// What its payloads are encrypted to.
  public var encryptionKey: AgeRecipient
  /// Its SFTP server.
  public var sftp: Server
  /// The keys that it had before, where it changed them lately.
  public var former: Former?

  /// A site's SFTP server, as its partners see it.
  public struct Server: Hashable, Sendable {
    /// Its host name or address.
    public var host: String
    /// Its port.
    public var port: Int
    /// Its host key (Ed25519 or ECDSA); no other is accepted there.
    public var hostKey: SSHPublicKey
    /// The user to log in as; nil: the usual one, see ``user(for:)``.
    public var user: String?
    /// The mailbox as that user sees it.
    public var directory: String

    /// A server.
    public init(host: String, port: Int = 22, hostKey: SSHPublicKey, user: String? = nil, directory: String = "/") {
      self.host = host
      self.port = port
      self.hostKey = hostKey
      self.user = user
      self.directory = directory
    }

    /// The user as whom a site logs in here: the card's, or `sp-` and the connecting site's name.
    public func user(for site: SiteName) -> String { user ?? "sp-\(site)" }
  }

  /// A card.
  public init(
    site: SiteName, name: String, contact: String, signingKey: SSHPublicKey, transportKey: SSHPublicKey,
    encryptionKey: AgeRecipient, sftp: Server, former: Former? = nil
  ) {
    self.site = site
    self.name = name
    self.contact = contact
    self.signingKey = signingKey
    self.transportKey = transportKey
    self.encryptionKey = encryptionKey
    self.sftp = sftp
    self.former = former
  }

  /// The SHA-256 of all that the card says, as 16 groups of four hexadecimal digits to read out by phone.
  ///
  /// What is hashed is the line `studypost-card/1` and a line `key = value` per field, in the order of ``toml()``, with
  /// tables spelt out (`sftp.host`) and an absent user empty. Spacing and comments of the file do not count, and former keys do
  /// not: they have a signature.
  public var fingerprint: String {
    let lines = ["studypost-card/1"] + fields.map { "\($0.key) = \($0.value)" }
    let text = lines.map { $0 + "\n" }.joined()
    let digits = SHA256.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return stride(from: 0, to: digits.count, by: 2)
      .map { digits[$0..<min($0 + 2, digits.count)].joined() }
      .joined(separator: " ")
  }

  var fields: [(key: String, value: String)] {
    [
      ("site", site.text), ("name", name), ("contact", contact), ("signing_key", signingKey.line),
      ("transport_key", transportKey.line), ("encryption_key", encryptionKey.text), ("sftp.host", sftp.host),
      ("sftp.port", String(sftp.port)), ("sftp.host_key", sftp.hostKey.line), ("sftp.user", sftp.user ?? ""),
      ("sftp.directory", sftp.directory),
    ]
  }
}
