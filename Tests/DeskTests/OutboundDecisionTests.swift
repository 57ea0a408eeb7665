import Custody
import Desk
import Executor
import Foundation
import Journal
import Parcel
import Testing

/// What people decide about outbound studies and parcels, and about refused files.
struct OutboundDecisionTests {
  @Test func aHeldStudyIsRoutedToAllPartnersThatAreNamed() throws {
    let scene = try Scene(partners: ["ch2", "ch3"])
    try scene.take(2, of: "1.2.1", id: "held-1")
    try scene.hold("held-1", study: "1.2.1")
    expectFailure(.notFound) { _ = try scene.desk.route(hold: "held-1", to: ["ch2", "ch9"]) }
    expectFailure(.usage) { _ = try scene.desk.route(hold: "held-1", to: []) }
    #expect(try scene.desk.holdCard("held").instances.count == 2)
    let (study, partners) = try scene.desk.route(hold: "held", to: ["ch3", "ch2", "ch3"])
    #expect(study.state == .ready && partners == ["ch3", "ch2"])
    #expect(try scene.journal.recipients(outboundStudy: "held-1").map(\.partner) == ["ch2", "ch3"])
    #expect(try scene.journal.recipients(outboundStudy: "held-1").allSatisfy { $0.rule == "manual" })
    expectFailure(.notFound) { _ = try scene.desk.route(hold: "held-1", to: ["ch2"]) }
  }

  @Test func aStudyThatContradictsItselfIsNotRouted() throws {
    let scene = try Scene()
    try scene.take(1, of: "1.2.1", id: "held-1")
    let twin = try scene.write("other bytes", to: scene.spool[.collect].appending("held-1").appending("9.dcm"))
    let (_, rows) = try scene.journal.intend(
      toClaim: [
        TakenInstance(
          origin: "/pacs/twin", file: scene.spool.relative(twin), sopInstanceUID: "1.2.1.1.1", sopClassUID: nil,
          seriesInstanceUID: nil, transferSyntaxUID: nil, bytes: 11, sha256: "other", route: nil)
      ], study: "1.2.1", newID: "unused", expected: nil)
    try scene.journal.claimed(rows.compactMap(\.id))
    try scene.hold("held-1", study: "1.2.1")
    let error = expectFailure(.wrongState) { _ = try scene.desk.route(hold: "held-1", to: ["ch2"]) }
    #expect(error?.message.contains("1.2.1.1.1") == true)
    _ = try scene.desk.discard(hold: "held-1", reason: "exported again")
    #expect(scene.exists(scene.spool[.heldOutbound(study: "held-1")]))
    try scene.perform(.collect)
    #expect(!scene.exists(scene.spool[.heldOutbound(study: "held-1")]))
    #expect(try scene.desk.audit().isBalanced)
    #expect(try scene.journal.events(parcel: "").isEmpty)
    #expect(try scene.desk.trace("1.2.1").last?.actor == "clerk")
  }

  @Test func aRefusedParcelIsSentAgainOrLetGo() throws {
    let scene = try Scene()
    let parcel = try scene.sealed("study-1", study: "1.2.1")
    expectFailure(.wrongState) { _ = try scene.desk.discard(parcel: parcel.id, reason: "tired of it") }
    try scene.journal.change(outboundParcel: parcel.id, by: .refused, event: nil) { $0.reasonCode = "contents" }
    expectFailure(.wrongState) { _ = try scene.desk.cancel(parcel.id) }
    let retried = try scene.desk.retry(parcel.id)
    #expect(retried.state == .sealed && retried.tryNow && retried.attempts == 0 && retried.reasonCode == nil)

    try scene.journal.change(outboundParcel: parcel.id, by: .refused, event: nil)
    let gone = scene.spool[.outbound(parcel: parcel.id)].appending("payload.tar.zst.age")
    try FileManager.default.removeItem(atPath: gone.string)
    let error = expectFailure(.files) { _ = try scene.desk.retry(parcel.id) }
    #expect(error?.message.contains("payload.tar.zst.age") == true)
    expectFailure(.files) { _ = try scene.desk.resend(parcel.id) }
    _ = try scene.desk.discard(parcel: parcel.id, reason: "exported again")
    try scene.perform(.collect, .ship)
    #expect(!scene.exists(scene.spool[.outbound(parcel: parcel.id)]))
    #expect(try scene.journal.outboundParcel(parcel.id)?.state == .discarded)
    #expect(try scene.desk.audit().isBalanced)
  }

