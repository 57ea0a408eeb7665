import Testing

/// The history, asked for by time, partner or patient.
struct AuditCommandTests {
  @Test func theHistoryIsFoundByTimePartnerAndPatient() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let people = [Person(1), Person(2)]
    try sites.ch2.load(people)
    try sites.drop(people.map { SyntheticStudy(person: $0, recipient: "CH2") }, at: sites.ch1)
    try sites.exchangeOnce()

    // Each look is a line of its own.
    func list(_ arguments: String...) throws -> [Document] {
      try Command.run(
        Command.studypost, ["audit"] + arguments + ["--json", "--config", sites.ch2.configuration.string]
      ).json().items.filter { $0["what"].string != "disclosed" }
    }
    let all = try list()
    let partners = try list("--partner", "ch1")
    #expect(partners.count > 2 && partners.count < all.count)
    #expect(partners.allSatisfy { $0["site"].string == "ch1" })
    let one = try list("--patient", people[0].nationalID)
    #expect(one.contains { $0["what"].string == "imported" })
    #expect(Set(one.compactMap { $0["patient"].string }) == [people[0].localID])
    #expect(try list("--partner", "ch1", "--patient", people[0].nationalID).count <= one.count)

    let first = try #require(all[0]["at"].string)
    for time in [String(first.prefix(4)), String(first.prefix(10)), String(first.prefix(19))] {
      #expect(try !list("--from", time, "--to", time).isEmpty, "\(time)")
    }
    #expect(try list("--from", String(first.prefix(4))).count == all.count)
    for nothing in [["--to", "1999"], ["--from", "2999-01"], ["--patient", "nobody"]] {
      let printed = try Command.run(
        Command.studypost, ["audit"] + nothing + ["--config", sites.ch2.configuration.string])
      #expect(printed.status == 1 && printed.output.contains("nothing"), "\(nothing)")
    }
    #expect(try sites.ch2.run("audit", "--from", "yesterday").status == 64)
    #expect(try sites.ch2.run("audit", "--from", "2026-12", "--to", "2026-11").status == 64)
    #expect(try sites.ch2.run("audit", "--what", "eaten").status == 64)
    let unknown = try sites.ch2.run("audit", "--partner", "ch9")
    #expect(unknown.status == 1 && unknown.errors.contains("Partners are: ch1"))
    // For people: what came and who decided, whom it is about, and not each step.
    let said = try sites.ch2.succeed("audit", "--partner", "ch1")
    #expect(said.contains("patient recognised") && said.contains("imported") && !said.contains("rewritten"))
    #expect(said.contains("\(people[0].family), "))
    let whole = try sites.ch1.succeed("audit", "--all")
    let short = try sites.ch1.succeed("audit")
    #expect(whole.contains("packed and sealed") && !short.contains("packed and sealed") && short.contains("sent  "))
    #expect(try sites.ch1.list("audit").items.contains { $0["what"].string == "sealed" })
    // The sender can say what left about a patient, when, to whom and by whose wish.
    let number = "REMOTE-\(people[0].localID)"
    let left = try sites.ch1.list("audit", "--patient", number, "--what", "shipped").items
    #expect(left.map { $0["site"].string } == ["ch2"])
    #expect(left.map { $0["wish"].string } == ["rule (0040,1010): CH2"])
    // As a spreadsheet reads it: every row has as many cells, and who asked stands in the history.
    let table = try sites.ch1.succeed("audit", "--patient", number, "--csv")
    let rows = table.components(separatedBy: "\r\n")
    #expect(rows[0].hasPrefix("when,what,partner,who,patient") && rows.last == "")
    #expect(rows.contains { $0.contains("sent") && $0.contains("rule (0040,1010): CH2") })
    let looked = try sites.ch1.list("audit", "--what", "disclosed").items
    #expect(looked.contains { $0["why"].string == "patient \(number)" })
    #expect(short.contains("partner added") && short.contains("imported there"))
  }
}
