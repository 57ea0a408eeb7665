import Desk
import Foundation
import Journal
import PatientLists
import Testing

/// Lists are read in portions, whatever their length, and found by what people know.
struct ListTests {
  @Test func aLongQueueIsReadInPortions() throws {
    let scene = try Scene()
    try scene.fill(parcels: 100_000)
    try scene.take(1, of: "1.2.1", id: "collecting")
    let first = try scene.desk.queue()
    #expect(first.items.count == 500 && first.total == 100_001)
    #expect(first.items[0].id == "collecting" && first.items[1].id.hasPrefix("00077777"))
    #expect(first.items[2].id.hasPrefix("00000001"))
    let last = try scene.desk.queue(Page(limit: 1000, offset: 100_000))
    #expect(last.items.map { String($0.id.prefix(8)) } == ["00100000"])
    let status = try scene.desk.status()
    #expect(status.out.first { $0.state == "sealed" }?.count.items == 100_000)
    #expect(status.concerns.first { $0.code == "waiting" }?.count == 100_000)
    #expect(status.concerns.contains { $0.code == "service" && $0.message.hasPrefix("ship") })
    expectFailure(.ambiguous) { _ = try scene.desk.queueCard("0000") }
    #expect(try scene.desk.queueCard("00004242").item.id == "00004242-0000-7000-8000-000000000000")
  }

  @Test func whatIsDoneIsListedOnlyWhenItIsAskedFor() throws {
    let scene = try Scene()
    let parcel = try scene.sealed("study-1", study: "1.2.1")
    #expect(try scene.desk.queue().items.map(\.id) == [parcel.id])
    try scene.journal.change(outboundParcel: parcel.id, by: .imported, event: nil)
    #expect(try scene.desk.queue().total == 0)
    #expect(try scene.desk.queue(withDone: true).items.map(\.id) == [parcel.id])
    #expect(try scene.desk.holds().total == 0 && scene.desk.worklist().total == 0 && scene.desk.quarantine().total == 0)
  }

  @Test func traceFindsByEverythingThatPeopleKnow() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    try scene.take(
      1, of: "1.2.77", id: "traced",
      subject: Subject(
        owner: "", study: "1.2.77", patientID: "H-4711", patientName: "ESSAI^Testard", accessionNumber: "ACC-9"))
    let decision = #"{"identities":[{"identifiers":[{"source":"(0010,1002)","value":"99123"}]}]}"#
    let parcel = try scene.onWorklist(study: "1.2.3", decision: decision)
    _ = try scene.desk.accept(parcel.id, patient: "L1", reason: "phoned")
    for text in [
      "H-4711", "acc-9", "essai testard", "Essai^Testard", "1.2.77", "/pacs/traced/IM1", "1.2.77.1.1", "traced",
    ] {
      #expect(try scene.desk.trace(text).contains { $0.study == "1.2.77" }, "\(text)")
    }
    for text in ["L1", "80010100107", "99123", parcel.id, "1.2.3"] {
      #expect(try scene.desk.trace(text).contains { $0.parcel == parcel.id && $0.what == "accepted" }, "\(text)")
    }
    #expect(try scene.desk.trace("99124").isEmpty && scene.desk.trace(" ").isEmpty && scene.desk.trace("%").isEmpty)
  }
}
