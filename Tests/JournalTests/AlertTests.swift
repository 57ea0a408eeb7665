import Custody
import Testing

@testable import Journal

@Suite struct AlertTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  private func raise(_ key: String, _ severity: Alert.Severity = .warning, _ message: String = "m") throws {
    try journal.raise(
      Alert(key: key, code: "c", severity: severity, message: message, remedy: "r"), by: .ship)
  }

  @Test func anAlertIsToldOnceHoweverOftenItIsRaised() throws {
    try raise("k", .warning, "one")
    let since = try #require(try journal.alert("k")?.since)
    #expect(try scene.owed("alert:k") == ["notify"])
    try journal.strikeAll()
    try raise("k", .warning, "two")
    #expect(try scene.owed("alert:k") == [])
    let alert = try #require(try journal.alert("k"))
    #expect(alert.message == "two" && alert.count == 2 && alert.since == since)
  }

  /// A service that meets the same trouble in each turn does not write to the journal in each.
  @Test func theSameWordsWithinAMinuteAreNotWrittenAgain() throws {
    try raise("k")
    let commits = scene.commits.done
    try raise("k")
    #expect(scene.commits.done == commits)
    try scene.execute("UPDATE alert SET seen = '2020-01-01T00:00:00.000Z'")
    try raise("k")
    #expect(try journal.alert("k")?.count == 2)
    // Nor does a clock that was set back silence it.
    try scene.execute("UPDATE alert SET seen = '2990-01-01T00:00:00.000Z'")
    try raise("k")
    #expect(try journal.alert("k")?.count == 3)
  }

  @Test func anAlertThatBecomesWorseIsToldAgain() throws {
    try raise("k")
    try journal.strikeAll()
    try raise("k", .critical)
    #expect(try scene.owed("alert:k") == ["notify"])
    try journal.strikeAll()
    try raise("k", .warning)
    #expect(try scene.owed("alert:k") == [])
  }

  @Test func aSettledAlertIsGoneAndNobodyIsToldOfItAnyMore() throws {
    try raise("k")
    try journal.settle(alert: "k")
    #expect(try journal.alert("k")?.key == nil)
    #expect(try scene.owed("alert:k") == [])
    let commits = scene.commits.done
    try journal.settle(alert: "k")
    #expect(scene.commits.done == commits, "what does not stand costs no write")
    try raise("k")
    #expect(try scene.owed("alert:k") == ["notify"], "raised anew it is told anew")
  }

  @Test func alertsAreSettledByTheBeginningOfTheirKeys() throws {
    for key in ["disk a", "disk b", "disk c", "disks", "d%sk", "mount a"] { try raise(key) }
    try journal.settle(alertsBeginning: "disk ", except: ["disk b"])
    #expect(try Set(journal.alerts(limit: 10).map(\.key)) == ["disk b", "disks", "d%sk", "mount a"])
    try journal.settle(alertsBeginning: "d%")
    #expect(try Set(journal.alerts(limit: 10).map(\.key)) == ["disk b", "disks", "mount a"])
  }

  @Test func theWorstAndOldestComeFirst() throws {
    try raise("a")
    try raise("b", .critical)
    try raise("c", .critical)
    try scene.execute("UPDATE alert SET since = '2020-01-01T00:00:00.000Z' WHERE key = 'c'")
    #expect(try journal.alerts(limit: 10).map(\.key) == ["c", "b", "a"])
    #expect(try journal.alerts(limit: 1).map(\.key) == ["c"])
  }

  @Test func theAlertOfADutyEndsWithItWhoeverStruckItOut() throws {
    try journal.owe([.gather(study: "s")], subject: "study:s")
    try raise("owed study:s", .critical)
    try raise("owed study:t", .critical)
    try raise("mount a")
    #expect(try journal.failed(1, error: "x"))
    try journal.settle(alertsOfPerformedDuties: "owed ")
    #expect(try Set(journal.alerts(limit: 10).map(\.key)) == ["owed study:s", "mount a"])
    try journal.strike([1])
    try journal.settle(alertsOfPerformedDuties: "owed ")
    #expect(try Set(journal.alerts(limit: 10).map(\.key)) == ["mount a"])
  }
}
