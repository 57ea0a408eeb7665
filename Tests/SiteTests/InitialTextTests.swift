import SystemPackage
import Testing

@testable import Site

@Suite struct InitialTextTests {
  private let name = SiteName("ch1")

  /// Keys that have no default: what is shown is an example.
  private let examples: Set = ["host", "host_key", "dates", "max_age", "syslog"]

  @Test(arguments: [nil, "/srv/ch1"] as [FilePath?])
  func takingAwayASignShowsTheDefault(_ root: FilePath?) throws {
    let site = try #require(name)
    let file = root?.appending("studypost.toml") ?? Configuration.defaultFile
    let text = Configuration.initialText(site: site, root: root)
    let asWritten = try Configuration(parsing: text, file: file)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.allSatisfy { $0.count <= 120 })
    // A default is "#key = …"; prose has a space after the '#'.
    let defaults = lines.indices.filter { lines[$0].hasPrefix("#") && !lines[$0].hasPrefix("# ") }
    #expect(defaults.count > 30)
    func key(_ index: Int) -> String { String(lines[index].dropFirst().prefix { $0 != " " }) }

    for taken in defaults.map({ [$0] }) + [defaults, defaults.filter { !examples.contains(key($0)) }] {
      let changed = lines.indices.map { taken.contains($0) ? String(lines[$0].dropFirst()) : lines[$0] }
      let configuration = try Configuration(parsing: changed.joined(separator: "\n"), file: file)
      if taken.allSatisfy({ !examples.contains(key($0)) }) {
        #expect(configuration == asWritten, "\(taken.map(key))")
      } else {
        // Of as installed, the host's key is set already.
        #expect(configuration != asWritten || taken.map(key) == ["host_key"], "\(taken.map(key))")
      }
    }
  }

  @Test func aChangedValueIsTakenWhereItStands() throws {
    let text = Configuration.initialText(site: try #require(name), root: nil)
      .replacing("#level = 3", with: "level = 4").replacing("#retry_first = \"30s\"", with: "retry_first = \"31s\"")
      .replacing("#quiet = \"60s\"", with: "quiet = \"61s\"").replacing("#sent = \"7d\"", with: "sent = \"8d\"")
    let it = try Configuration(parsing: text, file: Configuration.defaultFile)
    #expect(it.compression.level == 4 && it.ship.retryFirst == .seconds(31))
    #expect(it.sources.map(\.quiet) == [.seconds(61)] && it.retention.sent == .seconds(8 * 86400))
  }

  @Test func everyKeyIsShown() throws {
    let text = Configuration.initialText(site: try #require(name), root: nil)
    // Whatever is left out of this list is reported by a document with a key that nobody knows.
    for table in ["", "[dicom]", "[sftp]", "[ship]", "[import]", "[reconcile]", "[limits]", "[retention]", "[records]"]
    {
      let found = problems { _ = try configuration("site = \"ch1\"\n\(table)\nqqqqqqqqqqqq = 1") }
      let keys = try #require(found.first).split(separator: "Choose from ")[1].dropLast().split(separator: ", ")
      #expect(!keys.isEmpty)
      for key in keys {
        let isShown = text.contains("\(key) = ") || text.contains("[\(key)]")
        #expect(isShown, "\(table) \(key)")
      }
    }
  }

  @Test func inOneRootEverythingLiesInIt() throws {
    let text = Configuration.initialText(site: try #require(name), root: "/srv/ch1")
    let it = try Configuration(parsing: text, file: "/srv/ch1/studypost.toml")
    #expect(it.spool == "/srv/ch1/spool" && it.journal == "/srv/ch1/journal.sqlite")
    #expect(it.keys == "/srv/ch1/keys" && it.partners == "/srv/ch1/partners")
    #expect(it.sources.map(\.path) == ["/srv/ch1/spool/export"] && it.importing.path == "/srv/ch1/spool/import")
    #expect(it.sftp.hostKey == nil)
  }

  @Test func anInstalledSiteLiesWhereThePackagePutsIt() throws {
    let it = try Configuration(
      parsing: Configuration.initialText(site: try #require(name), root: nil), file: Configuration.defaultFile)
    #expect(it.spool == "/var/spool/studypost" && it.keys == "/etc/studypost/keys")
    #expect(it.sftp.hostKey == "/etc/ssh/ssh_host_ed25519_key.pub")
  }
}
