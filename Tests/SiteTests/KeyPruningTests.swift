import Foundation
import Sealing
import Spool
import SystemPackage
import Testing

@testable import Site

/// A former age key is kept for as long as a parcel that only it opens may be on its way, and not for ever.
@Suite struct KeyPruningTests {
  private let scratch: Scratch
  private let configuration: Configuration
  private var rotation: KeyRotation { KeyRotation(of: configuration) }
  private let kept = Double(KeyRotation.keptDays) * 86400

  init() throws {
    scratch = try Scratch()
    let file = try Site.create(named: try #require(SiteName("ch1")), root: scratch.path)
    try scratch.write(SigningKey().publicKey.line, to: "host.pub")
    let settings: [(key: String, value: Configuration.Setting.Value)] = [
      ("sftp.host", .text("127.0.0.1")), ("sftp.host_key", .text("host.pub")),
    ]
    configuration = try Site.write(
      configuration: Configuration.text(try text(of: file), setting: settings), to: file)
  }

  private func ages() throws -> [String] { try Keys.load(configuration.keys).ages.map(\.text) }

  private func rotate(until: Date) throws {
    _ = try rotation.prepare(until: until)
    _ = try rotation.finish()
  }

  @Test func aFormerKeyGoesWhenItsTimeIsOver() throws {
    let until = Date(timeIntervalSince1970: 2_000_000_000)
    try rotate(until: until)
    let before = try ages()
    #expect(before.count == 2)
    let early = try rotation.prune(at: until + kept - 1) { _, _ in false }
    #expect(early == (0, 0))
    #expect(try ages() == before)
    #expect(try rotation.overdue(at: until + kept - 1) == 0)
    #expect(try rotation.overdue(at: until + kept) == 1)
    #expect(try rotation.prune(at: until + kept) { _, _ in false } == (1, 0))
    #expect(try ages() == [before[0]])
    // What is left is a key file like any other.
    #expect(try run("age-keygen", "-y", configuration.keys.appending("age.key").string)?.hasPrefix("age1") == true)
  }

  @Test func aKeyThatIsNeededStays() throws {
    let until = Date(timeIntervalSince1970: 2_000_000_000)
    try rotate(until: until)
    let before = try ages()
    let outcome = try rotation.prune(at: until + kept) { former, others in
      former.text == before[1] && others.map(\.text) == [before[0]]
    }
    #expect(outcome == (0, 1))
    #expect(try ages() == before)
  }

  @Test func eachKeyHasItsOwnTimeAndTheNextOneHasNone() throws {
    let first = Date(timeIntervalSince1970: 2_000_000_000)
    let second = first + 100 * 86400
    try rotate(until: first)
    try rotate(until: second)
    let all = try ages()
    #expect(all.count == 3)
    // Made, told to partners, and not yet in use.
    _ = try rotation.prepare(until: second + 86400)
    let next = try #require(try ages().last)
    #expect(try rotation.prune(at: second) { _, _ in false } == (1, 0))
    #expect(try ages() == [all[0], all[1], next])
    #expect(try rotation.prune(at: second + 1000 * 86400) { _, _ in false } == (1, 0))
    #expect(try ages() == [all[0], next])
    #expect(try rotation.prune(at: .distantFuture) { _, _ in false } == (0, 0))
    _ = try rotation.finish()
    #expect(try ages() == [next, all[0]])
  }
}
