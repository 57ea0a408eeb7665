import Custody
import Journal
import SystemPackage
import Testing

struct DuplicateTests {
  @Test func theSameFileCountsOnceWhileItIsOnItsWay() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    try sender.drop("a/1")
    try sender.collect()
    #expect(try sender.parcels().count == 1)
    #expect(try sender.event("duplicate").count == 1)
    #expect(try sender.sourceFiles().isEmpty)
    #expect(try sender.journal.ledger().out.taken == 1)
    try sender.expectInOrder()
  }

  @Test func afterItsDeliveryTheSameFileIsSentAgain() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    try sender.deliver(try #require(try sender.parcels().first))
    try sender.drop("a/1")
    try sender.collect()
    let parcels = try sender.parcels()
    #expect(parcels.map(\.part) == ["complete", "again"] && parcels.map(\.sequence) == [1, 2])
    #expect(try sender.contents(of: parcels[1]).header.part == .again)
    #expect(try sender.sourceFiles().isEmpty)
    try sender.expectInOrder()
  }

  @Test(arguments: [OutboundParcelChange.refused, .expired, .cancelled, .damaged])
  func afterItCouldNotBeDeliveredTheSameFileIsTakenAnew(change: OutboundParcelChange) throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    try sender.journal.change(outboundParcel: try #require(try sender.parcels().first).id, by: change, event: nil)
    try sender.drop("a/1")
    try sender.collect()
    #expect(try sender.parcels().map(\.part) == ["complete", "complete"])
  }

  @Test func whatComesLateTravelsAsASupplement() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    try sender.drop("a/2", number: 2)
    try sender.collect()
    #expect(try sender.parcels().map(\.part) == ["complete", "supplement"])
  }

  @Test func aCopyForAnotherPartnerIsNotTheSame() throws {
    let sender = try Sender()
    try sender.drop("ch2/1", to: [])
    try sender.collect()
    try sender.drop("ch3/1", to: [])
    try sender.collect()
    #expect(try sender.parcels().map(\.recipient) == ["ch2", "ch3"])
  }

  @Test func otherBytesUnderTheSameUIDHoldTheStudy() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    try sender.drop("a/1", pixels: [9, 9, 9, 9])
    try sender.collect()
    let held = try #require(try sender.studies(.held).first)
    #expect(held.reasonCode == "conflicting-instances")
    // Nor does a folder decide what is contradictory.
    try sender.drop("ch3/1", to: [], pixels: [9, 9, 9, 9])
    try sender.collect()
    #expect(try sender.studies(.held).count == 1 && sender.parcels().count == 1)
  }
}
