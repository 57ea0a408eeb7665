import Custody
import Desk
import Foundation
import Journal
import Site
import Testing

/// The bulk lane, and why a parcel waits.
struct BulkLaneTests {
  private func lane(_ parcel: OutboundParcel, _ scene: Scene) throws -> Lane? {
    try scene.journal.outboundParcel(parcel.id)?.lane
  }

  private func waits(_ parcel: OutboundParcel, _ scene: Scene) throws -> String? {
    guard case .parcel(_, let waits) = try scene.desk.queueCard(parcel.id).item else { return nil }
    return waits
  }

  @Test func parcelsGoIntoTheBulkLaneOneByOneByStudyAndByPartner() throws {
    let scene = try Scene(partners: ["ch2", "ch3"])
    let first = try scene.sealed("study-1", study: "1.2.1")
    let second = try scene.sealed("study-2", study: "1.2.2")
    let other = try scene.sealed("study-3", study: "1.2.3", to: "ch3")
    _ = try scene.desk.expedite(second.id)
    #expect(try scene.desk.move(.partner("ch2"), toBulk: true) == 1)
    #expect(try [first, second, other].map { try lane($0, scene) } == [.bulk, .expedited, .ordinary])
    #expect(try scene.desk.move(.study("1.2.2"), toBulk: true) == 1)
    #expect(try scene.desk.move(.parcel(other.id), toBulk: true) == 1)
    #expect(try scene.desk.move(.parcel(other.id), toBulk: true) == 0)
    #expect(try [first, second, other].map { try lane($0, scene) } == [.bulk, .bulk, .bulk])
    #expect(try scene.journal.events(parcel: first.id).last?.what == "lane")
    #expect(try waits(first, scene) == "waits until nothing else does")
    #expect(try scene.desk.move(.partner("ch2"), toBulk: false) == 2)
    _ = try scene.desk.expedite(other.id)
    #expect(try [first, second, other].map { try lane($0, scene) } == [.ordinary, .ordinary, .expedited])
    expectFailure(.notFound) { _ = try scene.desk.move(.partner("ch9"), toBulk: true) }
    try scene.journal.note(outboundParcel: first.id) { $0.urgent = true }
    expectFailure(.wrongState) { _ = try scene.desk.move(.parcel(first.id), toBulk: true) }
    try scene.journal.change(outboundParcel: second.id, by: .shipped, event: nil)
    expectFailure(.wrongState) { _ = try scene.desk.move(.parcel(second.id), toBulk: true) }
    #expect(try scene.desk.move(.study("1.2.2"), toBulk: true) == 0)
  }

  @Test func manyParcelsAreMovedInPortions() throws {
    let scene = try Scene()
    try scene.fill(parcels: 1500)
    #expect(try scene.desk.move(.partner("ch2"), toBulk: true) == 1500)
    #expect(try scene.desk.move(.partner("ch2"), toBulk: true) == 0)
    // Nobody is told that they have waited for weeks.
    #expect(try !scene.desk.status().concerns.contains { $0.code == "waiting" })
    #expect(try scene.desk.move(.study("1.2.9"), toBulk: false) == 1500)
    #expect(try scene.desk.status().concerns.first { $0.code == "waiting" }?.count == 1500)
  }

  @Test func aPauseIsShownUntilItIsOver() throws {
    let scene = try Scene(partners: ["ch2", "ch3"])
    let parcel = try scene.sealed("study-1", study: "1.2.1")
    _ = try scene.desk.move(.parcel(parcel.id), toBulk: true)
    #expect(try scene.desk.pauseBulk(to: "ch2"))
    #expect(try !scene.desk.pauseBulk(to: "ch2"))
    #expect(try waits(parcel, scene) == "waits: the bulk lane is paused")
    #expect(try scene.desk.wait(of: scene.desk.retry(parcel.id)) == "waits: the bulk lane is paused")
    #expect(try scene.desk.unsealedStudies() == 0)
    try scene.take(1, of: "1.2.9", id: "study-9")
    #expect(try scene.desk.unsealedStudies() == 1)
    let status = try scene.desk.status()
    #expect(status.bulkPauses.map(\.partner) == ["ch2"] && status.bulkPauses.map(\.actor) == ["clerk"])
    #expect(status.partners.map(\.isBulkPaused) == [true, false])
    #expect(try !scene.desk.resumeBulk(to: "ch3"))
    #expect(try scene.desk.resumeBulk(to: "ch2"))
    // All together, and whichever are paused.
    #expect(try scene.desk.pauseBulk(to: nil) && scene.desk.pauseBulk(to: "ch3"))
    expectFailure(.wrongState) { _ = try scene.desk.resumeBulk(to: "ch2") }
    #expect(try scene.journal.isBulkPaused(recipient: "ch2"))
    #expect(try scene.desk.resumeBulk(to: nil) && scene.desk.status().bulkPauses.isEmpty)
    expectFailure(.notFound) { _ = try scene.desk.pauseBulk(to: "ch9") }
    let all = try scene.journal.events(after: 0, limit: 100).map(\.what)
    let words = all.filter { ["paused", "resumed"].contains($0) }
    #expect(words == ["paused", "resumed", "paused", "paused", "resumed"])
  }

