import LoopbackSSHD
import SystemPackage

/// The two sites, and the server over which they reach one another, set up as two administrators would.
struct DemoPost {
  let ch1, ch2: DemoSite
  let server: LoopbackSSHD

  /// Each site with its partner.
  private static func pairs(_ ch1: DemoSite, _ ch2: DemoSite) -> [(site: DemoSite, partner: DemoSite)] {
    [(ch1, ch2), (ch2, ch1)]
  }

  /// Makes them in a folder: sites, server, and the cards exchanged.
  init(in folder: FilePath, _ program: Program, _ screen: DemoScreen) throws {
    let (ch1, ch2) = (DemoSite("ch1", in: folder, program), DemoSite("ch2", in: folder, program))
    (self.ch1, self.ch2) = (ch1, ch2)
    for (site, _) in Self.pairs(ch1, ch2) {
      let command = ["init", "--site", site.name, "--root", site.root.string]
      screen.show(site.name, command: command)
      try program.succeed(command)
    }
    let sshd = folder.appending("sshd")
    try makeFolder(sshd)
    server = try LoopbackSSHD(
      directory: sshd,
      accounts: Self.pairs(ch1, ch2).map { site, partner in
        (directory: site.spool("mailbox/\(partner.name)"), publicKey: try Self.transportKey(of: partner))
      })
    screen.tell(nil, "An OpenSSH server serves their mailboxes on 127.0.0.1:\(server.port).")

    let cards = folder.appending("cards")
    try makeFolder(cards)
    for (site, partner) in Self.pairs(ch1, ch2) {
      try write(Self.configuration(of: site, server), to: site.configuration)
      let command = site.command(["card"])
      let file = cards.appending("\(site.name).toml")
      screen.show(site.name, command: command, output: file)
      try write(Self.adapted(program.succeed(command), site, partner, server), to: file)
    }
    for (site, partner) in Self.pairs(ch1, ch2) {
      let command = site.command(["partner", "add", "--yes", cards.appending("\(partner.name).toml").string])
      screen.show(site.name, command: command)
      try program.succeed(command)
      for card in try site.document("partner", "list", as: [PartnerDocument].self) {
        screen.tell(site.name, "partner", "Has \(card.site)'s card, fingerprint \(card.fingerprint.prefix(9)) ...")
      }
    }
  }

  private static func transportKey(of site: DemoSite) throws -> String {
    let line = try readText(site.root.appending("keys/transport_ed25519.pub"))
    return line.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
  }

  /// Everybody logs in as one user here, who sees all folders; at a real site each partner is locked into its own.
  private static func adapted(
    _ card: String, _ site: DemoSite, _ partner: DemoSite, _ server: LoopbackSSHD
  ) throws -> String {
    let (directory, table) = ("directory = \"/\"", "\n[sftp]\n")
    guard card.contains(directory), card.contains(table) else {
      throw DemoError("\(site.name)'s card has other lines than the demo knows: \(card)")
    }
    return card.replacing(directory, with: "directory = \"\(site.spool("mailbox/\(partner.name)"))\"")
      .replacing(table, with: "\(table)user = \"\(server.user)\"\n")
  }

  /// What differs from the defaults: nothing waits long here.
  private static func configuration(of site: DemoSite, _ server: LoopbackSSHD) -> String {
    """
    # A site of the demo. For every key with its default: studypost init --site NAME --root DIR
    site = "\(site.name)"
    spool = "spool"
    journal = "journal.sqlite"
    keys = "keys"
    partners = "partners"

    [sftp]
    host = "127.0.0.1"
    port = \(server.port)
    host_key = "../sshd/host_ed25519.pub"

    [[source]]
    path = "spool/export"
    quiet = "2s"
    settle = "1s"

    [ship]
    retry_first = "1s"

    [limits]
    min_free = "256MiB"

    """
  }
}
