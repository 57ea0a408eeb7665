import Custody
import Desk
import Foundation
import IntakeRecipes
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

/// What the recipient of an urgent study knows of its end.
struct UrgentTests {
  private final class Scene {
    let root: FilePath
    let ch1, ch2: Hospital
    let desk: Desk

    init() throws {
      root = FilePath(FileManager.default.temporaryDirectory.path).appending("urgent-\(UUID().uuidString)")
      (ch1, ch2) = try Hospital.partners(in: root, quiet: "4s")
      desk = Desk(LocalSite(ch2.configuration, journal: ch2.journal), actor: Actor("clerk"))
    }

    deinit { try? Disk().removeTree(root) }

    /// A portion with one image, and the end of its study.
    func send() throws -> [OutboundParcel] {
      let put = try Put(1, "ch2/urgent/*", in: ch1.configuration.sources[0].path)
      study = put.subject.study
      try put.file("IM1", put.image)
      var parcels: [OutboundParcel] = []
      let began = ContinuousClock.now
      while parcels.count < 2, ContinuousClock.now - began < .seconds(60) {
        try ch1.collect()
        parcels = try ch1.journal.outboundParcels(in: [.sealed], limit: 10).sorted { $0.sequence < $1.sequence }
      }
      try #require(parcels.map(\.instances) == [1, 0])
      return parcels
    }

    func carry(_ parcel: OutboundParcel) throws {
      try FileManager.default.copyItem(
        atPath: ch1.spool[.outbound].appending(parcel.id).string,
        toPath: ch2.spool.mailbox("ch1").new.appending(parcel.id).string)
      try ch2.receive()
    }

    /// All that came, came long ago.
    func age() throws {
      try ch2.execute("UPDATE inboundParcel SET arrivedAt = '2020-01-01T00:00:00.000Z'")
      try ch2.receive()
    }

    func alert() throws -> StandingAlert? { try ch2.journal.alert("incomplete \(study) ch1") }
    var study = ""
  }

  @Test func whatDoesNotComeIsMissedAndTheRecordIsToldWhenAllIsHere() throws {
    let scene = try Scene()
    let parcels = try scene.send()

    // The end overtakes the portion, which does not come for long.
    try scene.carry(parcels[1])
    let end = try #require(try scene.ch2.journal.inboundParcel(parcels[1].id))
    #expect(end.state == .imported && end.patient == nil && end.completed == nil)
    #expect(try scene.alert() == nil)
    try scene.age()
    #expect(try scene.alert()?.message.contains(parcels[0].id) == true)

    // It waits for a person; then all is here.
    try scene.carry(parcels[0])
    #expect(try scene.ch2.journal.inboundParcel(parcels[0].id)?.state == .held)
    _ = try scene.desk.accept(parcels[0].id, patient: "L1", reason: "a test file")
    try scene.ch2.receive()
    #expect(try scene.ch2.journal.inboundParcel(parcels[1].id)?.completed != nil)
    #expect(try scene.alert() == nil)
    #expect(try scene.ch2.journal.recordMessages(parcel: parcels[0].id).map(\.kind) == [.result])

    // Taken back and given anew, it is told anew, once. The end itself was given to nobody.
    #expect(throws: DeskError.self) { try scene.desk.undo(parcels[1].id, reason: "wrong") }
    _ = try scene.desk.undo(parcels[0].id, reason: "wrong")
    try scene.ch2.receive()
    #expect(try scene.ch2.journal.inboundParcel(parcels[1].id)?.completed == nil)
    _ = try scene.desk.accept(parcels[0].id, patient: "L1", reason: "right")
    try scene.ch2.receive()
    #expect(
      try scene.ch2.journal.recordMessages(parcel: parcels[0].id).map(\.kind) == [.result, .correction, .result])
    let ledger = try scene.ch2.journal.ledger().in
    #expect(ledger.imported == 1 && ledger.arrived == ledger.sum)
  }

  @Test func ofPortionsWithoutAnEndPeopleAreTold() throws {
    let scene = try Scene()
    let parcels = try scene.send()
    try scene.carry(parcels[0])
    _ = try scene.desk.accept(parcels[0].id, patient: "L1", reason: "a test file")
    try scene.ch2.receive()
    #expect(try scene.alert() == nil && scene.ch2.journal.recordMessages(parcel: parcels[0].id).isEmpty)
    try scene.age()
    #expect(try scene.alert()?.message.contains("none says that it is complete") == true)
    try scene.carry(parcels[1])
    #expect(try scene.alert() == nil)
    #expect(try scene.ch2.journal.recordMessages(parcel: parcels[0].id).count == 1)
  }

  /// The study was complete without it.
  @Test func aPortionThatIsSentOnceMoreLeavesNothingOpen() throws {
    let scene = try Scene()
    let parcels = try scene.send()
    for parcel in parcels { try scene.carry(parcel) }
    _ = try scene.desk.accept(parcels[0].id, patient: "L1", reason: "a test file")
    try scene.ch2.receive()
    for change in [OutboundParcelChange.shipped, .imported] {
      try scene.ch1.journal.change(outboundParcel: parcels[0].id, by: change, event: nil)
    }
    let sender = Desk(LocalSite(scene.ch1.configuration, journal: scene.ch1.journal), actor: Actor("clerk"))
    let new = try sender.resend(parcels[0].id).new
    try scene.ch1.collect()
    try scene.carry(try #require(try scene.ch1.journal.outboundParcel(new)))
    let again = try #require(try scene.ch2.journal.inboundParcel(new))
    #expect(again.state == .imported && again.portion == 1 && again.completed == nil)
    try scene.age()
    #expect(try scene.alert() == nil)
  }
}
