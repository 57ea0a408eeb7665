import Custody
import Foundation
import Journal
import Parcel
import Reconciliation
import Testing

@testable import Desk

/// Whatever word people meet, `studypost explain` knows it.
@Suite struct ExplanationTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  private func known(_ kind: Explanation.Kind) -> Set<String> {
    Set(Explanation.all.filter { $0.kind == kind }.map(\.code))
  }

  /// All words that these modules' sources give to something, by what stands around them.
  private func words(in modules: [String], _ patterns: [Regex<(Substring, Substring)>]) throws -> Set<String> {
    var found: Set<String> = []
    for module in modules {
      let folder = Self.sources.appending(path: module)
      let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
      for case let file as URL in files where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for pattern in patterns { found.formUnion(text.matches(of: pattern).map { String($0.output.1) }) }
      }
    }
    return found
  }

  @Test func aWordStandsOnceInAKind() {
    let all = Explanation.all.map { "\($0.kind) \($0.code)" }
    #expect(all.count == Set(all).count)
    #expect(all.count > 100)
  }

  @Test func everyReasonOfTheReconciliationIsExplained() {
    for code in Decision.Code.allCases { #expect(known(.worklist).contains(code.rawValue), "\(code)") }
  }

  @Test func whatTheServicesSayIsExplained() throws {
    let codes = try words(in: ["Collector", "Receiver"], [/\bcode(?:: | = )"([a-z-]+)"/])
    let all = Set(Explanation.all.map(\.code))
    #expect(codes.count > 10)
    #expect(codes.subtracting(all) == [])
  }

  @Test func everyStatePartAndLaneIsExplained() {
    var words = OutboundStudyState.allCases.map(\.rawValue) + OutboundParcelState.allCases.map(\.rawValue)
    words += InboundParcelState.allCases.map(\.rawValue) + QuarantineState.allCases.map(\.rawValue)
    words += RecordMessageState.allCases.map(\.rawValue) + Lane.allCases.map { "\($0)" }
    let parts: [Contents.Part] = [.complete, .incomplete, .supplement, .again, .portion]
    words += parts.map(\.rawValue) + ["lane", "window", "whole"]
    #expect(Set(words).subtracting(known(.state)) == [])
  }

  @Test func everyAlertIsExplained() throws {
    var alerts = try words(
      in: ["Audit", "Collector", "Receiver", "Executor", "Custody", "Desk", "studypost"],
      [
        /code: "([a-z-]+)", severity/, /raise\(\s*\S+, "([a-z-]+)", \.(?:warning|critical)/,
        /raise\(\s*"[^"]*", "([a-z-]+)"/, /Concern\(\s*"([a-z-]+)"/,
      ])
    let shipper = try String(contentsOf: Self.sources.appending(path: "Shipper/Alerts.swift"), encoding: .utf8)
    let cases = try #require(shipper.split(separator: "/// Those that end").first).matches(
      of: /^  case (.+)$/.anchorsMatchLineEndings())
    for word in cases.flatMap({ $0.output.1.split(separator: ", ") }) {
      // `name`, or `name = "word"`.
      alerts.insert(String(word.split(separator: "\"").last ?? word))
    }
    #expect(cases.count > 3 && alerts.contains("host-key") && alerts.contains("vanishing"))
    #expect(alerts.count > 20)
    #expect(alerts.subtracting(known(.alert)) == [])
  }

  @Test func everyRefusalIsExplainedOnBothSides() throws {
    let mine: [ParcelError.Code] = [
      .folder, .manifest, .signature, .sender, .recipient, .digest, .limit, .contents, .conflict,
    ]
    for code in mine {
      #expect(known(.quarantine).contains(code.rawValue), "\(code)")
      #expect(known(.refused).contains(code.rawValue), "\(code)")
    }
  }
}
