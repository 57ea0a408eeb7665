import Custody
import Foundation
import Journal
import Spool
import SystemPackage
import Testing

@testable import Executor

@Suite struct AlertCommandTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func raise(_ key: String) throws -> StandingAlert {
    try journal.raise(
      Alert(key: key, code: "c", severity: .warning, message: "message of \(key)", remedy: "r"), by: .collect)
    return try #require(try journal.alert(key))
  }

  /// Where the other tests keep all threads busy, a command's end is seen late.
  private let patient = AlertCommand.Limits(longest: .seconds(900))

  private func shell(_ script: String) -> [String] { ["/bin/sh", "-c", script] }

  /// Asks until it is told, at most for a minute.
  private func told(_ command: AlertCommand, _ alert: StandingAlert) async throws -> Bool {
    for _ in 0..<6000 {
      if try command.tell(alert) { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test func theAlertComesAsJSONOnItsStandardInput() async throws {
    let file = scene.root.appending("told")
    let alert = try raise("k")
    #expect(try await told(AlertCommand(shell("cat >> '\(file)'"), site: "ch2", limits: patient), alert))
    let bytes = try Data(contentsOf: URL(filePath: file.string))
    let document = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: String])
    #expect(
      document == [
        "site": "ch2", "code": "c", "severity": "warning", "message": "message of k", "remedy": "r",
        "since": alert.since, "service": "collect",
      ])
  }

  @Test func aSiteWithoutACommandTellsNobody() throws {
    #expect(try AlertCommand([], site: "ch2").tell(raise("k")))
  }

  @Test(arguments: ["exit 3", "kill -9 $$"]) func aCommandThatFailsIsToldAndTriedAgain(_ script: String) async throws {
    let alert = try raise("k")
    let command = AlertCommand(shell(script), site: "ch2", limits: patient)
    for _ in 0..<2 {
      let error = await #expect(throws: ExecutorError.self) { try await told(command, alert) }
      #expect(error?.code == .alertCommand)
    }
  }

  @Test func aCommandThatIsNotThereIsTold() async throws {
    let alert = try raise("k")
    let command = AlertCommand(["/nowhere/mail"], site: "ch2", limits: patient)
    await #expect(throws: ExecutorError.self) { try await told(command, alert) }
  }

  @Test func aCommandThatDoesNotReadIsNoFailureAndEndsNothing() async throws {
    for number in 0..<5 {
      let alert = try raise("\(number)")
      let command = AlertCommand(["/bin/true"], site: "ch2", limits: patient)
      #expect(try await told(command, alert))
    }
  }

  @Test func aCommandThatHangsIsEndedAndHoldsNobodyUp() async throws {
    let alert = try raise("k")
    let command = AlertCommand(shell("sleep 1000"), site: "ch2", limits: .init(longest: .milliseconds(200)))
    #expect(try !command.tell(alert))
    #expect(try !command.tell(raise("other")), "one at a time")
    let error = await #expect(throws: ExecutorError.self) { try await told(command, alert) }
    #expect(error?.message.contains("did not end") == true)
  }

  @Test func afterABurstItWaits() async throws {
    let file = scene.root.appending("told")
    let command = AlertCommand(
      shell("echo x >> '\(file)'"), site: "ch2",
      limits: .init(burst: 2, pause: .seconds(3600), longest: patient.longest))
    #expect(try await told(command, raise("a")))
    #expect(try await told(command, raise("b")))
    for _ in 0..<5 { #expect(try !command.tell(raise("c"))) }
    #expect(try String(contentsOfFile: file.string, encoding: .utf8) == "x\nx\n")
  }

  /// Asked for in turns, neither is told twice.
  @Test func eachOfSeveralIsToldOnce() async throws {
    let file = scene.root.appending("told")
    let command = AlertCommand(shell("cat >> '\(file)'"), site: "ch2", limits: patient)
    var open = try ["a", "b", "c"].map(raise)
    for _ in 0..<6000 where !open.isEmpty {
      open = try open.filter { try !command.tell($0) }
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(open.isEmpty)
    let lines = try String(contentsOfFile: file.string, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3)
  }

  /// Through the executor: other duties go on, one alert says that alerts are not told, and it ends when they are.
  @Test func alertsThatCannotBeToldAreOneAlert() async throws {
    let flag = scene.root.appending("works")
    let scene = try Scene(alerts: "[\"/bin/sh\", \"-c\", \"test -e '\(flag)'\"]")
    for key in ["a", "b"] {
      try scene.journal.raise(Alert(key: key, code: "c", severity: .warning, message: "m", remedy: "r"), by: .collect)
    }
    let executor = try scene.executor(.collect)
    try scene.owe([.explain(.heldOutbound(study: "s"), reason)], "study:s")
    try executor.perform()
    #expect(try !scene.isOwed("study:s"), "the command runs beside")
    for _ in 0..<1000 where try scene.journal.alert("alert-command") == nil {
      try executor.perform(atOnce: true)
      try await Task.sleep(for: .milliseconds(10))
    }
    for _ in 0..<20 {
      try executor.perform(atOnce: true)
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(try Set(scene.journal.alerts(limit: 10).map(\.key)) == ["a", "b", "alert-command"])
  }

  @Test func whatCouldNotBeToldIsToldLater() async throws {
    let flag = scene.root.appending("works")
    let scene = try Scene(alerts: "[\"/bin/sh\", \"-c\", \"test -e '\(flag)'\"]")
    try scene.journal.raise(Alert(key: "a", code: "c", severity: .warning, message: "m", remedy: "r"), by: .collect)
    let executor = try scene.executor(.collect)
    for _ in 0..<1000 where try scene.journal.alert("alert-command") == nil {
      try executor.perform(atOnce: true)
      try await Task.sleep(for: .milliseconds(10))
    }
    try self.scene.write("", to: flag)
    for _ in 0..<1000 where try scene.journal.isOwing(.collect) {
      try executor.perform(atOnce: true)
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(try !scene.journal.isOwing(.collect))
    #expect(try scene.journal.alerts(limit: 10).map(\.key) == ["a"])
  }
}
