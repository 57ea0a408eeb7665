import FaultySpool
import Foundation
import Sealing
import Spool
import SystemPackage
import Testing

@testable import Site

func sampleCard(_ site: String = "ch2") throws -> PartnerCard {
  PartnerCard(
    site: try #require(SiteName(site)), name: "Hôpital \"2\" \\ ☤", contact: "pacs@\(site).example",
    signingKey: SigningKey().publicKey, transportKey: SigningKey().publicKey, encryptionKey: AgeIdentity().recipient,
    sftp: .init(host: "dicom.\(site).example", port: 2222, hostKey: SigningKey().publicKey))
}

@Suite struct PartnerCardTests {
  @Test func aCardSurvivesTheRoundTrip() throws {
    var card = try sampleCard()
    #expect(try PartnerCard(parsing: card.toml(), file: "card.toml") == card)
    card.sftp.user = "sp-ch1"
    card.sftp.directory = "/mailbox/ch1"
    card.contact = ""
    #expect(try PartnerCard(parsing: card.toml(), file: "card.toml") == card)
  }

  @Test func whatACardLeavesOutHasItsDefault() throws {
    let card = try sampleCard()
    let text = card.toml().split(separator: "\n").filter {
      !$0.hasPrefix("name") && !$0.hasPrefix("contact") && !$0.hasPrefix("port") && !$0.hasPrefix("directory")
    }
    let read = try PartnerCard(parsing: text.joined(separator: "\n"), file: "card.toml")
    #expect(read.name == "ch2" && read.contact.isEmpty && read.sftp.port == 22 && read.sftp.directory == "/")
    #expect(read.sftp.user(for: try #require(SiteName("ch1"))) == "sp-ch1")
  }

  @Test func theFingerprintCoversEveryFieldAndNothingElse() throws {
    let card = try sampleCard()
    let groups = card.fingerprint.split(separator: " ")
    #expect(groups.count == 16 && groups.allSatisfy { $0.count == 4 && $0.allSatisfy(\.isHexDigit) })
    let reread = try PartnerCard(parsing: "# a comment\n\n" + card.toml(), file: "elsewhere.toml")
    #expect(reread.fingerprint == card.fingerprint)

    let changes: [(inout PartnerCard) -> Void] = [
      { $0.site = SiteName("ch3") ?? $0.site }, { $0.name += "x" }, { $0.contact += "x" },
      { $0.signingKey = $0.transportKey }, { $0.transportKey = $0.signingKey },
      { $0.encryptionKey = AgeIdentity().recipient }, { $0.sftp.host = "evil.example" }, { $0.sftp.port = 22 },
      { $0.sftp.hostKey = $0.signingKey }, { $0.sftp.user = "root" }, { $0.sftp.directory = "/x" },
    ]
    var prints: Set = [card.fingerprint]
    for change in changes {
      var other = card
      change(&other)
      #expect(prints.insert(other.fingerprint).inserted)
    }
  }

  @Test func theFingerprintIsTheDigestOfTheFieldsAsDocumented() throws {
    let key = try SSHPublicKey("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER")
    var card = try sampleCard()
    (card.name, card.signingKey, card.transportKey, card.sftp.hostKey) = ("A", key, key, key)
    let scratch = try Scratch()
    let file = try scratch.write(
      """
      studypost-card/1
      site = ch2
      name = A
      contact = pacs@ch2.example
      signing_key = \(key.line)
      transport_key = \(key.line)
      encryption_key = \(card.encryptionKey.text)
      sftp.host = dicom.ch2.example
      sftp.port = 2222
      sftp.host_key = \(key.line)
      sftp.user = \("")
      sftp.directory = /

      """, to: "fields")
    let digest = try #require(try run("sha256sum", file.string)).prefix(64)
    #expect(card.fingerprint.filter { $0 != " " } == digest)
  }

