import SystemPackage
import Testing

/// Lists as people see them on a terminal.
struct ListPrintingTests {
  @Test(arguments: [80, 120]) func listsFitTheTerminalAndSayWhomTheyAreAbout(_ width: Int) throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    // Nobody of the list: it waits for a person there. A study that names nobody waits here.
    let said = ["StudyDate": "20260102", "StudyDescription": "CT thorax with contrast, follow-up after six months"]
    try sites.drop([SyntheticStudy(person: Person(1), recipient: "CH2", elements: said)], at: sites.ch1)
    try sites.drop([SyntheticStudy(person: Person(2), recipient: nil, elements: said)], at: sites.ch1)
    try sites.exchangeOnce()
    for (site, list) in [(sites.ch1, "hold"), (sites.ch2, "worklist"), (sites.ch1, "queue")] {
      let lines = try Command.shell(
        "script -qec \"stty cols $1; $2 $3 list --config $4\" /dev/null | tr -d '\\r'",
        ["\(width)", Command.studypost, list, site.configuration.string]
      ).split(separator: "\n")
      #expect(lines.count > 1 && lines.allSatisfy { $0.count <= width }, "\(list): \(lines.joined(separator: "\n"))")
      let item = try site.list(list, "list")[0]
      let name = try #require(item["patient_name"].string)
      #expect(item["study_date"].string == "20260102" && lines.contains { $0.contains("2026-01-02") }, "\(list)")
      let family = try #require(name.split(separator: "^").first)
      #expect(lines.contains { $0.contains("\(family), ") }, "\(list): \(lines.joined(separator: "\n"))")
      // Into a file nothing is cut or folded, and the beginning of an id is enough.
      let whole = try site.succeed(list, "list")
      #expect(whole.split(separator: "\n").count == 2)
      let id = try #require(item["id"].string)
      #expect(try site.succeed(list, "show", String(id.prefix(id.count - 2))).contains(id))
    }
  }
}
