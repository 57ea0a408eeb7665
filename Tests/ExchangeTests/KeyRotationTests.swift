import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// A site changes its keys while studies are on their way, and nobody has to call anybody.
struct KeyRotationTests {
  @Test func partnersTakeTheNewCardAndNothingOnItsWayIsLost() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let people = (1...6).map { Person($0) }
    for site in [sites.ch1, sites.ch2] { try site.load(people) }
    func send(_ number: Int, from site: Hospital, to name: String) throws {
      try sites.drop([SyntheticStudy(person: people[number], recipient: name)], at: site)
    }
    try send(0, from: sites.ch1, to: "CH2")
    try sites.exchangeOnce()

    // The card is the same until the keys are used.
    let first = try sites.ch1.run("keys", "rotate")
    #expect(first.status == 0 && first.errors.contains("keys rotate --finish"), "\(first.errors)")
    #expect(try sites.ch1.run("keys", "rotate").output == first.output)
    let card = try card(from: first.output, sites)
    let added = try sites.ch2.run("partner", "add", card.string)
    #expect(added.status == 0 && added.output.contains("no call is needed"), "\(added.errors)")
    #expect(added.output.contains("signing_key") && !added.output.contains("sftp.host  "))

    // Ch1 still signs with the former key; ch2 seals for the new one.
    try send(1, from: sites.ch1, to: "CH2")
    try send(2, from: sites.ch2, to: "CH1")
    try sites.exchangeOnce()
    try sites.exchangeOnce()
    // Sealed with the former key, sent after the change.
    try send(3, from: sites.ch1, to: "CH2")
    try sites.ch1.succeed("collect", "--once")
    let former = try text(sites.ch1.root.appending("keys/signing_ed25519.pub"))
    #expect(try sites.ch1.succeed("keys", "rotate", "--finish").contains("in use"))
    #expect(try text(sites.ch1.root.appending("keys/signing_ed25519.pub")) != former)
    #expect(try sites.ch1.run("keys", "rotate", "--finish").status == 78)
    try Command.shell(
      "sed \"s|ssh-ed25519 [^ ]*|$(cut -d' ' -f1,2 \"$2\")|\" \"$1\" > \"$1.new\"; cat \"$1.new\" >> \"$1\"",
      [
        sites.scratch.path.appending("sshd/authorized_keys").string,
        sites.ch1.root.appending("keys/transport_ed25519.pub").string,
      ])
    try send(4, from: sites.ch1, to: "CH2")
    try send(5, from: sites.ch2, to: "CH1")
    try sites.exchangeOnce()
    try sites.exchangeOnce()
    for (site, count) in [(sites.ch1, 4), (sites.ch2, 2)] {
      let states = try site.parcels().compactMap { $0["state"].string }
      #expect(states == [String](repeating: "delivered", count: count), "\(site.name): \(states) \(site.lastWords)")
    }
    try sites.expectInOrder()
    // The card of the site is the one that the partner has; it names the former keys, for who comes late.
    let now = try sites.ch1.run("card")
    #expect(now.output.contains("[former]") && first.errors.contains(now.errors.prefix(60)))
  }

  @Test func aCardThatTheKnownKeyDoesNotVouchForNeedsACall() throws {
    let sites = try TwoSites()
    let rotated = try sites.ch1.run("keys", "rotate").output
    let good = try card(from: rotated, sites)
    let text = try text(good)
    let bad = sites.scratch.path.appending("bad.toml")
    // Another server under the same signature; another key's signature; none at all.
    let resigned = try card(from: rotated, sites, signedBy: sites.ch2.root.appending("keys/signing_ed25519"))
    for forged in [
      text.replacing("127.0.0.1", with: "127.0.0.2"), try ExchangeTests.text(resigned),
      String(text.prefix { _ in true }.split(separator: "[former]")[0]),
    ] {
      try forged.write(toFile: bad.string, atomically: true, encoding: .utf8)
      let printed = try sites.ch2.run("partner", "add", "--yes", bad.string)
      #expect(printed.status == 1 && printed.errors.contains("--replace"), "\(printed.errors)")
    }
    #expect(try sites.ch2.run("partner", "add", good.string).status == 0)
  }

  @Test func aCardThatKeepsFormerKeysForEverIsNotAdded() throws {
    let sites = try TwoSites()
    let printed = try sites.ch1.run("keys", "rotate", "--days", "90").output
    let far = printed.replacing(/until = "\d{4}/, with: "until = \"2999")
    #expect(far != printed)
    let card = sites.scratch.path.appending("far.toml")
    try far.write(toFile: card.string, atomically: true, encoding: .utf8)
    for option in ["--yes", "--replace"] {
      let refused = try sites.ch2.run("partner", "add", option, card.string)
      #expect(refused.status == 65 && refused.errors.contains("2999"), "\(refused.errors)")
    }
    #expect(try sites.ch1.run("keys", "rotate", "--days", "91").status == 64)
    #expect(try sites.ch1.succeed("keys", "prune").contains("No key is removed."))
  }

  /// A card that `keys rotate` printed, with the account that the test's server has, vouched for again by OpenSSH.
  private func card(from printed: String, _ sites: TwoSites, signedBy key: FilePath? = nil) throws -> FilePath {
    let work = try sites.workFolder()
    let card =
      printed
      .replacing("directory = \"/\"", with: "directory = \"\(sites.ch1.folder("mailbox/ch2"))\"")
      .replacing("\n[sftp]\n", with: "\n[sftp]\nuser = \"\(sites.server.user)\"\n")
    var values: [String: String] = [:]
    var table = ""
    for line in card.split(separator: "\n") {
      if line.hasPrefix("[") { table = line.dropFirst().dropLast() + "." }
      let parts = line.split(separator: " = ", maxSplits: 1)
      if parts.count == 2 { values[table + parts[0]] = String(parts[1].replacing("\"", with: "")) }
    }
    let keys = [
      "site", "name", "contact", "signing_key", "transport_key", "encryption_key", "sftp.host", "sftp.port",
      "sftp.host_key", "sftp.user", "sftp.directory", "former.signing_key", "former.transport_key", "former.until",
    ]
    let lines = ["studypost-card-succession/1"] + keys.map { "\($0) = \(values[$0] ?? "")" }
    let file = work.appending("text")
    try lines.map { $0 + "\n" }.joined().write(toFile: file.string, atomically: true, encoding: .utf8)
    let signer = key ?? sites.ch1.root.appending("keys/signing_ed25519")
    try Command.succeed(
      "/usr/bin/ssh-keygen", ["-Y", "sign", "-q", "-n", "card@studypost", "-f", signer.string, file.string])
    let parts = card.split(separator: "'''")
    let signed = "\(parts[0])'''\n\(try ExchangeTests.text(FilePath("\(file).sig")))'''\n"
    let target = work.appending("ch1.toml")
    try signed.write(toFile: target.string, atomically: true, encoding: .utf8)
    return target
  }
}
