import LoopbackSSHD
import Site
import Spool
import SystemPackage

/// The two sites, and the server over which they reach one another.
struct DemoPost {
  let ch1, ch2: DemoSite
  let server: LoopbackSSHD

  /// Makes them in a folder: sites, server, and the cards exchanged.
  init(in folder: FilePath) throws {
    let names = try ["ch1", "ch2"].map { text in
      guard let name = SiteName(text) else { throw Failure(.usage, "\(text) is no site name.") }
      return name
    }
    let configurations = try names.map { try InitCommand.makeSite($0, root: folder.appending($0.text)) }
    let keys = try configurations.map { try Keys.load($0.keys) }
    for (configuration, partner) in zip(configurations, names.reversed()) {
      try Spool(configuration.spool).create(partner: partner.text)
    }
    let sshd = folder.appending("sshd")
    try Disk().makeDirectory(sshd)
    server = try LoopbackSSHD(
      directory: sshd,
      accounts: [
        (Spool(configurations[1].spool).mailbox("ch1").root, keys[0].transport.publicKey.line),
        (Spool(configurations[0].spool).mailbox("ch2").root, keys[1].transport.publicKey.line),
      ])
    var cards: [PartnerCard] = []
    for (configuration, partner) in zip(configurations, names.reversed()) {
      try Self.configure(configuration, server)
      var card = try Site.open(configuration.file).card()
      // Everybody logs in as one user here, who sees all folders; at a real site each partner is locked into its own.
      card.sftp.user = server.user
      card.sftp.directory = Spool(configuration.spool).mailbox(partner.text).root.string
      cards.append(card)
    }
    ch1 = try DemoSite(configurations[0].file, partner: cards[1], card: cards[0])
    ch2 = try DemoSite(configurations[1].file, partner: cards[0], card: cards[1])
  }

  /// What differs from the defaults: nothing waits long here.
  private static func configure(_ made: Configuration, _ server: LoopbackSSHD) throws {
    try Disk().write(
      """
      # A site of the demo. For every key with its default: studypost init --site NAME --root DIR
      site = "\(made.site)"
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

      [ship]
      retry_first = "1s"

      [limits]
      min_free = "256MiB"

      """.utf8, to: made.file, mode: 0o644)
  }
}

/// A site of the demo, with what it shows.
struct DemoSite {
  let site: LocalSite
  let fingerprint: String
  var name: String { site.configuration.site.text }

  fileprivate init(_ file: FilePath, partner: PartnerCard, card: PartnerCard) throws {
    site = try LocalSite(Configuration.load(file))
    fingerprint = card.fingerprint
    var book = try site.partners()
    try book.add(partner)
  }

  /// Drops the patient list as an EHR does: under another name first, then whole.
  func dropPatients(_ patients: [SyntheticPatient], by folder: FilePath) throws {
    let list = folder.appending("patients.csv")
    try Disk().write(SyntheticPatient.csv(patients).utf8, to: list)
    try Disk().move(list, to: site.spool[.patients].appending("patients.csv"))
  }
}
