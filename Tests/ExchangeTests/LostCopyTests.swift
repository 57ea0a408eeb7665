import Foundation
import Glibc
import SystemPackage
import Testing

/// What had arrived, and nobody had imported yet, is gone from the disk: its sender still has it.
struct LostCopyTests {
  private let person = Person(95)

  /// A study waits for a person, since the patient is not on the list.
  private func held() throws -> (sites: TwoSites, study: SyntheticStudy, made: [MadeFile], parcel: String) {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let study = SyntheticStudy(person: person, recipient: "CH2")
    let made = try sites.drop([study], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == ["held"])
    return (sites, study, made, try #require(try sites.ch1.parcels().first?["id"].string))
  }

  private func accept(_ parcel: String, at site: Hospital) throws {
    try site.load([person])
    try site.succeed("worklist", "accept", parcel, "--patient", person.localID, "--reason", "by phone")
  }

  @Test(arguments: [false, true]) func itIsAskedForAndComesAgain(afterItWasAccepted isAccepted: Bool) throws {
    let (sites, study, made, parcel) = try held()
    if isAccepted { try accept(parcel, at: sites.ch2) }
    try Command.succeed("/bin/rm", ["-r", sites.ch2.folder("received").appending(parcel).string])
    try sites.ch2.succeed("receive", "--once")
    let entry = try #require(try sites.ch2.list("quarantine", "list").items.first)
    #expect(entry["code"].string == "lost" && entry["parcel"].string == parcel)
    #expect(try sites.ch2.list("worklist", "list").items.isEmpty)
    try sites.ch2.expectBalanced()
    // There is nothing that could be looked at again.
    let name = try #require(entry["id"].string)
    let release = try sites.ch2.run("quarantine", "release", name)
    #expect(release.status == 1 && release.errors.contains("studypost queue retry"))

    try sites.exchangeOnce()
    #expect(try sites.ch2.list("quarantine", "list").items.isEmpty)
    #expect(names(in: sites.ch2.folder("quarantine")) == [])
    if !isAccepted {
      #expect(try sites.ch1.states(of: study.uid) == ["held"])
      try accept(parcel, at: sites.ch2)
    }
    // What a person had decided is not known of this copy: the patient is on the list by now.
    try sites.exchangeOnce()
    #expect(try sites.ch1.states(of: study.uid) == ["delivered"])
    #expect(Set(try sites.ch2.imported().map(\.instance)) == Set(made.map(\.instance)))
    try sites.expectInOrder()
  }

  @Test func itIsFoundAgain() throws {
    let (sites, study, _, parcel) = try held()
    let (place, aside) = (sites.ch2.folder("received").appending(parcel), try sites.workFolder().appending("aside"))
    #expect(rename(place.string, aside.string) == 0)
    try sites.ch2.succeed("receive", "--once")
    #expect(try sites.ch2.list("quarantine", "list").items.map { $0["code"].string } == ["lost"])
    #expect(rename(aside.string, place.string) == 0)
    try sites.ch2.succeed("receive", "--once")
    #expect(try sites.ch2.list("quarantine", "list").items.isEmpty)
    #expect(try sites.ch2.list("worklist", "list").items.count == 1)
    try sites.ch1.succeed("ship", "--once")
    #expect(try sites.ch1.states(of: study.uid) == ["held"], "its sender has nothing to do")
    try sites.expectInOrder()
  }
}
