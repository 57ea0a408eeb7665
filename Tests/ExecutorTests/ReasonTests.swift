import Custody
import Executor
import Foundation
import Spool
import SystemPackage
import Testing

@Suite struct ReasonTests {
  @Test func aReasonIsWrittenForPeopleAndForPrograms() throws {
    let folder = FilePath(
      FileManager.default.temporaryDirectory.appendingPathComponent("reason-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder.string) }
    let reason = Reason(
      code: "signature", sentence: "The signature of \u{1B}[31mch1\nroot: all is well does not hold.",
      remedy: ["Call ch1.", "studypost quarantine discard in-ch1-1"],
      about: ["parcel": "0193", "file": "a\nb", "study": nil], since: "2026-11-23T22:30:00.000Z")
    try reason.write(into: folder, of: Disk())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted() == ["WHY.txt", "why.json"])
    #expect(
      try String(contentsOfFile: folder.appending("WHY.txt").string, encoding: .utf8) == """
        The signature of \\u{1b}[31mch1\\u{a}root: all is well does not hold.

          file: a\\u{a}b
          parcel: 0193
          since: 2026-11-23T22:30:00.000Z
          reason code: signature

        What you can do:
          Call ch1.
          studypost quarantine discard in-ch1-1

        """)
    let data = try Data(contentsOf: URL(filePath: folder.appending("why.json").string))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(json.keys.sorted() == ["about", "code", "reason", "remedy", "since"])
    #expect(json["about"] as? [String: String] == ["parcel": "0193", "file": "a\\u{a}b"])
  }
}
