import Foundation
import Journal
import SystemPackage
import Testing

/// A journal in a folder that is gone when the test is over.
final class Scene: Sendable {
  let folder: FilePath
  let path: FilePath
  let journal: Journal

  init() throws {
    folder = FilePath(
      FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    path = folder.appending("journal.sqlite")
    journal = try Journal(at: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  /// Runs a statement on the database from another process, behind the journal's back.
  func sql(_ statement: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [
      "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
      path.string, statement,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// Claims instances of a study, as the collector does.
  @discardableResult
  func take(_ count: Int, of study: String, id: String, first: Int = 1) throws -> OutboundStudy {
    let (outbound, instances) = try journal.intend(
      toClaim: (first..<first + count).map { instance($0, of: study) }, study: study, newID: id, expected: nil)
    try journal.claimed(instances.compactMap(\.id))
    return outbound
  }

  func instance(_ number: Int, of study: String) -> TakenInstance {
    TakenInstance(
      origin: "/export/\(study)/IM\(number)", file: "collect/\(study)/\(number).dcm",
      sopInstanceUID: "\(study).1.\(number)", sopClassUID: "1.2.840.10008.5.1.4.1.1.2", seriesInstanceUID: "\(study).1",
      transferSyntaxUID: "1.2.840.10008.1.2.1", bytes: 1000, sha256: String(repeating: "a", count: 64), route: "CH2")
  }

  func change(_ study: OutboundStudy, to state: OutboundStudy.State) throws {
    var changed = study
    changed.state = state
    try journal.update(changed, event: Event("changed", study: study.study, "now \(state)"))
  }

  /// Seals a study into a parcel of that id.
  @discardableResult
  func seal(_ study: OutboundStudy, as id: String, to recipient: String = "ch2", instances: Int) throws
    -> OutboundParcel
  {
    let parcel = OutboundParcel(
      id: id, outboundStudy: study.id, study: study.study, recipient: recipient,
      sequence: try journal.nextSequence(recipient: recipient), part: "complete", instances: instances,
      bytes: Int64(instances) * 1000, payloadBytes: 400, manifestDigest: "digest of \(id)")
    try journal.sealed(parcel, event: Event("sealed", site: recipient, study: study.study, parcel: id, "sealed"))
    return parcel
  }

  @discardableResult
  func arrive(_ id: String, from sender: String = "ch1", instances: Int = 10) throws -> InboundParcel {
    let parcel = InboundParcel(
      id: id, sender: sender, sequence: 1, manifestDigest: "digest of \(id)", instances: instances,
      bytes: Int64(instances) * 1000)
    try journal.arrived(parcel, event: Event("arrived", site: sender, parcel: id, "arrived"))
    return parcel
  }

  func set(_ id: String, to state: InboundParcel.State, study: String? = nil) throws {
    try journal.updateInboundParcel(id, from: InboundParcel.State.allCases, event: nil) {
      $0.state = state
      if let study { $0.study = study }
    }
  }
}
