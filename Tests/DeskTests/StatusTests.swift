import Custody
import Desk
import Executor
import Foundation
import Journal
import Parcel
import Spool
import Testing

/// What `status` sees, and what it says to other programs.
struct StatusTests {
  private func beat(_ scene: Scene, _ services: Custody.Service...) {
    for service in services { Heartbeat(of: service, in: scene.spool).beat("waiting") }
  }

  /// A heartbeat as another process left it so long ago.
  private func beat(_ scene: Scene, _ service: Custody.Service, process: Int32, secondsAgo: Double) throws {
    beat(scene, service)
    let path = scene.spool.root.appending(".\(service.rawValue).alive")
    var words = try String(contentsOfFile: path.string, encoding: .utf8).split(separator: " ").map(String.init)
    words[0] = "\(process)"
    words[2] = "\((Double(words[2]) ?? 0) - secondsAgo)"
    try words.joined(separator: " ").write(toFile: path.string, atomically: true, encoding: .utf8)
  }

  @Test func aSiteInOrderIsFine() throws {
    let scene = try Scene()
    #expect(try scene.desk.status().concerns == [])
    #expect(try scene.desk.status(expectingServices: true).checkCode == 2)
    beat(scene, .collect, .ship, .receive)
    let report = try scene.desk.status(expectingServices: true)
    #expect(report.checkCode == 0 && report.services.allSatisfy { $0.state == .running && $0.doing == "waiting" })
    #expect(report.checkLine.hasPrefix("STUDYPOST OK - ch1: no alerts | queued=0 "))
  }

  @Test func whatWaitsForAPersonIsAWarning() throws {
    let scene = try Scene()
    try scene.take(1, of: "1.2.1", id: "held-1")
    try scene.hold("held-1", study: "1.2.1")
    _ = try scene.onWorklist()
    beat(scene, .collect, .ship, .receive)
    let report = try scene.desk.status(expectingServices: true)
    #expect(report.concerns.map(\.code).sorted() == ["hold", "worklist"] && report.checkCode == 1)
    #expect(report.concerns.allSatisfy { $0.since != nil && !$0.remedy.isEmpty })
    #expect(report.checkLine.hasPrefix("STUDYPOST WARNING - ch1: ") && report.checkLine.contains("worklist=1"))
  }

  @Test func studiesThatWaitAreCountedAndNotTheirParcels() throws {
    let scene = try Scene()
    try scene.take(1, of: "1.2.1", id: "held-1")
    try scene.hold("held-1", study: "1.2.1")
    for _ in 1...3 { _ = try scene.onWorklist(study: "1.2.3") }
    _ = try scene.onWorklist(study: "1.2.4")
    let report = try scene.desk.status()
    let said = Dictionary(uniqueKeysWithValues: report.concerns.map { ($0.code, $0) })
    #expect(said["worklist"]?.count == 2 && report.worklist == 2)
    #expect(said["worklist"]?.message.hasPrefix("2 studies wait for a person before they are imported, ") == true)
    #expect(said["hold"]?.message.hasPrefix("1 study waits for a person before it is sent, ") == true)
    #expect(report.checkLine.contains(" worklist=2 "))
    #expect(report.prometheus.contains("\nstudypost_worklist{site=\"ch1\"} 2\n"))
    #expect(report.in.first { $0.state == "held" }?.count.items == 4)
  }

  @Test func whatWouldBeLostWithTheSiteIsNamed() throws {
    let scene = try Scene()
    #expect(try scene.desk.unfinished() == [])
    try scene.take(1, of: "1.2.1", id: "held-1")
    #expect(try scene.desk.unfinished().contains("1 outbound study: collecting"))
    try scene.hold("held-1", study: "1.2.1")
    #expect(try scene.desk.unfinished().contains("1 outbound study: held"))
    let before = try scene.desk.unfinished()
    _ = try scene.onWorklist()
    #expect(try scene.desk.unfinished().filter { !before.contains($0) } == ["1 inbound parcel: held"])
  }

