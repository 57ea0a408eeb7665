import ArgumentParser
import Desk
import Glibc
import SFTP
import Site
import Spool
import SystemPackage

/// `partner test`: all that shipping does, with a probe instead of a parcel.
struct PartnerTest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Probe a partner by a full dry run: log in, write, deliver, read back, remove.",
    discussion: "What this site's login must not be able to do there is tried, too: to be forwarded into their network."
  )

  @OptionGroup var site: SiteOptions
  @Argument(help: "The partner's site.") var name: String

  /// Enough to tell a slow line from a fast one.
  private static let probeBytes = 4 << 20

  func run() throws {
    let configuration = try site.configuration()
    _ = try Rights.installation(configuration, for: "use this site's keys", command: "partner test \(name)")
    let keys = try Keys.load(configuration.keys)
    let book = try PartnerBook.read(configuration.partners, owner: configuration.site).book
    guard let partner = SiteName(name).flatMap({ book[$0] }) else {
      throw Failure(.no, "\(name) is not a partner, or its file is not in order. See: studypost partner list")
    }
    let remote = Remote(partner, from: configuration.site, keys: keys)
    let endpoint = remote.endpoint
    let session = try step(
      "connect to \(endpoint.host):\(endpoint.port), check its host key, log in as \(endpoint.user)"
    ) { try remote.connect() }
    defer { session.close() }
    try step("find the mailbox in \(partner.card.sftp.directory)") { try remote.checkMailbox(session) }

    // A dot in front: the receiver there passes it over.
    let name = "\(Mailbox.probePrefix)\(configuration.site)-\(getpid())"
    let (folder, delivered) = (remote.path("incoming", name), remote.path("new", name))
    let (first, second) = ("\(folder)/probe.tmp", "\(folder)/probe")
    defer {
      for folder in [folder, delivered] {
        for file in ["probe.tmp", "probe"] { try? session.remove("\(folder)/\(file)") }
        try? session.removeDirectory(folder)
      }
    }
    try step("make a folder in incoming/") { try session.makeDirectory(folder) }
    let probe = (0..<Self.probeBytes).map { _ in UInt8.random(in: 0...255) }
    let seconds = try step("write a probe of \(bytesInWords(Int64(probe.count)))") {
      let start = ContinuousClock.now
      try session.write(probe, to: first)
      return (ContinuousClock.now - start).inSeconds
    }
    try step("rename it") { try session.rename(first, to: second) }
    try step("read it back, the same") {
      guard try session.read(second, limit: probe.count) == probe else {
        throw Failure(.no, "\(endpoint.host): \(second): what was read back is not what was written.")
      }
    }
    try step("deliver it, by a rename into new/") { try session.rename(folder, to: delivered) }
    try step("remove it") {
      try session.remove("\(delivered)/probe")
      try session.removeDirectory(delivered)
    }
    try testLimits(session, remote, name, of: partner)
    print("\(partner.site) is fit: \(bytesInWords(Int64(Double(probe.count) / max(seconds, 1e-6)))) a second.")
    // A site may not have a journal yet.
    if (try? site.desk().tryNow(partner: partner.site)) == true { print("What waits for it is tried now.") }
  }

  /// What a login that only delivers must not be able to do. It harms the partner and not this site.
  private func testLimits(_ session: SFTPSession, _ remote: Remote, _ name: String, of partner: Partner) throws {
    let receipt = remote.path("receipts", name)
    if (try? session.makeDirectory(receipt)) != nil {
      try? session.removeDirectory(receipt)
      print(
        "note  this site's login can write in receipts/ there, and need not. Tell \(partner.site): studypost check shows it."
      )
    }
    try step("ask to be forwarded into their network, which must fail") {
      guard try !session.allowsForwarding() else {
        throw Failure(
          .no,
          "\(remote.endpoint.host): sshd forwards this site's login into the partner's network. Tell \(partner.site): its "
            + "sshd needs “DisableForwarding yes” for the group studypost-partners.")
      }
    }
  }

  private func step<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
    do {
      let result = try body()
      print("ok    \(what)")
      return result
    } catch {
      print("FAIL  \(what)")
      throw error
    }
  }
}
