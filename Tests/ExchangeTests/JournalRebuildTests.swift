import Foundation
import SystemPackage
import Testing

/// Both sites lose their journals in the middle of everything, and go on with ones that were rebuilt from the spool.
struct JournalRebuildTests {
  @Test func nothingIsLostAndNothingImportedTwice() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let person = Person(80)
    try sites.ch2.load([person])
    let imported = SyntheticStudy(person: person, recipient: "CH2")
    let waiting = SyntheticStudy(person: Person(81), recipient: "CH2")
    try sites.drop([imported, waiting], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch2.imported().count == 3)
    #expect(try sites.ch2.list("worklist", "list").items.count == 1)
    // One is sealed and not shipped, one has no recipient.
    let sealed = SyntheticStudy(person: person, recipient: "CH2")
    try sites.drop([sealed, SyntheticStudy(person: person)], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")

    for site in [sites.ch1, sites.ch2] {
      let before = try site.run("journal", "rebuild")
      #expect(before.status == 1 && before.errors.contains("--force"), "\(before.errors)")
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: site.root.appending("journal.sqlite").string + suffix)
      }
      let lost = try site.run("status")
      #expect(lost.status == 78 && lost.errors.contains("studypost journal rebuild"), "\(lost.errors)")
      let rebuilt = try site.succeed("journal", "rebuild")
      #expect(rebuilt.contains("What the spool does not tell"), "\(rebuilt)")
      try site.expectBalanced()
    }
    // The patient index is a file of its own, and is there.
    try sites.exchangeOnce()
    try sites.exchangeOnce()

    // What was imported was not imported again, what was on its way is, and what waited waits.
    let files = try sites.ch2.imported()
    #expect(files.count == 6)
    #expect(try sites.ch2.list("worklist", "list").items.count == 1)
    #expect(try sites.ch1.list("hold", "list").items.count == 1)
    let states = try sites.ch1.parcels().compactMap { $0["state"].string }.sorted()
    #expect(states == ["delivered", "delivered", "held"], "\(states)")
    for site in [sites.ch1, sites.ch2] { try site.expectBalanced() }
  }

  /// Yesterday's journal, today's spool: what this site's own receipt calls imported stays so, and what lies in `outbound/`
  /// is taken up.
  @Test func anOlderJournalImportsNothingTwice() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.ch2.load([Person(82)])
    for site in [sites.ch1, sites.ch2] { try keepJournal(of: site) }
    try sites.drop([SyntheticStudy(person: Person(82), recipient: "CH2")], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch2.imported().count == 3)
    // The PACS has taken it away: whether a study lies there proves nothing.
    try Command.shell("rm -r \"$1\"/*.*", [sites.ch2.folder("import").string])
    for site in [sites.ch1, sites.ch2] { try restoreJournal(of: site) }
    try sites.exchangeOnce()
    try sites.exchangeOnce()
    #expect(try sites.ch2.imported().isEmpty)
    #expect(try sites.ch1.parcels().compactMap { $0["state"].string } == ["delivered"])
    for site in [sites.ch1, sites.ch2] { try site.expectBalanced() }
  }

  private func keepJournal(of site: Hospital) throws {
    try Command.shell("mkdir \"$1\"/kept && cp -p \"$1\"/journal.sqlite* \"$1\"/kept", [site.root.string])
  }

  private func restoreJournal(of site: Hospital) throws {
    try Command.shell("rm \"$1\"/journal.sqlite* && cp -p \"$1\"/kept/* \"$1\"", [site.root.string])
  }
}
