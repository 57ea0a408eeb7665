import Foundation
import Sealing
import SystemPackage
import Testing

@testable import Site

@Suite struct PartnerBookTests {
  private let scratch: Scratch
  private let owner: SiteName

  init() throws {
    scratch = try Scratch()
    owner = try #require(SiteName("ch1"))
  }

  private func load() throws -> PartnerBook { try PartnerBook.load(scratch.path, owner: owner) }
  private func name(_ text: String) throws -> SiteName { try #require(SiteName(text)) }

  @Test func whatIsAddedIsThereWhenReadAgain() throws {
    let card = try sampleCard()
    var book = try load()
    try book.add(card, aliases: ["Centre \"2\""])
    for book in [book, try load()] {
      let partner = try #require(book[try name("ch2")])
      #expect(partner.card == card && partner.aliases == ["Centre \"2\""])
      #expect(partner.rateLimit == nil && partner.window == nil && partner.inFlight == 3 << 20 && partner.streams == 4)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path.string) == ["ch2.toml"])
    try book.remove(try name("ch2"))
    #expect(book.partners.isEmpty)
    #expect(try load().partners.isEmpty)
    #expect(throws: ConfigurationError.self) { try book.remove(try name("ch2")) }
  }

  @Test func aKnownPartnerIsReplacedOnlyOnPurposeAndKeepsItsSettings() throws {
    var book = try load()
    let card = try sampleCard()
    try book.add(card)
    let text = try text(of: scratch.path.appending("ch2.toml"))
    try scratch.write(
      text.replacingOccurrences(
        of: "\n[sftp]",
        with:
          "aliases = [\"TWO\"]\nrate_limit = \"5MiB\"\nwindow = \"18:00-07:00\"\nin_flight = \"1MiB\"\nstreams = 2\n[sftp]"
      ),
      to: "ch2.toml")
    book = try load()
    let new = try sampleCard()
    #expect(throws: ConfigurationError.self) { try book.add(new) }
    #expect(try load()[try name("ch2")]?.card == card)
    try book.add(new, replacing: true)
    let partner = try #require(try load()[try name("ch2")])
    #expect(partner.card == new && partner.aliases == ["TWO"])
    #expect(
      partner.rateLimit == 5 << 20 && partner.inFlight == 1 << 20 && partner.window?.texts == ["18:00-07:00"]
        && partner.streams == 2)
  }

  @Test func namesAreComparedAsPeopleMeanThem() throws {
    var book = try load()
    try book.add(try sampleCard(), aliases: ["Centre Hospitalier 2", "Straße"])
    for alias in ["ch2", " CH2 ", "Ch2^^^^", "ＣＨ２", "CENTRE HOSPITALIER 2^", "STRASSE"] {
      #expect(book.match(alias: alias)?.site.text == "ch2", "\(alias)")
    }
    #expect(book.namesOwner("CH1^^") && !book.namesOwner("CH2"))
    for alias in ["", "ch", "ch22", "ch1", "^", "Centre^Hospitalier 2"] {
      #expect(book.match(alias: alias) == nil, "\(alias)")
    }
  }

  @Test func allProblemsOfAllFilesAreToldAtOnce() throws {
    let (ch2, ch4) = (try sampleCard("ch2"), try sampleCard("ch4"))
    var ch3 = try sampleCard("ch3")
    ch3.signingKey = ch2.signingKey
    try scratch.write(ch2.toml(), to: "ch2.toml")
    try scratch.write("aliases = [\"CH2\", \"Ch1\"]\n" + ch3.toml(), to: "ch3.toml")
    try scratch.write(ch4.toml(), to: "other.toml")
    try scratch.write(try sampleCard("ch1").toml(), to: "ch1.toml")
    try scratch.write(
      "aliases = \"CH5\"\nwindow = [\"7-8\"]\nin_flight = \"1B\"\nstreams = 0\n" + sampleCard("ch5").toml(),
      to: "ch5.toml")
    try scratch.write("not TOML", to: "README")
    try scratch.write("not TOML", to: ".ch9.toml.123.tmp")
    let error = #expect(throws: ConfigurationError.self) { _ = try load() }
    let found = Set((error?.problems ?? []).map { "\($0.file.lastComponent?.string ?? "") \($0.key): \($0.what)" })
    #expect(
      found == [
        "ch5.toml aliases: it is a string, not a list",
        "ch5.toml window: \"7-8\" is not times of day", "ch5.toml in_flight: \"1B\" is not a size from 64KiB to 256MiB",
        "ch5.toml streams: 0 is out of range",
        "other.toml site: \"ch4\" is not the file's name", "ch1.toml site: ch1 is this site itself",
        "ch3.toml aliases: ch1 is this site itself", "ch3.toml aliases: \"ch1\" also means ch1",
        "ch3.toml signing_key: ch2 has the same key", "ch3.toml aliases: \"ch2\" also means ch2",
      ])
  }

  @Test func aCardThatConflictsIsNotAdded() throws {
    var book = try load()
    let card = try sampleCard()
    try book.add(card)
    var thief = try sampleCard("ch3")
    thief.signingKey = card.signingKey
    #expect(throws: ConfigurationError.self) { try book.add(thief) }
    #expect(throws: ConfigurationError.self) { try book.add(try sampleCard("ch3"), aliases: ["CH2"]) }
    #expect(throws: ConfigurationError.self) { try book.add(try sampleCard("ch1")) }
    thief = try sampleCard("ch3")
    thief.sftp.host = "x\nevil"
    #expect(throws: ConfigurationError.self) { try book.add(thief) }
    #expect(book.partners.map(\.site.text) == ["ch2"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path.string) == ["ch2.toml"])
  }

  @Test func aMissingFolderIsAProblem() throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try PartnerBook.load(scratch.path.appending("none"), owner: owner)
    }
    #expect(error?.description.contains("none: this folder cannot be read") == true)
  }
}
