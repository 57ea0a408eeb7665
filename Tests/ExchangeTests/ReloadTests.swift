import Foundation
import Glibc
import LoopbackSSHD
import Testing

/// A changed configuration is taken up by a service that runs.
struct ReloadTests {
  @Test func aChangedConfigurationIsTakenUpAndABadOneRefused() throws {
    let sites = try TwoSites()
    let good = try text(sites.ch1.configuration)
    let service = try sites.ch1.start("collect")
    defer { service.stop(SIGKILL) }
    func told(_ words: String) throws -> Bool { try text(sites.ch1.log).contains(words) }
    func change(_ text: String) throws {
      try text.write(toFile: sites.ch1.configuration.string, atomically: true, encoding: .utf8)
      kill(service.id, SIGHUP)
    }
    func alerts() throws -> [String] {
      try sites.ch1.list("status")["alerts"].items.compactMap { $0["code"].string }
    }
    try sites.eventually(within: 60, "the service runs") { try told("starting") }
    // The signal is trapped a moment after the first line.
    usleep(500_000)

    try change(good.replacing("[compression]", with: "[compression]\nlevel = \"high\""))
    try sites.eventually(within: 60, "it is refused") { try told("the old one stays in force") }
    #expect(service.exitStatus == nil)

    try change(good.replacing("spool = \"spool\"", with: "spool = \"elsewhere\""))
    try sites.eventually(within: 60, "the spool stays") { try told("can only change with a restart") }

    // Commands read the file themselves.
    try good.write(toFile: sites.ch1.configuration.string, atomically: true, encoding: .utf8)
    #expect(try alerts().contains("configuration"))
    let marker = "\n[[source]]\nmarker = \".whole\"\n"
    try change(good.replacing("\n[[source]]\n", with: marker))
    try sites.eventually(within: 60, "it is taken up") { try told("changed=source[1].marker") }
    try sites.eventually(within: 60, "the alert is settled") { try !alerts().contains("configuration") }
    try sites.drop([SyntheticStudy(person: Person(1), recipient: "CH2", instances: 2)], at: sites.ch1)
    try sites.eventually(within: 60, "the service works on") { try sites.ch1.parcels().count == 1 }
    #expect(service.stop() == 0)
  }

  @Test func aChangedKeyIsUsedAfterAReload() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let service = try sites.ch1.start("collect")
    defer { service.stop(SIGKILL) }
    func told(_ words: String) throws -> Bool { try text(sites.ch1.log).contains(words) }
    try sites.eventually(within: 60, "the service runs") { try told("starting") }
    usleep(500_000)
    let file = sites.ch1.root.appending("keys/signing_ed25519.pub")
    let before = try text(file).split(separator: "\n")[0]
    try sites.ch1.succeed("keys", "rotate")
    try sites.ch1.succeed("keys", "rotate", "--finish")
    let after = try text(file).split(separator: "\n")[0]
    #expect(before != after)
    kill(service.id, SIGHUP)
    try sites.eventually(within: 60, "it is read again") { try told("the configuration is read again") }
    try sites.drop([SyntheticStudy(person: Person(1), recipient: "CH2")], at: sites.ch1)
    try sites.eventually(within: 60, "the study is sealed") {
      try sites.ch1.parcels().contains { $0["state"].string == "sealed" }
    }
    let parcel = try #require(sites.ch1.parcels().first?["id"].string)
    let folder = sites.ch1.folder("outbound/\(parcel)").string
    for (key, isIts) in [(after, true), (before, false)] {
      let printed = try Command.run(Command.studypost, ["verify", folder, "--signer", String(key)])
      #expect((printed.status == 0) == isIts, "\(printed.errors)")
    }
    #expect(service.stop() == 0)
  }
}
