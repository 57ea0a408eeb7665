import Desk
import Foundation
import IntakeRecipes
import Journal
import Reconciliation
import Spool
import SystemPackage
import Testing

/// Late images of a study whose patient a person has decided.
struct SupplementTests {
  private struct NothingCame: Error {}

  @Test func lateImagesFollowTheirStudyButForThoseThatContradictThemselves() throws {
    let root = FilePath(FileManager.default.temporaryDirectory.path).appending("supplement-\(UUID().uuidString)")
    defer { try? Disk().removeTree(root) }
    let (ch1, ch2) = try Hospital.partners(in: root)
    let desk = Desk(LocalSite(ch2.configuration, journal: ch2.journal), actor: Actor("clerk"))
    func send(_ name: String, _ make: (Put) -> [UInt8]) throws -> InboundParcel {
      let before = try Set(ch2.journal.inboundParcels(in: InboundParcel.State.allCases, limit: 10).map(\.id))
      let put = try Put(1, "ch2/*", in: ch1.configuration.sources[0].path)
      try put.file(name, make(put))
      try ch1.collect()
      try Exchange.carry(from: ch1, to: ch2)
      try ch2.receive()
      let after = try ch2.journal.inboundParcels(in: InboundParcel.State.allCases, limit: 10)
      guard let new = after.first(where: { !before.contains($0.id) }) else { throw NothingCame() }
      return new
    }

    let first = try send("IM1") { $0.image }
    #expect(first.state == .held)
    _ = try desk.accept(first.id, patient: "L1", reason: "a test file")
    try ch2.receive()
    let second = try send("IM2") { Image(.explicit, $0.subject(instance: 2)).file }
    #expect(second.state == .imported && second.part == "supplement")

    let third = try send("IM3") {
      let image = Image(.explicit, $0.subject(instance: 3))
      return image.head + image.beginning + image.otherIDs + image.middle
        + image.writer.element(0x0020_0013, "IS", "2") + image.pixels
    }
    #expect(third.state == .held)
    let reasons = Decision(of: third)?.reasons.map(\.code) ?? []
    #expect(reasons.contains(.contradictory), "\(reasons)")
    #expect(third.reason?.contains("given to patient L1 before") == true, "\(third.reason ?? "")")
    _ = try desk.accept(third.id, patient: "L1", reason: "looked at")
    try ch2.receive()
    #expect(try ch2.journal.inboundParcel(third.id)?.state == .imported)
  }
}
