import Custody
import Foundation
import Testing

/// A duty of each kind, and one for each location.
let oneOfEach: [Duty] = [
  .move(.sealing(parcel: "P"), to: .outbound(parcel: "P")),
  .move(.arrival("A"), to: .quarantined(entry: "in-1", item: "bytes:ff\n", of: .receive)),
  .remove(.heldOutbound(study: "S")), .remove(.received(parcel: "P")), .remove(.unpacked(parcel: "P")),
  .remove(.quarantine(entry: "in-1", of: .receive)), .remove(.quarantine(entry: "out-1", of: .collect)),
  .explain(.heldInbound(parcel: "P"), Table.reason), .explain(.quarantine(entry: "out-1", of: .collect), Table.reason),
  .illustrate(parcel: "P"), .gather(study: "S"), .removeInstances(study: "S"), .reseal(parcel: "P", as: "Q"),
  .removeOriginal(Table.original),
  .quarantineOriginals([RefusedFile(Table.original, as: "files/a")], entry: "out-1"),
  .giveBack(file: "collect/S/1", to: "/export/ä"),
  .putBack([ReleasedFile("files/a", to: "/export/a")], entry: "out-1"), .withdraw(parcel: "P", recipient: "ch2"),
  .fetch(arrival: "A", partner: "ch1", name: "bytes:ff"), .handOver(Table.handOver),
  .handOver(HandOver(parcel: "P", staging: "/s", target: "/t", folder: nil, marker: nil, files: 1)),
  .recall(HandOver(parcel: "P", staging: "/s", target: "/t", folder: "f", marker: ".ok", files: 1, number: 2)),
  .record(message: "0193"), .removeRecord(file: "P.hl7"), .answer(Table.answer),
  .retract(parcel: "P", partner: "ch1", statuses: Answer.Status.allCases), .notify(alert: "mount /a", by: .ship),
]

@Suite struct CodingTests {
  @Test(arguments: oneOfEach) func aDutyIsReadAsItWasWritten(_ duty: Duty) throws {
    #expect(try JSONDecoder().decode(Duty.self, from: JSONEncoder().encode(duty)) == duty)
  }

  /// The list above is complete: whoever adds a case is told by the compiler, and by this.
  @Test func everyKindIsAmongThem() {
    let kinds = Set(oneOfEach.compactMap { Mirror(reflecting: $0).children.first?.label })
    #expect(kinds.count == 20)
  }

  @Test(arguments: [
    #"{"teleport":{"parcel":"P"}}"#, #"{"remove":{"_0":{"moon":{"parcel":"P"}}}}"#,
    #"{"notify":{"alert":"a","by":"fax"}}"#,
    #"{"gather":{}}"#, "{}", "",
  ]) func aDutyThatThisVersionDoesNotKnowIsAnError(_ text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Duty.self, from: Data(text.utf8)) }
  }

  @Test func whatIsUnknownOfWhatAReasonIsAboutIsLeftOut() {
    let reason = Reason(code: "c", sentence: "s", remedy: [], about: ["study": "1.2", "partner": nil], since: "t")
    #expect(reason.about == ["study": "1.2"])
  }
}
