import SystemPackage
import Testing

@testable import Site

@Suite struct InitialTextTests {
  private let name = SiteName("ch1")

  @Test(arguments: [nil, "/srv/ch1"] as [FilePath?])
  func whatIsShownAsDefaultIsTheDefault(_ root: FilePath?) throws {
    let site = try #require(name)
    let file = root?.appending("studypost.toml") ?? Configuration.defaultFile
    let text = Configuration.initialText(site: site, root: root)
    let asWritten = try Configuration(parsing: text, file: file)
    // A default is "#key = …" or "#[table]"; prose has a space after the '#'.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let uncommented = lines.map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
    #expect(uncommented != lines)
    #expect(try Configuration(parsing: uncommented.joined(separator: "\n"), file: file) == asWritten)
    #expect(lines.allSatisfy { $0.count <= 120 })
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
