import Custody
import Desk
import Executor
import Foundation
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

/// A journal that is lost is made anew from the spool alone.
struct RebuildTests {
  private func rebuild(_ scene: Scene) -> Rebuild {
    Rebuild(scene.configuration, signer: scene.keys.signing.publicKey, actor: Actor("admin"))
  }

  @Test func aUsableJournalIsKeptUnlessItIsWanted() throws {
    let scene = try Scene()
    expectFailure(.refused) { _ = try rebuild(scene).run(force: false) }
    let lock = try Lock("ship", in: scene.spool)
    expectFailure(.refused) { _ = try rebuild(scene).run(force: true) }
    withExtendedLifetime(lock) {}
  }

  @Test func aDamagedJournalIsKeptAside() throws {
    let scene = try Scene()
    // Of a journal that is open SQLite has the newest pages beside it.
    for suffix in ["-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: scene.configuration.journal.string + suffix)
    }
    try scene.write("this was a database", to: scene.configuration.journal)
    let outcome = try rebuild(scene).run(force: false)
    let aside = try #require(outcome.aside)
    #expect(try String(contentsOfFile: aside.string, encoding: .utf8) == "this was a database")
    try scene.reopen()
    #expect(try scene.journal.structuralDamage() == [])
    #expect(!scene.exists(FilePath(scene.configuration.journal.string + ".rebuilding")))
  }

  @Test func everythingInTheSpoolIsKnownAgain() throws {
    let scene = try Scene()
    let unsealed = try scene.take(2, of: "1.2.1", id: "collecting")
    try scene.take(1, of: "1.2.5", id: "held")
    try scene.hold("held", study: "1.2.5")
    let outbound = try scene.sealed("sealed", study: "1.2.2")
    try scene.write("41\n", to: scene.spool[.outbound].appending(".sequence-ch2"))
    let held = try scene.onWorklist()
    let rejected = try scene.onWorklist(study: "1.2.4")
    let entry = try #require(try scene.desk.reject(rejected.id, reason: "not ours")[0].entry)
    let imported = try scene.arrived()
    try scene.journal.change(
      inboundParcel: imported.id, by: .matched, event: nil,
      facts: { InboundParcelFacts(id: $0.id, answer: $0.answer()) })
    let staging = scene.spool[.unpacked(parcel: imported.id)].appending("coerced")
    try scene.write("a coerced file", to: staging.appending("1.dcm"))
    let handOver = HandOver(
      parcel: imported.id, staging: staging.string, target: scene.spool[.import].string, folder: "1.2.3", marker: nil,
      files: 1)
    _ = try scene.journal.staged(imported, as: "1.2.3", handOvers: [handOver], duplicates: 0, instances: { nil })
    try scene.perform(.receive)
    _ = try scene.journal.imported(imported, event: Event("imported", "imported"))
    try scene.perform(.receive)
    try FileManager.default.removeItem(atPath: scene.configuration.journal.string)

    let outcome = try rebuild(scene).run(force: false)
    #expect(outcome.outbound == 1 && outcome.unsealed == 3 && outcome.imported == 1 && outcome.arrivals == 1)
    #expect(outcome.quarantined == 1 && outcome.remarks == [] && outcome.aside == nil)
    // Nothing was moved yet.
    #expect(scene.exists(unsealed[0]))
    try scene.reopen()
    let before = try scene.desk.audit(deep: true)
    #expect(before.problems == [])
    try scene.perform(.collect, .receive)
    let audit = try scene.desk.audit(deep: true)
    #expect(audit.isBalanced, "\(audit.problems) \(audit.ledger)")

    #expect(try scene.journal.outboundParcel(outbound.id)?.state == .sealed)
    #expect(try scene.journal.outboundParcel(outbound.id)?.manifestDigest == outbound.manifestDigest)
    #expect(try scene.journal.nextSequence(recipient: "ch2") == 42)
    #expect(try scene.journal.inboundParcel(imported.id)?.state == .imported)
    // What waited is verified and opened again; what is imported is not.
    let arrival = try #require(try scene.journal.arrivals(limit: 10).first)
    #expect(try scene.journal.arrivals(limit: 10).count == 1 && arrival.name == held.id && arrival.partner == "ch2")
    #expect(scene.exists(scene.spool[.arrival(arrival.id)].appending("manifest.json")))
    #expect(!scene.exists(scene.spool[.heldInbound(parcel: held.id)]))
    #expect(try scene.journal.quarantineEntry(entry)?.code == "rejected-by-clerk")
    // What was not sealed is in the source again.
    let back = try scene.spool.disk.files(below: scene.spool[.export]) { $0 == "README" }
    #expect(back.count == 3)
    #expect(try scene.spool.disk.names(of: scene.spool[.collect]) == ["README"])
    #expect(try scene.spool.disk.names(of: scene.spool[.holdOutbound]) == ["README"])
    #expect(try scene.desk.trace(outbound.id).contains { $0.what == "adopted" && $0.actor == "admin" })
  }

