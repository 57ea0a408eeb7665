import Foundation
import SystemPackage
import Testing

/// Two sites that send to each other at once, with studies that need a person.
struct BothWaysTests {
  /// What one site drops: seven studies that go by themselves and three that do not.
  private struct Load {
    let known: [SyntheticStudy]
    let unaddressed: SyntheticStudy
    let unknown: SyntheticStudy
    let disagreeing: SyntheticStudy
    var all: [SyntheticStudy] { known + [unaddressed, unknown, disagreeing] }

    /// - Parameter people: of whom the recipient's index has all but the eighth.
    init(to recipient: String, _ people: [Person]) {
      known = (0..<7).map { SyntheticStudy(person: people[$0], recipient: recipient, instances: 2) }
      unaddressed = SyntheticStudy(person: people[8], recipient: nil, instances: 2)
      unknown = SyntheticStudy(person: people[7], recipient: recipient, instances: 2)
      var wrong = people[9]
      wrong.birthDate = "19330303"
      disagreeing = SyntheticStudy(person: wrong, recipient: recipient, instances: 2)
    }
  }

  @Test func tenStudiesEachWayArriveAndThreeOfThemWaitForAPerson() throws {
    let sites = try TwoSites()
    let people = (11...30).map { Person($0) }
    let loads = [
      "ch1": Load(to: "Centre hospitalier 2", Array(people[..<10])), "ch2": Load(to: "CH1", Array(people[10...])),
    ]
    for (site, other) in [(sites.ch1, sites.ch2), (sites.ch2, sites.ch1)] {
      let load = try #require(loads[other.name])
      try site.load((load.known + [load.unaddressed, load.disagreeing]).map(\.person).map(asIndexed))
    }
    func asIndexed(_ person: Person) -> Person { people.first { $0.localID == person.localID } ?? person }
    try sites.start()
    var made: [String: [MadeFile]] = [:]
    for site in [sites.ch1, sites.ch2] {
      made[site.name] = try sites.drop(try #require(loads[site.name]).all, at: site)
    }
    for (sender, recipient) in [(sites.ch1, sites.ch2), (sites.ch2, sites.ch1)] {
      let load = try #require(loads[sender.name])
      try sites.eventually(within: 120, "seven are delivered, two wait there, one waits here") {
        let parcels = try sender.parcels()
        return parcels.count { $0["state"].string == "delivered" } == 7
          && parcels.count { $0["state"].string == "held" } == 2 && parcels.count == 9
      }
      try routeByHand(load.unaddressed, from: sender, sites)
      try accept(load.disagreeing, at: recipient, from: sender, sites)
      try reject(load.unknown, at: recipient, from: sender, sites)
    }
    sites.stop()
    try sites.expectInOrder()
    for (sender, recipient) in [(sites.ch1, sites.ch2), (sites.ch2, sites.ch1)] {
      let load = try #require(loads[sender.name])
      let ledger = try sender.ledger()["out"]
      #expect(ledger["taken"].int == 20 && ledger["delivered"].int == 18 && ledger["refused"].int == 2)
      let inbound = try recipient.ledger()["in"]
      #expect(inbound["arrived"].int == 20 && inbound["imported"].int == 18 && inbound["quarantined"].int == 2)
      let wanted = (made[sender.name] ?? []).filter { $0.study != load.unknown.uid }
      let imported = try recipient.imported()
      #expect(imported.map(\.instance).sorted() == wanted.map(\.instance).sorted())
      for file in imported { #expect(file.pixels == wanted.first { $0.instance == file.instance }?.pixels) }
      let accepted = imported.first { $0.study == load.disagreeing.uid }
      #expect(accepted?.elements["PatientBirthDate"] == asIndexed(load.disagreeing.person).birthDate)
      #expect(accepted?.original["PatientBirthDate"] == "19330303")
      #expect(names(in: recipient.folder("records")).filter { $0.hasSuffix(".hl7") }.count == 9)
    }
  }

  /// A study without a recipient waits at its sender, says why, and goes where a person sends it.
  private func routeByHand(_ study: SyntheticStudy, from sender: Hospital, _ sites: TwoSites) throws {
    let held = try sender.list("hold", "list").items
    #expect(held.map { $0["study"].string } == [study.uid])
    let id = try #require(held.first?["id"].string)
    #expect(held.first?["code"].string == "no-recipient")
    let file = sender.folder("hold/outbound").appending(id).appending("WHY.txt")
    try sites.eventually("its reason is beside it") { exists(file) }
    let why = try text(file)
    #expect(why.contains("No recipient is named") && why.contains("hold route \(id) --to PARTNER"))
    #expect(try sender.run("hold", "route", id, "--to", "ch9").status == 1)
    try sender.succeed("hold", "route", id, "--to", sender.name == "ch1" ? "ch2" : "ch1")
    try sites.eventually("the held study is delivered") { try sender.states(of: study.uid) == ["delivered"] }
    #expect(!exists(sender.folder("hold/outbound").appending(id)))
  }

  /// What disagrees is accepted only with a reason.
  private func accept(_ study: SyntheticStudy, at site: Hospital, from sender: Hospital, _ sites: TwoSites) throws {
    let id = try #require(try waiting(study, at: site)["id"].string)
    let why = try text(site.folder("hold/inbound").appending(id).appending("WHY.txt"))
    #expect(why.lowercased().contains("birth date"))
    let patient = study.person.localID
    #expect(try site.run("worklist", "accept", id, "--patient", "L0").status == 1)
    let silent = try site.run("worklist", "accept", id, "--patient", patient)
    #expect(silent.status == 64 && silent.errors.lowercased().contains("birth"))
    try site.succeed("worklist", "accept", id, "--patient", patient, "--reason", "the passport was seen")
    try sites.eventually("the accepted study is delivered") { try sender.states(of: study.uid) == ["delivered"] }
    #expect(try site.succeed("trace", id).contains("the passport was seen"))
  }

  /// A rejected study is in quarantine here and refused there.
  private func reject(_ study: SyntheticStudy, at site: Hospital, from sender: Hospital, _ sites: TwoSites) throws {
    let id = try #require(try waiting(study, at: site)["id"].string)
    try site.succeed("worklist", "reject", id, "--reason", "nobody here asked for it")
    try sites.eventually("the sender sees the refusal") { try sender.states(of: study.uid) == ["refused"] }
    #expect(try sender.list("queue", "show", id)["reason"].string == "rejected-by-clerk")
    let entry = try #require(try site.list("quarantine", "list").items.first)
    #expect(entry["code"].string == "rejected-by-clerk" && entry["parcel"].string == id)
    #expect(try sender.list("status")["alerts"].items.contains { $0["code"].string == "refused" })
  }

  private func waiting(_ study: SyntheticStudy, at site: Hospital) throws -> Document {
    let list = try site.list("worklist", "list").items
    let entry = try #require(list.first { $0["study"].string == study.uid })
    let promised: Set = ["id", "state", "study", "partner", "instances", "bytes", "since", "reason"]
    #expect(entry.keys.isSuperset(of: promised))
    return entry
  }
}