  @Test func aServiceThatHangsOrDiedIsCritical() throws {
    let scene = try Scene()
    beat(scene, .receive)
    try beat(scene, .collect, process: getpid(), secondsAgo: 3600)
    // No process has a number as high as this.
    try beat(scene, .ship, process: 1 << 30, secondsAgo: 5)
    let report = try scene.desk.status()
    #expect(report.services.map(\.state) == [.hanging, .ended, .running])
    #expect(report.concerns.map(\.severity) == [.critical, .critical] && report.checkCode == 2)
    #expect(report.concerns.contains { $0.message.hasPrefix("collect has not got on for 1 h") })
    #expect(report.concerns.contains { $0.message.hasPrefix("ship ended unexpectedly") })
  }

  @Test func aServiceThatDoesNotRunIsToldWhenWorkWaitsForIt() throws {
    let scene = try Scene()
    let parcel = try scene.sealed("study-1", study: "1.2.1")
    #expect(try scene.desk.status().concerns == [])
    try scene.sql("UPDATE outboundParcel SET since = '2026-01-01T00:00:00.000Z' WHERE id = '\(parcel.id)'")
    let concerns = try scene.desk.status().concerns
    #expect(concerns.map(\.code) == ["service"] && concerns[0].message.hasPrefix("ship does not run"))
  }

  @Test func whatNobodyTakesFromAFolderIsSeen() throws {
    let scene = try Scene()
    beat(scene, .collect, .ship, .receive)
    let places: [(file: String, age: Double, code: String)] = [
      ("export/old.dcm", 7200, "source"), ("import/1.2.3/a.dcm", 0, "import"),
      ("mailbox/ch2/new/\(ParcelID())/manifest.json", 0, "mailbox"), ("patients/bad/list.csv", 0, "patients"),
    ]
    for (file, age, _) in places {
      let path = try scene.write("x", to: scene.spool.root.pushing(.init(file)))
      try scene.age(path, by: age)
    }
    // Neither of these is anybody's to take.
    for name in ["export/.hidden", "export/half.part", "export/README"] {
      try scene.age(try scene.write("x", to: scene.spool.root.pushing(.init(name))), by: 1e6)
    }
    #expect(try scene.desk.status().concerns.map(\.code).sorted() == ["patients", "source"])
    for folder in ["import/1.2.3", places[2].file.replacing("/manifest.json", with: "")] {
      try scene.age(scene.spool.root.pushing(.init(folder)), by: 100_000)
    }
    let concerns = try scene.desk.status().concerns
    #expect(concerns.map(\.code).sorted() == ["import", "mailbox", "patients", "source"])
    #expect(concerns.first { $0.code == "source" }?.message.contains("old.dcm") == true)
    #expect(concerns.first?.code == "mailbox" && concerns.first?.severity == .critical)
  }

  @Test func whatAServiceRaisedAndWhatFailedIsShown() throws {
    let scene = try Scene()
    beat(scene, .collect, .ship, .receive)
    try scene.journal.raise(
      Alert(key: "k", code: "host-key", severity: .critical, message: "changed", remedy: "Ask by phone."), by: .ship)
    try scene.journal.owe([.remove(.unpacked(parcel: "p"))], subject: "inbound:p")
    let owed = try #require(try scene.journal.owed(by: .receive, limit: 1).first?.id)
    _ = try scene.journal.failed(owed, error: "no space left")
    let codes = try scene.desk.status().concerns.map(\.code)
    #expect(Set(codes) == ["host-key", "owed"])
    try scene.write("rubbish", to: scene.configuration.partners.appending("ch3.toml"))
    #expect(try scene.desk.status().concerns.map(\.code).contains("partners"))
    #expect(try scene.desk.status().partners.map(\.site) == ["ch2"])
  }

  @Test func theTextForPrometheusIsOneMetricAfterTheOther() throws {
    let scene = try Scene()
    _ = try scene.sealed("study-1", study: "1.2.1")
    beat(scene, .collect)
    let lines = try scene.desk.status().prometheus.split(separator: "\n").map(String.init)
    #expect(lines.contains(#"studypost_items{site="ch1",side="out",state="sealed"} 1"#))
    #expect(lines.contains(#"studypost_service_running{site="ch1",service="collect"} 1"#))
    #expect(lines.contains(#"studypost_partner_queued{site="ch1",partner="ch2"} 1"#))
    var seen: Set<String> = []
    var present = ""
    for line in lines {
      let metric = line.hasPrefix("#") ? line.split(separator: " ")[2] : line.prefix { $0 != "{" }
      if metric != present {
        #expect(seen.insert(String(metric)).inserted, "\(metric) stands in two places")
        present = String(metric)
      }
    }
  }
}
