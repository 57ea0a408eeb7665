import Custody
import Executor
import Foundation
import Testing

@testable import Desk

/// The dashboard and the alert rules that the package brings ask for what `status --prometheus` prints.
@Suite struct MonitoringExampleTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Packaging/debian/installed/examples")

  private func example(_ name: String) throws -> String {
    try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
  }

  /// Metrics by name, with the values of each label, of a site where something waits.
  private func exposed() throws -> [String: [String: Set<String>]] {
    let scene = try Scene()
    try scene.take(1, of: "1.2.1", id: "held-1")
    try scene.hold("held-1", study: "1.2.1")
    for service in Service.allCases { Heartbeat(of: service, in: scene.spool).beat("waiting") }
    var metrics: [String: [String: Set<String>]] = [:]
    for line in try scene.desk.status().prometheus.split(separator: "\n") where !line.hasPrefix("#") {
      let name = String(line.prefix { $0 != "{" })
      for label in line.matches(of: /([a-z]+)="([^"]*)"/) {
        metrics[name, default: [:]][String(label.output.1), default: []].insert(String(label.output.2))
      }
    }
    return metrics
  }

  private func expect(_ expressions: [String], areOf exposed: [String: [String: Set<String>]]) {
    for expression in expressions {
      for match in expression.matches(of: /(studypost_[a-z_]+)(?:\{([^}]*)\})?/) {
        let name = String(match.output.1)
        guard let labels = exposed[name] else {
          Issue.record("\(name) is not printed: \(expression)")
          continue
        }
        for label in (match.output.2 ?? "").matches(of: /([a-z]+)=~?"([^"]*)"/) where label.output.1 != "site" {
          let values = label.output.2.split(separator: "|").map(String.init)
          #expect(labels[String(label.output.1), default: []].isSuperset(of: values), "\(name) \(values)")
        }
      }
    }
  }

  @Test func theDashboardAsksForWhatIsPrinted() throws {
    let document = try JSONSerialization.jsonObject(with: Data(example("studypost-dashboard.json").utf8))
    let panels = try #require((document as? [String: Any])?["panels"] as? [[String: Any]])
    let expressions = panels.flatMap { panel in
      (panel["targets"] as? [[String: Any]] ?? []).compactMap { $0["expr"] as? String }
    }
    #expect(expressions.count > 10 && panels.allSatisfy { ($0["title"] as? String)?.isEmpty == false })
    #expect(expressions.allSatisfy { $0.contains("$site") })
    try expect(expressions, areOf: exposed())
  }

  @Test func theAlertRulesAskForWhatIsPrinted() throws {
    let rules = try example("studypost-alerts.yml")
    let expressions = rules.matches(of: /expr: (.+)/).map { String($0.output.1) }
    #expect(expressions.count > 5 && expressions.allSatisfy { $0.contains("studypost_") })
    try expect(expressions, areOf: exposed())
    // Each label that a text names is there.
    let exposed = try exposed()
    let labels = Set(exposed.values.flatMap(\.keys))
    for label in rules.matches(of: /\$labels\.([a-z]+)/) { #expect(labels.contains(String(label.output.1))) }
  }

  private static let checkers = [
    ["/usr/bin/promtool", "check", "rules"],
    [
      "/usr/bin/python3", "-c",
      "import sys, yaml; [r['expr'] for g in yaml.safe_load(open(sys.argv[1]))['groups'] for r in g['rules']]",
    ],
  ].filter { FileManager.default.isExecutableFile(atPath: $0[0]) }

  @Test(.enabled(if: !checkers.isEmpty), arguments: checkers) func theAlertRulesCanBeRead(_ checker: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: checker[0])
    process.arguments = Array(checker.dropFirst()) + [Self.folder.appending(path: "studypost-alerts.yml").path]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    // Python may lack its YAML.
    #expect(process.terminationStatus == 0 || said.contains("ModuleNotFoundError"), "\(said)")
  }
}