  @Test func whatWaitsForATimeOfDaySaysSo() throws {
    let scene = try Scene()
    let now = LocalTime.system(at: Int64(Date.now.timeIntervalSince1970)).minute
    let (from, to) = (
      LocalTime(weekday: 0, minute: (now + 120) % 1440), LocalTime(weekday: 0, minute: (now + 180) % 1440)
    )
    let file = scene.configuration.partners.appending("ch2.toml")
    try scene.write(
      "window = \"\(from.clock)-\(to.clock)\"\n" + String(contentsOfFile: file.string, encoding: .utf8), to: file)
    let ordinary = try scene.sealed("study-1", study: "1.2.1")
    let expedited = try scene.sealed("study-2", study: "1.2.2")
    _ = try scene.desk.expedite(expedited.id)
    #expect(try waits(ordinary, scene) == "waits for \(from.clock)" && waits(expedited, scene) == nil)
    #expect(try scene.desk.status().partners.map(\.opening) == [from.clock])
    // However long it has waited for that, the partner is not to blame.
    try scene.sql("UPDATE outboundParcel SET created = '2026-01-01T00:00:00.000Z'")
    #expect(try !scene.desk.status().concerns.contains { $0.code == "waiting" })
    try scene.sql("UPDATE outboundParcel SET waited = 100000")
    #expect(try scene.desk.status().concerns.contains { $0.code == "waiting" })
  }

  @Test func whatIsUrgentAndLateIsToldAfterMinutes() throws {
    let scene = try Scene()
    let parcels = [try scene.sealed("study-1", study: "1.2.1"), try scene.sealed("study-2", study: "1.2.2")]
    try scene.sql("UPDATE outboundParcel SET created = '\(journalTime(Date(timeIntervalSinceNow: -600)))'")
    func told() throws -> Concern? { try scene.desk.status().concerns.first { $0.code == "urgent" } }
    #expect(try told() == nil)
    try scene.journal.note(outboundParcel: parcels[0].id) { $0.urgent = true }
    #expect(try told()?.count == 1)
    try scene.journal.change(outboundParcel: parcels[0].id, by: .shipped, event: nil)
    #expect(try told()?.severity == .critical)
    #expect(try !scene.desk.status().concerns.contains { $0.code == "waiting" })
  }

  @Test func whatIsSentOnceMoreGoesInTheLaneThatIsWanted() throws {
    for (number, isBulk) in [(1, true), (2, false)] {
      let scene = try Scene()
      let parcel = try scene.sealed("study-\(number)", study: "1.2.\(number)")
      try scene.journal.note(outboundParcel: parcel.id) { $0.bulk = !isBulk }
      try scene.journal.change(outboundParcel: parcel.id, by: .imported, event: nil)
      let (_, new) = try scene.desk.resend(parcel.id, isBulk: isBulk)
      try scene.journal.sealed(
        OutboundParcel(
          id: new, outboundStudy: parcel.outboundStudy, study: parcel.study, recipient: "ch2", sequence: 100 + number,
          part: "again", again: parcel.id, instances: 1, bytes: 1, payloadBytes: 1, manifestDigest: "x"),
        event: Event("sealed", parcel: new, ""))
      #expect(try scene.journal.outboundParcel(new)?.lane == (isBulk ? .bulk : .ordinary))
    }
  }
}
