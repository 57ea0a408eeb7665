import Foundation
import Journal
import Testing

@testable import Audit

@Suite struct AuditMessageTests {
  static func document(_ event: Event, _ subject: Subject? = nil) throws -> String {
    try #require(AuditMessage(event, subject, at: "ch1", on: "edge")).xml
  }

  private static let subject = Subject(
    owner: "o", study: "1.2.3", patientID: "P1", patientName: "TEST^ANNA", accessionNumber: "A1", description: "CT head"
  )

  private static let events = [
    Event("shipped", site: "ch2", study: "1.2.3", parcel: "p", "Sent."),
    Event("delivered", site: "ch2", study: "1.2.3", parcel: "p", "ch2 has imported it."),
    Event("refused", site: "ch2", study: "1.2.3", parcel: "p", "digest"),
    Event("imported", site: "ch2", study: "1.2.3", parcel: "p", patient: "L1", "3 instances."),
    Event("quarantined", site: "ch2", parcel: "p", "signature"),
    Event(
      "accepted", by: "clerk", site: "ch2", study: "1.2.3", parcel: "p", patient: "L1", "x", why: "by phone",
      before: "nobody", after: "patient L1"),
    Event("disclosed", by: "clerk", "x", why: "test anna", after: #"["L1","L2"]"#),
    Event("disclosed", by: "clerk", patient: "L1", "x", why: "L1"),
    Event("partner-added", by: "root", site: "ch2", "x"), Event("keys-changed", by: "root", "x"),
    Event("receipt-ignored", site: "ch2", "x"),
  ]

  @Test func theyHoldBySchemaWhateverStandsInThem() throws {
    let hostile = "<&>\"'\u{0}\u{1B}[31m\u{FFFE}]]>é 山田 \u{202E}\r\n" + String(repeating: "&", count: 5000)
    var odd = Event(
      "accepted", by: hostile, site: hostile, study: hostile, patient: hostile, hostile, why: hostile, before: hostile)
    odd.after = hostile
    var documents = try Self.events.map { try Self.document($0, Self.subject) }
    documents += [
      try Self.document(odd, Subject(owner: "o", study: hostile, patientName: hostile, accessionNumber: hostile)),
      try Self.document(Event("disclosed", by: "x", "x", why: hostile, after: "not JSON")),
      AuditMessage(started: true, at: "ch1", on: "edge", time: journalTime()).xml,
      AuditMessage(started: false, at: "ch1", on: "edge", time: journalTime()).xml,
    ]
    #expect(documents.allSatisfy { !$0.contains("\n") && $0.utf8.count < 60_000 })
    let broken = documents[0].replacing("UserIsRequestor=\"true\"", with: "").replacing("<EventID", with: "<EventId")
    let problems = try check(documents + [broken])
    #expect(problems.dropLast() == documents.map { _ in [] })
    #expect(problems.last?.isEmpty == false, "the reader finds what is wrong")
  }

  private func check(_ documents: [String]) throws -> [[String]] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)")
    try Data(documents.map { Data($0.utf8).base64EncodedString() + "\n" }.joined().utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/python3")
    python.arguments = [root.appending(path: "Support/oracles/check_audit.py").path]
    python.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    python.standardOutput = output
    try python.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    python.waitUntilExit()
    return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode([String].self, from: $0) }
  }

  @Test(arguments: [
    (0, "110102"), (1, "110104"), (2, "110104"), (3, "110104"), (4, "110104"), (5, "110110"), (6, "110112"),
    (7, "110110"), (8, "110113"), (9, "110113"), (10, "110113"),
  ]) func eachHasTheStandardsCode(_ index: Int, _ code: String) throws {
    let text = try Self.document(Self.events[index], Self.subject)
    #expect(text.contains("<EventID csd-code=\"\(code)\" codeSystemName=\"DCM\""))
  }

  @Test func whoSentAndWhoGotIt() throws {
    let out = try Self.document(Self.events[0], Self.subject)
    #expect(out.contains("UserID=\"ch2\" UserIsRequestor=\"false\"><RoleIDCode csd-code=\"110152\""))
    let inbound = try Self.document(Self.events[3], Self.subject)
    #expect(inbound.contains("UserID=\"ch2\" UserIsRequestor=\"false\"><RoleIDCode csd-code=\"110153\""))
    #expect(inbound.contains("ParticipantObjectID=\"L1\"") && inbound.contains("TEST^ANNA"))
    #expect(inbound.contains("<Accession Number=\"A1\"/>"))
    let decided = try Self.document(Self.events[5])
    #expect(decided.contains("UserID=\"clerk\" UserIsRequestor=\"true\"") && decided.contains(base64("by phone")))
    let asked = try Self.document(Self.events[6])
    #expect(asked.contains("<ParticipantObjectQuery>\(base64("test anna"))<") && asked.contains("ObjectID=\"L2\""))
    #expect(try Self.document(Self.events[2]).contains("EventOutcomeIndicator=\"4\""))
  }

  @Test func aStepOfTheProgramIsNoMessage() {
    for what in ["opened", "sealed", "again", "rewritten"] {
      #expect(AuditMessage(Event(what, "x"), nil, at: "ch1", on: "edge") == nil)
    }
  }

  @Test func theFrameIsThatOfSyslog() throws {
    let message = try #require(AuditMessage(Self.events[0], Self.subject, at: "ch1", on: "edge"))
    let bytes = SyslogLine.bytes(of: message, on: "ed ge\n")
    let text = String(decoding: bytes, as: UTF8.self)
    let header = #/<85>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z edge studypost \d+ DICOM\+RFC3881 - \x{FEFF}<\?xml /#
    #expect(text.prefixMatch(of: header) != nil, "\(text.prefix(120))")
    var failed = message
    failed.outcome = "4"
    #expect(String(decoding: SyslogLine.bytes(of: failed, on: ""), as: UTF8.self).hasPrefix("<84>1 "))
  }
}
