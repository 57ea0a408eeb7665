import Foundation
import Glibc
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

  /// How many columns of a terminal a line takes, as Python's Unicode data has it.
  private func columns(_ lines: [String]) throws -> [Int] {
    try Command.python(
      """
      import json, sys, unicodedata
      def width(line):
        return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
      print(json.dumps([width(line) for line in json.load(open(sys.argv[1]))]))
      """, lines
    ).items.compactMap(\.int)
  }

  @Test(arguments: [80, 120]) func listsOfLongNamesAndOtherAlphabetsFit(_ width: Int) throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let names = [
      "山田山田山田山田山田山田山田山田^太郎太郎太郎太郎太郎", "Папандопуло-Константинопольский^Александр Александрович",
      "يوسف^محمد", "A\u{301}ngstro\u{308}m^E\u{301}va", String(repeating: "Verylongname", count: 5) + "^Ann",
    ]
    let studies = names.flatMap { name in
      ["CH2", nil].map { recipient in
        SyntheticStudy(
          person: Person(1), recipient: recipient, instances: 1,
          elements: [
            "SpecificCharacterSet": "ISO_IR 192", "PatientName": name, "StudyDescription": "胸部CT 造影 経過観察 六ヶ月後 比較",
            "StudyDate": "20260102",
          ])
      }
    }
    try sites.drop(studies, at: sites.ch1)
    try "not DICOM".write(
      toFile: sites.ch1.folder("export/\(String(repeating: "long", count: 20)).txt").string, atomically: true,
      encoding: .utf8)
    usleep(2_500_000)
    try sites.exchangeOnce()
    for (site, command) in [
      (sites.ch1, "hold list"), (sites.ch2, "worklist list"), (sites.ch1, "queue list"), (sites.ch1, "status --all"),
      (sites.ch1, "quarantine list"), (sites.ch1, "partner list"), (sites.ch1, "partner show c"), (sites.ch2, "audit"),
      (sites.ch1, "audit --all"), (sites.ch1, "ledger"),
    ] {
      let lines = try Command.shell(
        "script -qec \"stty cols $1; $2 $3 --config $4\" /dev/null | tr -d '\\r'",
        ["\(width)", Command.studypost, command, site.configuration.string]
      ).split(separator: "\n").map(String.init)
      #expect(!lines.isEmpty)
      for (line, columns) in zip(lines, try columns(lines)) where columns > width {
        // What is to be copied stays whole: a word that is longer than the line by itself.
        #expect(line.split(separator: " ").count <= 2, "\(command): \(line)")
      }
      if command.hasSuffix("list"), !command.hasPrefix("partner"), !command.hasPrefix("quarantine") {
        for family in ["山田", "Папандопуло", "يوسف", "Verylongname"] {
          #expect(lines.contains { $0.contains(family) }, "\(command) \(family): \(lines.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test func statusIsThePictureOfTheTripAndPartnersAreShown() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.drop([SyntheticStudy(person: Person(1), recipient: "CH2")], at: sites.ch1)
    try sites.drop([SyntheticStudy(person: Person(2), recipient: nil)], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    let lines = try sites.ch1.succeed("status").split(separator: "\n").map(String.init)
    let way = try #require(lines.firstIndex { $0.hasPrefix("out  PACS") && $0.contains(" ─► sealed ─► ") })
    // The count stands below its place.
    let place = try #require(lines[way].firstRange(of: "sealed")).lowerBound
    let below = lines[way + 1]
    let count = try #require(below.firstIndex(of: "1"))
    #expect(
      abs(
        lines[way].distance(from: lines[way].startIndex, to: place) + 2
          - below.distance(from: below.startIndex, to: count)) <= 1, "\(lines.joined(separator: "\n"))")
    #expect(lines.contains { $0.contains("waits: hold 1 study (") } && lines.contains { $0.hasPrefix("ch2 ") })
    #expect(lines.count <= 24, "one screen: \(lines.joined(separator: "\n"))")

    let shown = try sites.ch1.succeed("partner", "show", "ch")
    #expect(shown.contains("queued       1 parcel") && shown.contains("Centre hospitalier 2"), "\(shown)")
    #expect(shown.contains("1 parcel is sealed for it and not sent"))
    #expect(try sites.ch1.list("partner", "show", "ch2")["queued"].int == 1)
    let unknown = try sites.ch1.run("partner", "show", "x")
    #expect(unknown.status == 1 && unknown.errors.contains("Partners are: ch2"))
  }

  @Test func sentencesAndErrorsFitTheTerminalAndTheirCommandsStayWhole() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    var study = SyntheticStudy(person: Person(1), recipient: "CH2", instances: 1)
    try sites.drop([study], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    study.first = 2
    try sites.drop([study], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    let parcels = try sites.ch1.list("queue", "list").items.compactMap { $0["id"].string }
    try #require(parcels.count == 2)
    func said(_ command: String) throws -> [String] {
      try Command.shell(
        "script -qec \"stty cols 80; $1 $2 --config $3 || true\" /dev/null | tr -d '\\r'",
        [Command.studypost, command, sites.ch1.configuration.string]
      ).split(separator: "\n").map(String.init)
    }
    let expedited = try said("queue expedite \(parcels[0])")
    #expect(expedited.count == 2 && expedited.allSatisfy { $0.count <= 80 }, "\(expedited)")
    let unknown = try said("queue show nothing")
    #expect(unknown.count == 2 && unknown.last == "studypost queue list --all", "\(unknown)")
    let check = try said("check --offline")
    #expect(check.contains { $0.hasPrefix("      ") }, "\(check)")
    for parcel in parcels {
      try Command.shell(
        "sqlite3 \"$1\"/journal.sqlite \"UPDATE outboundParcel SET state = 'delivered' WHERE id = '$2'\"",
        [sites.ch1.root.string, parcel])
    }
    let resent = try sites.ch1.succeed("queue", "resend", parcels[0])
    #expect(
      resent.contains("It is 1 of the 2 parcels of its study") && resent.contains("\n  \(parcels[1])  delivered\n"))
  }
}
