import Foundation
import Journal
import Parcel
import Sealing
import Site
import SystemPackage
import Testing

@testable import Desk

/// The history in words, for who answers for it.
@Suite struct HistoryTests {
  @Test func everyWordOfTheHistoryIsPutInWords() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    var words: Set<String> = []
    for module in ["Collector", "Shipper", "Receiver", "Executor", "Journal", "Desk"] {
      let files = try #require(
        FileManager.default.enumerator(at: sources.appending(path: module), includingPropertiesForKeys: nil))
      for case let file as URL in files where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for pattern in [
          /\b[Ee]vent\(\s*"([a-z-]+)",/, /, to: "[a-z ]+", "([a-z-]+)",/, /\(\.\w+, "(record-[a-z-]+)", "/,
        ] {
          words.formUnion(text.matches(of: pattern).map { String($0.output.1) })
        }
      }
    }
    #expect(words.count > 40)
    #expect(words.subtracting(Happening.all.keys) == [])
    #expect(Set(Happening.all.keys).subtracting(words) == [])
    #expect(Happening.all.values.allSatisfy { $0.words.count <= 40 })
  }

  @Test func aLineSaysWhomItIsAbout() throws {
    let scene = try Scene()
    try scene.take(
      1, of: "1.2.1", id: "held-1",
      subject: Subject(owner: "held-1", study: "1.2.1", patientID: "P1", patientName: "TESTONE^ANNA"))
    try scene.hold("held-1", study: "1.2.1")
    _ = try scene.desk.discard(hold: "held-1", reason: "by mistake")
    var lines: [Happening] = []
    try scene.desk.history(.init()) { lines += $0 }
    #expect(lines.map(\.event.what) == ["opened", "held", "discarded"])
    #expect(lines.allSatisfy { $0.subject?.patientName == "TESTONE^ANNA" })
    #expect(lines.map(\.isStep) == [true, false, false])
    // What a person does is never a step.
    #expect(try scene.journal.firstBrokenEvent() == nil)
  }

  @Test func aKeyThatAParcelNeedsIsNotRemoved() throws {
    let scene = try Scene()
    let hostKey = SigningKey().publicKey.line
    let text = try String(contentsOfFile: scene.configuration.file.string, encoding: .utf8)
    try scene.write(hostKey, to: scene.root.appending("host.pub"))
    let configuration = try Site.write(
      configuration: Configuration.text(
        text, setting: [("sftp.host", .text("127.0.0.1")), ("sftp.host_key", .text("host.pub"))]),
      to: scene.configuration.file)
    let old = try scene.parcel(from: "ch2", to: "ch1", in: scene.spool[.received])
    let until = Date(timeIntervalSince1970: 2_000_000_000)
    _ = try KeyRotation(of: configuration).prepare(until: until)
    _ = try KeyRotation(of: configuration).finish()
    let overdue = until + Double(KeyRotation.keptDays) * 86400
    #expect(try scene.desk.pruneKeys(at: until) == (0, 0))
    #expect(try scene.desk.pruneKeys(at: overdue) == (0, 1))
    let folder = scene.spool[.received].appending(old.manifest.parcel)
    let mailbox = scene.spool.mailbox("ch2").new.appending(old.manifest.parcel)
    try FileManager.default.moveItem(atPath: folder.string, toPath: mailbox.string)
    #expect(try scene.desk.pruneKeys(at: overdue) == (0, 1))
    try FileManager.default.removeItem(atPath: mailbox.string)
    #expect(try scene.desk.pruneKeys(at: overdue) == (1, 0))
    #expect(try scene.journal.trace("keys", limit: 10).isEmpty)
    #expect(try Keys.load(configuration.keys).ages.count == 1)
    var words: [String] = []
    try scene.desk.history(.init()) { words += $0.map(\.words) }
    #expect(words.last == "former keys removed")
  }
}
