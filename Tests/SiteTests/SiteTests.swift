import Foundation
import Sealing
import SystemPackage
import Testing

@testable import Site

@Suite struct SiteTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func create(_ name: String) throws -> FilePath {
    try Site.create(named: try #require(SiteName(name)), root: scratch.path.appending(name))
  }

  @Test func aNewSiteCanBeOpened() throws {
    let file = try create("ch1")
    let site = try Site.open(file)
    #expect(site.configuration.site.text == "ch1" && site.partners.partners.isEmpty)
    #expect(site.configuration.spool == scratch.path.appending("ch1/spool"))
    let made = try FileManager.default.contentsOfDirectory(atPath: scratch.path.appending("ch1").string)
    #expect(Set(made) == ["studypost.toml", "keys", "partners"])
  }

  @Test func aSiteIsNotMadeOverAnother() throws {
    let file = try create("ch1")
    let before = try text(of: file)
    let error = #expect(throws: ConfigurationError.self) { _ = try create("ch1") }
    #expect(error?.description.contains("there is a site here already") == true)
    #expect(try text(of: file) == before)
  }

  @Test func theCardSaysWhatMustBeSetFirst() throws {
    let file = try create("ch1")
    #expect(
      problems { _ = try Site.open(file).card() }.map { $0.prefix { $0 != ":" } } == ["sftp.host", "sftp.host_key"])
    let edited = try text(of: file).replacingOccurrences(
      of: "[sftp]", with: "[sftp]\nhost = \"127.0.0.1\"\nport = 2222\nhost_key = \"host.pub\"")
    try Data(edited.utf8).write(to: URL(fileURLWithPath: file.string))
    let missing = problems { _ = try Site.open(file).card() }
    #expect(missing.count == 1 && missing[0].contains("host.pub: it cannot be read: No such file"))
    try scratch.write("ssh-rsa AAAA", to: "ch1/host.pub")
    #expect(
      problems { _ = try Site.open(file).card() }.first?.contains("is not an Ed25519 or ECDSA public key") == true)

    let hostKey = SigningKey().publicKey
    try scratch.write(hostKey.line + " root@ch1\n", to: "ch1/host.pub")
    let site = try Site.open(file)
    let card = try site.card()
    #expect(card.sftp == .init(host: "127.0.0.1", port: 2222, hostKey: hostKey, user: nil, directory: "/"))
    #expect(card.signingKey == site.keys.signing.publicKey && card.encryptionKey == site.keys.age.recipient)

    var other = try Site.open(try create("ch2"))
    try other.partners.add(try PartnerCard(parsing: card.toml(), file: "ch1.toml"))
    #expect(try Site.open(other.configuration.file).partners.match(alias: "CH1")?.card == card)
  }

  @Test func problemsOfKeysAndPartnersAreToldTogether() throws {
    let file = try create("ch1")
    try FileManager.default.removeItem(atPath: scratch.path.appending("ch1/keys/age.key").string)
    try scratch.write("=", to: "ch1/partners/ch2.toml")
    #expect(problems { _ = try Site.open(file) }.count == 2)
  }

  @Test func aRelativeConfigurationIsResolvedAgainstTheWorkingFolder() throws {
    let path = try absolute("x/studypost.toml")
    #expect(path.isAbsolute && path.ends(with: "x/studypost.toml"))
    #expect(path.removingLastComponent().removingLastComponent().string == FileManager.default.currentDirectoryPath)
  }

  @Test(arguments: ["ch1", "0", "a-b", "a23456789012345678901234567890ab"])
  func siteNames(_ text: String) throws {
    let name = try #require(SiteName(text))
    #expect(try JSONDecoder().decode([SiteName].self, from: JSONEncoder().encode([name])) == [name])
  }

  @Test(arguments: ["", "-a", "CH1", "ch_1", "ch1\n", "é", "a.b", "..", "a234567890123456789012345678901bc"])
  func noSiteNames(_ text: String) {
    #expect(SiteName(text) == nil)
    #expect(throws: (any Error).self) { try JSONDecoder().decode([SiteName].self, from: JSONEncoder().encode([text])) }
  }
}
