import Custody
import Desk
import Executor
import Foundation
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

/// The audit of the ledger notices whatever journal, disk and history do not agree about, and names it.
struct AuditTests {
  /// One of everything.
  private struct Full {
    let scene: Scene
    let collecting: FilePath
    let parcel: OutboundParcel
    let held: InboundParcel
    let entry: String

    init() throws {
      scene = try Scene()
      collecting = try scene.take(2, of: "1.2.1", id: "collecting")[0]
      parcel = try scene.sealed("sealed", study: "1.2.2")
      held = try scene.onWorklist()
      let rejected = try scene.onWorklist(study: "1.2.4")
      entry = try #require(try scene.desk.reject(rejected.id, reason: "not ours")[0].entry)
      try scene.perform(.receive)
      #expect(try scene.desk.audit(deep: true).isBalanced)
    }

    /// Expects exactly this path among the problems.
    func expectProblem(_ path: FilePath, deep: Bool = false, _ location: SourceLocation = #_sourceLocation) throws {
      let audit = try scene.desk.audit(deep: deep)
      #expect(!audit.isBalanced, sourceLocation: location)
      #expect(audit.problems.count == 1, "\(audit.problems)", sourceLocation: location)
      #expect(audit.problems.first?.hasPrefix(path.string) == true, "\(audit.problems)", sourceLocation: location)
    }
  }

  private func remove(_ path: FilePath) throws { try FileManager.default.removeItem(atPath: path.string) }

  @Test func whatIsMissingIsNamed() throws {
    do {
      let full = try Full()
      try remove(full.collecting)
      try full.expectProblem(full.collecting)
    }
    do {
      let full = try Full()
      let file = full.scene.spool[.outbound(parcel: full.parcel.id)].appending("manifest.json.sig")
      try remove(file)
      try full.expectProblem(file)
    }
    do {
      let full = try Full()
      let file = full.scene.spool[.received(parcel: full.held.id)].appending("payload.tar.zst.age")
      try remove(file)
      try full.expectProblem(file)
    }
    do {
      let full = try Full()
      let file = full.scene.spool[.heldInbound(parcel: full.held.id)].appending("WHY.txt")
      try remove(file)
      try full.expectProblem(file)
    }
    do {
      let full = try Full()
      let file = full.scene.spool[.quarantine(entry: full.entry, of: .receive)].appending("WHY.txt")
      try remove(file)
      try full.expectProblem(file)
    }
  }

  @Test func whatNobodyKnowsIsNamed() throws {
    let strangers: [(Folder, String)] = [
      (.collect, "collecting/99.dcm"), (.outbound, "stranger/x"), (.received, "stranger/x"), (.holdOutbound, "s/1.dcm"),
      (.holdInbound, "stranger/x"), (.quarantine, "in-stranger/x"), (.unpack, "study-stranger/x"), (.unpack, "ch2.x/y"),
    ]
    for (folder, name) in strangers {
      let full = try Full()
      let path = full.scene.spool[folder].pushing(FilePath(name))
      try full.scene.write("what is this?", to: path)
      let isInstance = folder == .collect || folder == .holdOutbound
      try full.expectProblem(isInstance ? path : path.removingLastComponent())
    }
  }

  @Test func whatIsDamagedIsSeenByALookAtTheDigests() throws {
    let full = try Full()
    let scene = full.scene
    for file in [
      full.collecting, scene.spool[.outbound(parcel: full.parcel.id)].appending("payload.tar.zst.age"),
      scene.spool[.received(parcel: full.held.id)].appending("payload.tar.zst.age"),
    ] {
      var bytes = try Data(contentsOf: URL(filePath: file.string))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(filePath: file.string))
      #expect(try scene.desk.audit().isBalanced)
      let name = file == full.collecting ? file : file.removingLastComponent()
      try full.expectProblem(name, deep: true)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(filePath: file.string))
    }
    #expect(try scene.desk.audit(deep: true).isBalanced)
  }

  @Test func howMuchOfTheDigestsWasReadIsTold() throws {
    let scene = try Full().scene
    var told: [(done: Int64, total: Int64)] = []
    _ = try scene.desk.audit(deep: true) { told.append(($0, $1)) }
    let dones = told.map(\.done)
    #expect(told.count >= 4 && dones == dones.sorted())
    // What waits for its study, and the parcels with their manifests and signatures.
    var bytes: Int64 = 0
    for folder in [Folder.collect, .outbound, .received] {
      let root = scene.spool[folder].string
      for path in try FileManager.default.subpathsOfDirectory(atPath: root) where !path.hasSuffix("README") {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
        if attributes[.type] as? FileAttributeType == .typeRegular { bytes += attributes[.size] as? Int64 ?? 0 }
      }
    }
    #expect(Set(told.map(\.total)) == [bytes] && dones.last == bytes)
    _ = try scene.desk.audit { _, _ in Issue.record("nothing was read") }
  }

  @Test func whatIsOwedHasNotHappenedYet() throws {
    let full = try Full()
    _ = try full.scene.desk.reject(full.held.id, reason: "not ours")
    _ = try full.scene.desk.cancel(full.parcel.id)
    _ = try full.scene.desk.discard(entry: full.entry, reason: "gone")
    #expect(try full.scene.desk.audit().problems == [])
  }

  @Test func aHistoryOrACountThatWasChangedIsNamed() throws {
    for (statement, said) in [
      ("UPDATE event SET detail = 'nothing happened' WHERE id = 2", "history: line 2"),
      ("DELETE FROM event WHERE id = 2", "history: line 3"),
      ("UPDATE outboundStudy SET instances = 7 WHERE id = 'collecting'", "study collecting"),
      ("UPDATE inboundParcel SET isSeen = 0, state = 'imported' WHERE state = 'held'", "not seen in the import folder"),
    ] {
      let full = try Full()
      try full.scene.sql(statement)
      let audit = try full.scene.desk.audit()
      #expect(!audit.isBalanced && audit.problems.contains { $0.contains(said) }, "\(statement): \(audit.problems)")
    }
  }

  @Test func anImportThatWasNotSeenIsConfirmedByAPerson() throws {
    let full = try Full()
    let desk = full.scene.desk
    let id = full.held.id
    try full.scene.sql("UPDATE inboundParcel SET isSeen = 0, state = 'imported' WHERE id = '\(id)'")
    #expect(try !desk.audit().isBalanced)
    expectFailure(.needsReason) { _ = try desk.confirmImport(id, reason: " ") }
    expectFailure(.notFound) { _ = try desk.confirmImport("nothing", reason: "seen") }
    #expect(try desk.confirmImport(String(id.dropLast(2)), reason: "it is in the PACS").id == id)
    #expect(try full.scene.journal.events(parcel: id).last?.actor == "clerk")
    expectFailure(.notFound) { _ = try desk.confirmImport(id, reason: "once more") }
    try full.scene.sql("UPDATE inboundParcel SET state = 'held' WHERE id = '\(id)'")
    #expect(try desk.audit().isBalanced)
  }
}