  @Test func whatWasDeliveredIsOwedOnceMoreAsANewParcel() throws {
    let scene = try Scene()
    let parcel = try scene.sealed("study-1", study: "1.2.1")
    expectFailure(.wrongState) { _ = try scene.desk.resend(parcel.id) }
    try scene.journal.change(outboundParcel: parcel.id, by: .imported, event: nil)
    let (_, new) = try scene.desk.resend(parcel.id)
    let owed = try scene.journal.owed(subject: "parcel:\(new)").map { try $0.decoded() }
    #expect(owed == [.reseal(parcel: parcel.id, as: new)])
    #expect(try scene.journal.events(parcel: parcel.id).last?.what == "resend")
    // Who repeats the order, perhaps because its answer was lost, gets it done once.
    expectFailure(.wrongState) { _ = try scene.desk.resend(parcel.id) }
    #expect(try scene.journal.owed(subject: "parcel:\(new)").count == 1)
    try scene.journal.change(outboundParcel: parcel.id, by: .purged, event: nil)
    expectFailure(.files) { _ = try scene.desk.resend(parcel.id) }
  }

  @Test func aParcelIsExpeditedOrCalledBackBeforeItIsShipped() throws {
    let scene = try Scene()
    let parcel = try scene.sealed("study-1", study: "1.2.1")
    #expect(try scene.desk.expedite(parcel.id).id == parcel.id)
    #expect(try scene.journal.outboundParcel(parcel.id)?.lane == .expedited)
    _ = try scene.desk.cancel(parcel.id)
    let files = scene.spool[.outbound(parcel: parcel.id)]
    #expect(scene.exists(files))
    try scene.perform(.collect, .ship)
    #expect(!scene.exists(files))
    expectFailure(.wrongState) { _ = try scene.desk.expedite(parcel.id) }
    #expect(try scene.desk.audit().isBalanced)
  }

  @Test func aRefusedFileGoesBackToItsSourceOrIsRemoved() throws {
    for released in [true, false] {
      let scene = try Scene()
      let source = try scene.write("no image", to: scene.spool[.export].appending("letter.txt"))
      let status = try #require(try scene.spool.disk.status(of: source))
      let entry = QuarantineEntry(
        name: "out-letter", file: source.string, code: "not-dicom", reason: "not DICOM", study: nil)
      try scene.journal.refused(
        [
          .init(
            RefusedFile(Original(source, status), as: QuarantineEntry.file), sha256: sha256(Array("no image".utf8)),
            event: Event("quarantined", file: source.string, "not DICOM"))
        ], as: entry,
        reason: Custody.Reason(code: "not-dicom", sentence: "not DICOM", remedy: [], about: [:], since: journalTime()))
      try scene.perform(.collect)
      #expect(!scene.exists(source))
      #expect(try scene.desk.quarantineCard("out").files.count == 3)
      #expect(try scene.desk.audit().isBalanced)
      if released {
        #expect(try scene.desk.release("out-letter").becomes == .files(source.string))
      } else {
        _ = try scene.desk.discard(entry: "out-letter", reason: "a letter")
      }
      try scene.perform(.collect)
      #expect(scene.exists(source) == released)
      #expect(!scene.exists(scene.spool[.quarantine(entry: "out-letter", of: .collect)]))
      #expect(try scene.desk.audit().isBalanced)
      #expect(try scene.journal.ledger().out.discarded == (released ? 0 : 1))
    }
  }

  @Test func whatArrivedAndWasRefusedIsVerifiedAgain() throws {
    let scene = try Scene()
    let parcel = ParcelID()
    try scene.parcel(parcel, from: "ch2", to: "ch1", in: scene.root.appending("made"))
    let arrival = Arrival(id: "ch2.\(ParcelID())", partner: "ch2", name: parcel.text)
    let place = scene.spool[.arrival(arrival.id)]
    try FileManager.default.createDirectory(
      atPath: place.removingLastComponent().string, withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: scene.root.appending("made").appending(parcel.text).string, toPath: place.string)
    #expect(try scene.journal.expect(arrival))
    let entry = QuarantineEntry(
      name: "in-ch2-1", partner: "ch2", parcel: parcel.text, item: parcel.text, code: "signature", reason: "wrong")
    try scene.journal.refused(
      arrival.id, as: entry,
      reason: Custody.Reason(code: "signature", sentence: "wrong", remedy: [], about: [:], since: journalTime()),
      event: Event("quarantined", parcel: parcel.text, "wrong"), answer: { _ in nil })
    try scene.perform(.receive)
    #expect(scene.exists(scene.spool[.quarantined(entry: "in-ch2-1", item: parcel.text, of: .receive)]))
    #expect(try scene.desk.release("in-ch2-1").becomes == .verified)
    #expect(try scene.journal.arrivals(limit: 10).isEmpty)
    try scene.perform(.receive)
    let again = try #require(try scene.journal.arrivals(limit: 10).first)
    #expect(again.partner == "ch2" && again.name == parcel.text)
    #expect(scene.exists(scene.spool[.arrival(again.id)].appending("manifest.json")))
    #expect(try scene.desk.audit().isBalanced)
  }

