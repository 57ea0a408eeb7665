import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// The spool's disk is not mounted: nothing counts as lost, and nothing is put where it would be out of sight later.
struct BareMountPointTests {
  /// What waits at both sites: a parcel that is to be sent, and a study that a person must look at.
  private func waiting() throws -> (sites: TwoSites, aside: [(place: FilePath, away: FilePath)]) {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.drop([SyntheticStudy(person: Person(97), recipient: "CH2")], at: sites.ch1)
    try sites.exchangeOnce()
    try sites.drop([SyntheticStudy(person: Person(98), recipient: "CH2")], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    #expect(try sites.ch1.parcels().compactMap { $0["state"].string }.sorted() == ["held", "sealed"])
    return (sites, [sites.ch1, sites.ch2].map { ($0.spool, $0.root.appending("the disk")) })
  }

  private func move(_ from: FilePath, _ to: FilePath) { #expect(rename(from.string, to.string) == 0) }

  @Test func nothingIsDoneUntilItIsThere() throws {
    let (sites, aside) = try waiting()
    for (place, away) in aside {
      move(place, away)
      #expect(mkdir(place.string, 0o755) == 0)
    }
    for (site, services) in [(sites.ch1, ["collect", "ship"]), (sites.ch2, ["receive"])] {
      for service in services {
        let printed = try site.run(service, "--once")
        #expect(printed.status != 0 && printed.errors.contains("\(site.spool): no spool lies there"), "\(printed)")
      }
      #expect(names(in: site.spool) == [], "nothing was made there")
      let alert = try #require(try site.list("status")["alerts"].items.first { $0["code"].string == "mount" })
      #expect(alert["severity"].string == "critical")
      let check = try site.run("check", "--offline")
      #expect(check.status == 1 && check.output.contains("studypost check --accept \(site.spool)"))
    }
    for (place, away) in aside {
      #expect(rmdir(place.string) == 0)
      move(away, place)
    }
    try sites.exchangeOnce()
    #expect(try sites.ch1.parcels().compactMap { $0["state"].string } == ["held", "held"])
    #expect(try sites.ch2.list("worklist", "list").items.count == 2)
    for site in [sites.ch1, sites.ch2] {
      #expect(try !site.list("status")["alerts"].items.contains { $0["code"].string == "mount" })
      try site.expectBalanced()
    }
  }

  /// A person says that the disk is lost: what a partner had sent is asked for again.
  @Test func anEmptySpoolIsUsedWhereAPersonSaysSo() throws {
    let (sites, aside) = try waiting()
    let (place, away) = aside[1]
    move(place, away)
    #expect(try sites.ch2.run("receive", "--once").status != 0)
    try sites.ch2.succeed("check", "--accept", place.string)
    // As `setup` makes it for the partner's login.
    try Command.succeed("/bin/mkdir", ["-p"] + ["incoming", "new", "receipts"].map { "\(place)/mailbox/ch1/\($0)" })
    try sites.ch2.succeed("receive", "--once")
    #expect(try sites.ch2.list("quarantine", "list").items.map { $0["code"].string } == ["lost"])
    try sites.exchangeOnce()
    try sites.exchangeOnce()
    #expect(try sites.ch1.parcels().compactMap { $0["state"].string } == ["held", "held"])
    #expect(try sites.ch2.list("worklist", "list").items.count == 2)
    #expect(try sites.ch2.list("quarantine", "list").items.isEmpty)
    try sites.ch2.expectBalanced()
    // The old disk, found again, is another spool now.
    move(place, sites.ch2.root.appending("the new disk"))
    move(away, place)
    let printed = try sites.ch2.run("receive", "--once")
    #expect(printed.status != 0 && printed.errors.contains("it is another spool"))
  }
}