  @Test func aReceiptOfAnotherProvesNothing() throws {
    let scene = try Scene()
    let parcel = try scene.arrived()
    // The partner cannot write there; a receipt that somebody put there must still not count.
    let forged = Receipt(
      parcel: parcel.id, manifest: parcel.manifestDigest, recipient: "ch1", status: .imported,
      at: "2026-11-23T22:30:00Z", instances: 1)
    try forged.write(into: scene.spool.mailbox("ch2").receipts, signedBy: scene.keys(of: "ch2").signing)
    try FileManager.default.removeItem(atPath: scene.configuration.journal.string)
    let outcome = try rebuild(scene).run(force: false)
    #expect(outcome.imported == 0 && outcome.arrivals == 1)
  }

  @Test func whatLayInADroppedFolderIsOneEntryAgain() throws {
    let scene = try Scene()
    let folder = scene.spool[.quarantine].appending("out-1")
    let cd = scene.spool[.export].appending("cd")
    let names = ["INDEX.HTM", "VIEWER/RUN.EXE"]
    for name in names { try scene.write(name, to: folder.appending(QuarantineEntry.files).pushing(FilePath(name))) }
    try Custody.Reason(
      code: "not-dicom", sentence: "Not DICOM.", remedy: [], about: ["folder": cd.string], since: journalTime()
    ).write(into: folder, of: scene.spool.disk)
    try FileManager.default.removeItem(atPath: scene.configuration.journal.string)
    #expect(try rebuild(scene).run(force: false).quarantined == 1)
    try scene.reopen()
    #expect(try scene.journal.quarantineEntry("out-1")?.instances == 2)
    #expect(try scene.desk.audit(deep: true).isBalanced)
    #expect(try scene.desk.release("out-1").becomes == .files(cd.string))
    try scene.perform(.collect)
    for name in names { #expect(scene.exists(cd.pushing(FilePath(name)))) }
    #expect(!scene.exists(folder))
    #expect(try scene.desk.audit(deep: true).isBalanced)
  }

  /// The account tells when a file of an entry is gone.
  @Test func aFileThatIsGoneFromADroppedFolderIsMissed() throws {
    let scene = try Scene()
    let source = scene.spool[.export].appending("cd")
    let files = try ["a", "b"].map { name in
      let path = try scene.write(name, to: source.appending(name))
      let status = try #require(try scene.spool.disk.status(of: path))
      return Journal.Refused(
        RefusedFile(Original(path, status), as: "files/\(name)"), sha256: "d", event: Event("quarantined", "x"))
    }
    try scene.journal.refused(
      files, as: QuarantineEntry(name: "out-1", folder: source.string, code: "not-dicom", reason: "x"),
      reason: Custody.Reason(code: "not-dicom", sentence: "x", remedy: [], about: [:], since: journalTime()))
    try scene.perform(.collect)
    #expect(try scene.desk.audit().isBalanced)
    try FileManager.default.removeItem(
      atPath: scene.spool[.quarantine].pushing("out-1/files/b").string)
    #expect(try scene.desk.audit().problems.contains { $0.contains("out-1/files/b") })
  }
}
