import Foundation
import Journal
import SystemPackage
import Testing

@Suite struct OpeningTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  private func expectUnusable(_ path: FilePath, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: JournalError.self, sourceLocation: sourceLocation) { _ = try Journal(at: path) }
    #expect(error?.code == .unusable, sourceLocation: sourceLocation)
    #expect(error?.description.hasPrefix(path.string) == true, sourceLocation: sourceLocation)
  }

  @Test func whatWasWrittenIsThereAfterOpeningAgain() throws {
    try scene.take(2, of: "1.2", id: "a")
    let again = try Journal(at: scene.path)
    #expect(try again.instances(outboundStudy: "a").count == 2)
    #expect(try again.ledger() == scene.journal.ledger())
  }

  @Test func aFileThatIsNoDatabaseIsToldAndLeftAsItIs() throws {
    let path = scene.folder.appending("other")
    let text = Data(String(repeating: "This is no database. ", count: 1000).utf8)
    try text.write(to: URL(filePath: path.string))
    expectUnusable(path)
    #expect(try Data(contentsOf: URL(filePath: path.string)) == text)
  }

  @Test func aDatabaseWhoseSchemaIsDamagedIsTold() throws {
    let path = scene.folder.appending("damaged.sqlite")
    var bytes = try copy(to: path)
    for index in 100..<4096 { bytes[index] = 0xA5 }
    try bytes.write(to: URL(filePath: path.string))
    expectUnusable(path)
  }

  @Test func aDatabaseThatIsCutOffIsTold() throws {
    let path = scene.folder.appending("cut.sqlite")
    let bytes = try copy(to: path)
    try bytes.prefix(5000).write(to: URL(filePath: path.string))
    expectUnusable(path)
  }

  /// A whole copy in one file, without the write-ahead log.
  private func copy(to path: FilePath) throws -> Data {
    try scene.take(100, of: "1.2", id: "a")
    try scene.sql("VACUUM INTO '\(path)'")
    return try Data(contentsOf: URL(filePath: path.string))
  }

  @Test func aFolderOrAPlaceThatIsNotThereIsTold() throws {
    expectUnusable(scene.folder)
    expectUnusable(scene.folder.appending("nothing/journal.sqlite"))
    expectUnusable("/dev/null/journal.sqlite")
  }

  @Test func twoJournalsOnOneFileSeeOneAnother() throws {
    let other = try Journal(at: scene.path)
    try scene.take(1, of: "1.2", id: "a")
    #expect(try other.outboundStudy("a")?.state == .collecting)
    try other.record(Event("seen", study: "1.2", "x"))
    #expect(try scene.journal.trace("1.2").count == 1)
  }

  @Test func twoJournalsWriteAtOnceAndNothingIsLost() async throws {
    let scene = scene
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let journal = try Journal(at: scene.path)
          for number in 0..<25 {
            let study = "1.\(writer).\(number)"
            let (_, instances) = try journal.intend(
              toClaim: [scene.instance(1, of: study)], study: study, newID: study, expected: nil)
            try journal.claimed(instances.compactMap(\.id))
            try journal.record(Event("claimed", study: study, "x"))
          }
        }
      }
      try await group.waitForAll()
    }
    let ledger = try scene.journal.ledger()
    #expect(ledger.out.taken == 100 && ledger.out.collecting == 100)
    #expect(try scene.journal.trace("1.").count == 100)
  }

  @Test func aCountThatTwoJournalsRaiseAtOnceIsExact() async throws {
    let scene = scene
    try scene.seal(scene.take(1, of: "1.2", id: "a"), as: "p", instances: 1)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let journal = try Journal(at: scene.path)
          for _ in 0..<25 { try journal.updateOutboundParcel("p", from: [.sealed], event: nil) { $0.resent += 1 } }
        }
      }
      try await group.waitForAll()
    }
    #expect(try scene.journal.outboundParcel("p")?.resent == 100)
  }

  /// Three services are started at once on a new site, or after an upgrade.
  @Test func journalsThatMakeTheFileAtOnceAllOpen() async throws {
    for round in 0..<5 {
      let path = scene.folder.appending("new-\(round).sqlite")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<6 {
          group.addTask { try Journal(at: path).record(Event("opened", study: "1.\(number)", "x")) }
        }
        try await group.waitForAll()
      }
      #expect(try Journal(at: path).trace("1.").count == 6)
    }
  }

  @Test func timesSortAsTexts() throws {
    let times = [-1.0, 0, 0.0004, 0.001, 0.9994, 1, 1_795_473_000, 1_795_473_000.1, 1_795_473_000.25, 4_102_444_800]
    let texts = times.map { journalTime(Date(timeIntervalSince1970: $0)) }
    #expect(texts == texts.sorted())
    #expect(Set(texts.map(\.count)) == [24])
    #expect(texts.last == "2100-01-01T00:00:00.000Z")
    #expect(texts.contains("2026-11-23T22:30:00.250Z"))
    // Every millisecond of a few seconds, and what lies between.
    var last = ""
    for step in 0..<30_000 {
      let text = journalTime(Date(timeIntervalSince1970: 1_795_473_000 + Double(step) * 0.00013))
      #expect(last <= text && text.count == 24)
      last = text
    }
    #expect(journalTime() > "2020")
    // And they are read back.
    let time = Date(timeIntervalSince1970: 1_795_473_000.25)
    let read = try #require(date(ofJournalTime: journalTime(time)))
    #expect(read.timeIntervalSince(time).magnitude < 0.001)
    for text in ["", "today", "2026-11-23"] { #expect(date(ofJournalTime: text) == nil) }
  }
}