  @Test func anUrgentStudyOfWhichSomeHasLeftSaysWhereItGoesAndWhatItWaitsFor() throws {
    let scene = try Scene()
    try scene.take(1, of: "1.2.2", id: "ordinary")
    for count in 1...2 {
      _ = try scene.sealed("portion-\(count)", study: "1.2.1", isPortion: true)
      let said = try scene.desk.queue().items.compactMap { item in
        if case .study(let study, let partners, let waits) = item, study.urgent {
          (study, partners, waits)
        } else {
          nil
        }
      }
      #expect(said.count == 1 && said.first?.1 == ["ch2"])
      #expect(said.first?.2 == "\(count == 1 ? "1 portion has" : "2 portions have") left; more is waited for")
      // What comes next goes into the study that waits.
      try scene.sql("DELETE FROM outboundStudy WHERE id = '\(said.first?.0.id ?? "")'")
    }
    guard case .study(let study, _, let waits) = try scene.desk.queueCard("ordinary").item else { return }
    #expect(study.state == .collecting && waits == nil)
  }

  @Test func whoWantsAStudyMovedThatIsCollectedIsToldWhatToDo() throws {
    let scene = try Scene()
    try scene.take(1, of: "1.2.1", id: "study-1")
    let hastened = expectFailure(.wrongState) { _ = try scene.desk.expedite("study-1") }
    #expect(
      hastened?.message.contains("/export/PARTNER/urgent/ and it leaves at once, or wait until it is sealed:") == true)
    for body in [
      { _ = try scene.desk.cancel("study-1") }, { _ = try scene.desk.move(.parcel("study-1"), toBulk: true) },
    ] {
      let error = expectFailure(.wrongState) { try body() }
      #expect(error?.message.hasSuffix(" Wait until it is sealed: studypost queue show study-1") == true)
    }
    try scene.take(1, of: "1.2.2", id: "study-2", isUrgent: true)
    let urgent = expectFailure(.wrongState) { _ = try scene.desk.expedite("study-2") }
    #expect(urgent?.message.contains("It is urgent: its images leave as they come.") == true)
  }

  @Test func theParcelsOfAStudyToOnePartnerAreKnown() throws {
    let scene = try Scene(partners: ["ch2", "ch3"])
    let first = try scene.sealed("study-1", study: "1.2.1")
    _ = try scene.sealed("study-2", study: "1.2.1", to: "ch3")
    let second = try scene.sealed("study-3", study: "1.2.1")
    let third = try scene.sealed("study-4", study: "1.2.1")
    _ = try scene.desk.cancel(third.id)
    #expect(try scene.desk.parcels(ofStudyOf: second).map(\.id) == [first.id, second.id])
  }

  @Test func aParcelIsShownWithItsOwnHistory() throws {
    let scene = try Scene()
    let first = try scene.sealed("study-1", study: "1.2.1")
    let other = try scene.sealed("study-2", study: "1.2.1")
    _ = try scene.desk.expedite(other.id)
    let events = try scene.desk.queueCard(first.id).events
    #expect(events.contains { $0.what == "opened" } && events.contains { $0.parcel == first.id })
    #expect(!events.contains { $0.parcel == other.id })
    #expect(try scene.desk.queueCard("study-1").events.contains { $0.parcel == other.id })
  }

  @Test func anIdIsGivenByItsUnambiguousBeginning() throws {
    let scene = try Scene()
    for (number, id) in ["study-aa1", "study-aa2", "study-b"].enumerated() {
      try scene.take(1, of: "1.2.\(number)", id: id)
    }
    let error = expectFailure(.ambiguous) { _ = try scene.desk.queueCard("study-a") }
    #expect(error?.lines == ["study-aa1", "study-aa2"])
    #expect(try scene.desk.queueCard("study-b").item.id == "study-b")
    #expect(try scene.desk.queueCard("study-aa2").item.id == "study-aa2")
    for nothing in ["", "x", "study-b%", "Study-b"] {
      expectFailure(.notFound) { _ = try scene.desk.queueCard(nothing) }
    }
  }
}

extension Desk.QueueItem {
  var id: String {
    switch self {
    case .study(let study, _, _): study.id
    case .parcel(let parcel, _): parcel.id
    }
  }
}