  /// Each replaces a line of a card that is right, or adds one, and is exactly one problem of that key.
  @Test(arguments: [
    ("site", "site = \"../ch2\"", "site"), ("site", "site = 2", "site"), ("site", "", "site"),
    ("name", "name = \"a\\u001B[31mb\"", "name"), ("name", "name = \"a\\u202Eb\"", "name"),
    ("contact", "contact = \"a\\nb\"", "contact"), ("signing_key", "", "signing_key"),
    ("signing_key", "signing_key = \"ssh-rsa AAAA\"", "signing_key"),
    ("transport_key", "transport_key = \"ssh-ed25519 AAAA\"", "transport_key"),
    ("encryption_key", "encryption_key = \"age1qqqq\"", "encryption_key"),
    ("host =", "host = \"a b\"", "sftp.host"), ("host =", "host = \"-l\"", "sftp.host"), ("host =", "", "sftp.host"),
    ("port", "port = 70000", "sftp.port"), ("host_key", "host_key = \"ssh-dss AAAA\"", "sftp.host_key"),
    ("directory", "directory = \"/a/../b\"", "sftp.directory"), ("directory", "directory = \"a\"", "sftp.directory"),
    ("directory", "directory = \"/a b\"", "sftp.directory"),
    ("directory", "directory = \"/\\u0007\"", "sftp.directory"),
    ("directory", "user = \"-oX\"", "sftp.user"), ("directory", "user = \"a b\"", "sftp.user"),
    ("directory", "password = \"x\"", "sftp.password"),
    // A card that named its own aliases could take other partners' studies.
    ("contact", "aliases = [\"CH3\"]", "aliases"), ("contact", "rate_limit = \"1MiB\"", "rate_limit"),
  ])
  func aCardIsReadStrictly(_ line: String, _ replacement: String, _ key: String) throws {
    let lines = try sampleCard().toml().split(separator: "\n", omittingEmptySubsequences: false)
    let changed = lines.map { $0.hasPrefix(line) ? replacement : String($0) }
    #expect(changed != lines.map(String.init))
    let error = #expect(throws: ConfigurationError.self) {
      _ = try PartnerCard(parsing: changed.joined(separator: "\n"), file: "card.toml")
    }
    #expect(error?.problems.map(\.key) == [key], "\(error?.description ?? "")")
  }

  @Test func anEmptyOrHugeCardIsRefused() {
    let empty = problems { _ = try PartnerCard(parsing: "", file: "card.toml") }
    #expect(
      empty.map { $0.prefix { $0 != ":" } } == ["site", "signing_key", "transport_key", "encryption_key", "sftp"])
    let huge = problems { _ = try PartnerCard(parsing: String(repeating: "#", count: 70_000), file: "card.toml") }
    #expect(huge.count == 1 && huge[0].contains("larger than 65536 bytes"))
    let deep = problems {
      _ = try PartnerCard(parsing: "a = " + String(repeating: "[", count: 60_000), file: "card.toml")
    }
    #expect(deep.count == 1)
  }

  @Test func aCardOfChangedKeysFollowsTheKnownOneForItsTime() throws {
    let scratch = try Scratch()
    let file = try Site.create(named: try #require(SiteName("ch1")), root: scratch.path)
    let hostKey = SigningKey().publicKey
    try scratch.write(hostKey.line, to: "host.pub")
    let settings: [(key: String, value: Configuration.Setting.Value)] = [
      ("sftp.host", .text("127.0.0.1")), ("sftp.host_key", .text("host.pub")),
    ]
    _ = try Site.write(configuration: Configuration.text(try text(of: file), setting: settings), to: file)
    let known = try Site.open(file).card()
    let until = Date(timeIntervalSince1970: 4_000_000_000)
    // Who stole a key must not make it good for ever: for at most so many days, and one for clocks that differ.
    let longest = Double(KeyRotation.longestDays + 1) * 86400
    let card = try KeyRotation(of: Configuration.load(file)).prepare(until: until)
    #expect(card.follows(known, at: until - 1) && !card.follows(known, at: until))
    #expect(card.follows(known, at: until - longest) && !card.follows(known, at: until - longest - 1))
    #expect(card.former?.isTooLong(at: until - longest - 1) == true && card.former?.isTooLong(at: until) == false)
    #expect(try PartnerCard(parsing: card.toml(), file: "ch1.toml") == card)
    #expect(card.fingerprint != known.fingerprint)
    #expect(card.differences(from: known).map(\.key) == ["signing_key", "transport_key", "encryption_key"])
    var other = known
    other.transportKey = SigningKey().publicKey
    #expect(!card.follows(other, at: until - 1))
    var changed = card
    changed.sftp.port = 2022
    #expect(!changed.follows(known, at: until - 1))
  }

  @Test(arguments: 0..<60) func aChangeOfKeysThatStopsAnywhereIsFinishedByTheNext(_ step: Int) throws {
    let scratch = try Scratch()
    let file = try Site.create(named: try #require(SiteName("ch1")), root: scratch.path)
    try scratch.write(SigningKey().publicKey.line, to: "host.pub")
    let settings: [(key: String, value: Configuration.Setting.Value)] = [
      ("sftp.host", .text("127.0.0.1")), ("sftp.host_key", .text("host.pub")),
    ]
    let configuration = try Site.write(
      configuration: Configuration.text(try text(of: file), setting: settings), to: file)
    let before = try Keys.load(configuration.keys)
    let next = try KeyRotation(of: configuration).prepare(until: .now + 30 * 86400)
    let failing = Disk(StoppingFileSystem(after: step, .fail))
    let stopped = (try? KeyRotation(of: configuration, disk: failing).finish()) == nil
    // Stopped at its very end it is done.
    let rotation = KeyRotation(of: configuration)
    if stopped, rotation.isPrepared { _ = try rotation.finish() }
    #expect(!rotation.isPrepared && Disk().permissions(of: configuration.keys.appending("next")) == nil)
    let keys = try Keys.load(configuration.keys)
    #expect(keys.signing.publicKey == next.signingKey && keys.transport.publicKey == next.transportKey)
    #expect(keys.age.recipient == next.encryptionKey && keys.ages.count == 2)
    #expect(keys.signers == [next.signingKey, before.signing.publicKey])
    #expect(try Site.open(file).card() == next)
    #expect(stopped || step > 20)
  }
}
