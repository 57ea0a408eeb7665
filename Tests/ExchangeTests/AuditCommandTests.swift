import Testing

/// The history, asked for by time, partner or patient.
struct AuditCommandTests {
  @Test func theHistoryIsFoundByTimePartnerAndPatient() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let people = [Person(1), Person(2)]
    try sites.ch2.load(people)
    try sites.drop(people.map { SyntheticStudy(person: $0, recipient: "CH2") }, at: sites.ch1)
    try sites.exchangeOnce()

    let all = try sites.ch2.list("audit").items
    let partners = try sites.ch2.list("audit", "--partner", "ch1").items
    #expect(partners.count > 2 && partners.count < all.count)
    #expect(partners.allSatisfy { $0["site"].string == "ch1" })
    let one = try sites.ch2.list("audit", "--patient", people[0].nationalID).items
    #expect(one.contains { $0["what"].string == "imported" })
    #expect(Set(one.compactMap { $0["patient"].string }) == [people[0].localID])
    #expect(try sites.ch2.list("audit", "--partner", "ch1", "--patient", people[0].nationalID).items.count <= one.count)

    let first = try #require(all[0]["at"].string)
    for time in [String(first.prefix(4)), String(first.prefix(10)), String(first.prefix(19))] {
      #expect(try !sites.ch2.list("audit", "--from", time, "--to", time).items.isEmpty, "\(time)")
    }
    #expect(try sites.ch2.list("audit", "--from", String(first.prefix(4))).items.count == all.count)
    for nothing in [["--to", "1999"], ["--from", "2999-01"], ["--partner", "ch9"], ["--patient", "nobody"]] {
      let printed = try Command.run(
        Command.studypost, ["audit"] + nothing + ["--config", sites.ch2.configuration.string])
      #expect(printed.status == 1 && printed.output.contains("nothing"), "\(nothing)")
    }
    #expect(try sites.ch2.run("audit", "--from", "yesterday").status == 64)
    // For people: what came and who decided, whom it is about, and not each step.
    let said = try sites.ch2.succeed("audit", "--partner", "ch1")
    #expect(said.contains("patient recognised") && said.contains("imported") && !said.contains("rewritten"))
    #expect(said.contains("\(people[0].family), "))
    let whole = try sites.ch1.succeed("audit", "--all")
    let short = try sites.ch1.succeed("audit")
    #expect(whole.contains("packed and sealed") && !short.contains("packed and sealed") && short.contains("sent  "))
    #expect(try sites.ch1.list("audit").items.contains { $0["what"].string == "sealed" })
    #expect(short.contains("partner added") && short.contains("imported there"))
  }
}
