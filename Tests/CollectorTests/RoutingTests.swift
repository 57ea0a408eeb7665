import Custody
import Journal
import Site
import SystemPackage
import Testing

@testable import Collector

struct RoutingTests {
  @Test func eachPartnerThatIsNamedGetsAParcelAndPersonsAreNoted() throws {
    let sender = try Sender()
    try sender.drop("a/1", to: ["ch2", "Doctor^House", "CH3"])
    try sender.drop("a/2", number: 2, to: ["ch3", "Doctor^House", "ch2"])
    try sender.collect()
    let parcels = try sender.parcels()
    #expect(parcels.map(\.recipient).sorted() == ["ch2", "ch3"])
    #expect(parcels.allSatisfy { $0.instances == 2 && $0.part == "complete" && $0.sequence == 1 })
    #expect(try sender.studies(.sealed).count == 1)
    #expect(try sender.event("complete").first?.detail.contains("Doctor^House") == true)
    #expect(try sender.names(of: sender.spool[.outbound]).count == 2)
    try sender.expectInOrder()
  }

  @Test(
    arguments: [
      (["ch2"], ["ch2", "ch3"], nil, "conflicting-recipients"),
      (["Doctor^House"], ["Doctor^House"], nil, "unknown-recipient"),
      (["ch2"], ["ch2"], "XFER:CH3", "conflicting-recipients"), (["ch2"], ["ch2"], "XFER:CH9", "unknown-recipient"),
      ([], [], "XFER:CH2 XFER:CH3", "conflicting-recipients"), ([], [], nil, "no-recipient"),
      (["ch1"], ["ch1"], nil, "not-forwarded"),
    ] as [([String], [String], String?, String)])
  func whatDoesNotAgreeWaitsForAPerson(first: [String], second: [String], comments: String?, code: String) throws {
    let sender = try Sender()
    try sender.drop("a/1", to: first, comments: comments)
    try sender.drop("a/2", number: 2, to: second, comments: comments)
    try sender.collect()
    #expect(try sender.parcels().isEmpty)
    let held = try #require(try sender.studies(.held).first)
    #expect(held.reasonCode == code && held.closedRule == "quiet")
    let folder = sender.spool[.holdOutbound].appending(held.id)
    #expect(try sender.names(of: folder).count == 4)
    try sender.expectInOrder()
  }

  @Test func aFolderAndATagThatDisagreeHold() throws {
    let sender = try Sender()
    try sender.drop("ch3/1", to: ["ch2"])
    try sender.collect()
    #expect(try sender.studies(.held).first?.reasonCode == "conflicting-recipients")
  }

  @Test func aHeldStudyThatIsPutIntoAPartnersFolderGoesThere() throws {
    let sender = try Sender()
    try sender.drop("a/1", to: [])
    try sender.drop("a/2", number: 2, to: [])
    try sender.collect()
    let held = try #require(try sender.studies(.held).first)
    // The same bytes once more, now addressed.
    try sender.drop("ch3/x", to: [])
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    #expect(parcel.recipient == "ch3" && parcel.instances == 2 && parcel.outboundStudy == held.id)
    #expect(try sender.event("duplicate").count == 1 && sender.event("routed").count == 1)
    #expect(try sender.names(of: sender.spool[.holdOutbound]) == [])
    #expect(try sender.sourceFiles().isEmpty)
    try sender.expectInOrder()
  }

  @Test func aLateFileOfAHeldStudyDecidesNothing() throws {
    let sender = try Sender()
    try sender.drop("ch3/1", to: ["ch2"])
    try sender.collect()
    try sender.drop("ch3/2", number: 2, to: ["ch2"])
    try sender.collect()
    let held = try #require(try sender.studies(.held).first)
    #expect(held.instances == 2)
    #expect(try sender.parcels().isEmpty)
    let folder = sender.spool[.holdOutbound].appending(held.id)
    #expect(try sender.names(of: folder).count == 4)
  }

  @Test func aStudyWhosePartnerHasGoneWaitsForAPerson() throws {
    let sender = try Sender()
    // The recipient is decided, then the partner goes.
    try sender.drop("a/2", study: "1.2.4", to: [])
    try sender.collect()
    let held = try #require(try sender.studies(.held).first)
    try sender.disk.removeFile(sender.configuration.partners.appending("ch3.toml"))
    try sender.journal.change(
      outboundStudy: held.id, by: .routed,
      recipients: [Recipient(outboundStudy: held.id, partner: "ch3", rule: "manual", value: "ch3")],
      event: Event("routed", study: held.study, "by hand"))
    try sender.collect()
    #expect(try sender.journal.outboundStudy(held.id)?.reasonCode == "unknown-recipient")
    // Another decision helps.
    try sender.journal.change(
      outboundStudy: held.id, by: .routed,
      recipients: [Recipient(outboundStudy: held.id, partner: "ch2", rule: "manual", value: "ch2")],
      event: Event("routed", study: held.study, "by hand"))
    try sender.collect()
    #expect(try sender.journal.outboundStudy(held.id)?.state == .sealed)
  }
}
