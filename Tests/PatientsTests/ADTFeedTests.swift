import Foundation
import NationalID
import Testing

@testable import Patients

/// What ADT messages do, as they come in a file.
@Suite struct ADTFeedTests {
  private var settings = PatientSettings(schemes: [.belgium, .netherlands], ownAuthorities: ["CH1", "1.2.3"])
  private let niss = "85073003328"

  private func items(_ text: String, _ settings: PatientSettings? = nil) throws -> [FeedItem] {
    let bytes = Array(text.utf8)
    var reader = try PatientFeed.reader(
      for: FeedSource(name: "adt.hl7", bytes: bytes), FeedFormat(bytes), settings ?? self.settings)
    var items: [FeedItem] = []
    while let item = try reader.next() { items.append(item) }
    return items
  }

  private func message(_ event: String, _ segments: String..., time: String = "20261128100000+0100") -> String {
    (["MSH|^~\\&|EHR|CH1|||20261128110000+0100||ADT^\(event)|1|P|2.5", "EVN|\(event)|\(time)"] + segments)
      .joined(separator: "\r") + "\r"
  }

  private func actions(_ items: [FeedItem]) -> [PatientChange.Action] {
    items.compactMap { if case .change(let change) = $0 { change.action } else { nil } }
  }

  private func problems(_ items: [FeedItem]) -> [String] {
    items.compactMap { if case .bad(let entry) = $0 { "\(entry.line) \(entry.value)" } else { nil } }
  }

  private func update(_ text: String, _ settings: PatientSettings? = nil) throws -> PatientUpdate {
    guard case .update(let update)? = try actions(items(text, settings)).first else {
      throw CocoaError(.coderInvalidValue)
    }
    return update
  }

  private let full =
    "PID|1||4711^^^CH1&1.2.3&ISO^PI~85.07.30-033.28^^^NISS^NI~V9^^^CH1^VN~X7^^^CH9^MR||Berg^Anna^Maria^JR^Dr.^^L~Hof^^^^^^M"
    + "~Berch^Anna^^^^^A~山田^花子^^^^^L^I||19850730|F|||||||||||||||||||||20260102|Y"

  @Test func everyEventThatTellsOfAPatientIsAnUpdate() throws {
    for event in ["A01", "A04", "A05", "A08", "A28", "A31"] {
      let it = try update(message(event, full))
      #expect(it.id == LocalIdentifier("4711") && it.otherIDs == .set([LocalIdentifier("X7", authority: "CH9")]))
      let number = NationalNumber(niss, scheme: "BE", issuer: NationalIDScheme.belgium.issuers[0])
      #expect(it.nationalNumbers == .set([number]))
      #expect(it.birthDate == .set("19850730") && it.sex == .set("F"))
      #expect(it.deceasedOn == .set("20260102") && it.isDeceased == .set(true))
      #expect(it.active == (["A08", "A31"].contains(event) ? .leave : .set(true)))
      let names = try #require(it.names.value)
      #expect(names.map(\.kind) == [.legal, .birth, .alias] && names[0].ideographic?.family == "山田")
      #expect(names[0].alphabetic == .init(family: "Berg", given: "Anna Maria", prefix: "Dr.", suffix: "JR"))
    }
    guard case .change(let change)? = try items(message("A08", full)).first else {
      throw CocoaError(.coderInvalidValue)
    }
    #expect(change.at == Date(timeIntervalSince1970: 1_795_856_400))
  }

  @Test func aCancelledAdmissionAndOtherMessagesChangeNothing() throws {
    for event in ["A11", "A12", "A13", "A02", "A03", "A99"] { #expect(try items(message(event, full)) == []) }
    #expect(try items("MSH|^~\\&|||||||ORU^R01|1\rPID|||4711^^^CH1||Berg\r") == [])
  }

  @Test func whatIsEmptyStaysAndWhatIsQuotedGoes() throws {
    let empty = try update(message("A08", "PID|||4711^^^CH1"))
    #expect(empty == PatientUpdate(id: LocalIdentifier("4711")))
    let quoted = try update(
      message("A08", "PID|||4711^^^CH1||||\"\"|\"\"|||||||||||\"\"||||||||||\"\"|\"\""))
    #expect(quoted.birthDate == .delete && quoted.sex == .delete && quoted.nationalNumbers == .delete)
    #expect(quoted.deceasedOn == .delete && quoted.isDeceased == .delete && quoted.names == .leave)
    #expect(
      try update(message("A08", "PID|||4711^^^CH1||||1985")).birthDate == .leave, "a part of a date tells nothing")
    #expect(try update(message("A08", "PID|||4711^^^CH1|||||U")).sex == .delete)
  }

  @Test func mergesLinksAndNewNumbers() throws {
    let (one, two, three) = (LocalIdentifier("1"), LocalIdentifier("2"), LocalIdentifier("3", authority: "CH9"))
    #expect(
      try actions(items(message("A40", "PID|||1^^^CH1", "MRG|2^^^CH1~3^^^CH9"))) == [
        .merge(from: two, into: one), .merge(from: three, into: one),
      ])
    let described = try actions(items(message("A40", "PID|||1^^^CH1||Berg^Anna", "MRG|2^^^CH1")))
    #expect(described.count == 2 && described[0] == .merge(from: two, into: one))
    #expect(
      try actions(items(message("A40", "PID|||1^^^CH1", "MRG|2^^^CH1", "PID|||2^^^CH1", "MRG|3^^^CH9"))) == [
        .merge(from: two, into: one), .merge(from: three, into: two),
      ])
    #expect(
      try actions(items(message("A47", "PID|||1^^^CH1", "MRG|2^^^CH1"))) == [.changeIdentifier(from: two, to: one)])
    #expect(try actions(items(message("A24", "PID|||1^^^CH1", "PID|||2^^^CH1"))) == [.merge(from: two, into: one)])
    #expect(try actions(items(message("A37", "PID|||1^^^CH1", "PID|||2^^^CH1"))) == [.unmerge(one), .unmerge(two)])
    var gone = PatientUpdate(id: one)
    gone.active = .set(false)
    #expect(try actions(items(message("A29", "PID|||1^^^CH1||Berg"))) == [.update(gone)])
    #expect(try problems(items(message("A40", "PID|||1^^^CH1"))) == ["1 "])
  }

  @Test func theLocalNumberIsTheOneOfThisHospital() throws {
    func id(_ field: String, own: [String] = ["CH1", "1.2.3"]) throws -> LocalIdentifier {
      try update(message("A08", "PID|||\(field)"), PatientSettings(schemes: [.belgium], ownAuthorities: own)).id
    }
    #expect(try id("9^^^CH9^PI~4^^^CH1^AN~7^^^CH1^MR") == LocalIdentifier("7"))
    #expect(try id("9^^^CH9~7^^^&1.2.3&ISO") == LocalIdentifier("7"))
    #expect(try id("9^^^CH9~7") == LocalIdentifier("7"))
    #expect(try id("9^^^CH9^PI") == LocalIdentifier("9", authority: "CH9"))
    #expect(try id("\(niss)^^^NISS~9^^^CH9^PI", own: []) == LocalIdentifier("9"), "a site that names none has one")
    #expect(try id("8^^^CH1^^^20000101~7^^^CH1^MR") == LocalIdentifier("7"), "one that expired comes last")
    #expect(try problems(items(message("A08", "PID|||\(niss)^^^NISS||Berg"))) == ["1 "])
  }

  @Test func aNationalNumberIsReadWhereverItStands() throws {
    let expected = Field.set([NationalNumber(niss, scheme: "BE", issuer: NationalIDScheme.belgium.issuers[0])])
    for field in [
      "7^^^CH1~\(niss)^^^NISS", "7^^^CH1~\(niss)^^^&2.16.840.1.113883.3.6777.5.1&ISO", "7^^^CH1~\(niss)^^^CH1^NI",
      "7^^^CH1~850730 033 28^^^^NNBEL", "7^^^CH1||||||||||||||||\(niss)",
    ] {
      #expect(try update(message("A08", "PID|||\(field)")).nationalNumbers == expected, "\(field)")
    }
    let old = try update(message("A08", "PID|||7^^^CH1~\(niss)^^^NISS^^^^20200101~111222333^^^NLMINBIZA"))
    #expect(old.nationalNumbers.value?.map(\.scheme) == ["NL", "BE"])
    #expect(old.nationalNumbers.value?.map(\.isCurrent) == [true, false])
    let wrong = try items(message("A08", "PID|||7^^^CH1~85073003329^^^NISS||Berg"))
    #expect(problems(wrong) == ["1 85073003329"] && actions(wrong).count == 1)
  }

  @Test func whatCannotBeTakenIsTold() throws {
    let text =
      message("A08", "PID|||7^^^CH1||Berg||19851301") + message("A08", "PID|||7^^^CH1||Be\\S\\rg")
      + message("A08", "PID|||7^^^CH1||Berg", time: "yesterday") + "MSH|^~\\&|\rpid\r" + message("A08", full)
    let items = try items(text)
    #expect(problems(items).map { $0.prefix(2) } == ["1 ", "4 ", "7 ", "10"])
    #expect(actions(items).count == 1)
  }

  @Test func timesAreReadInTheirZone() {
    for (text, seconds) in [
      ("20261128100000+0100", 1_795_856_400.0), ("202611280930+0030", 1_795_856_400), ("20261128-0500", 1_795_842_000),
      ("2026+0000", 1_767_225_600), ("20240229120000.123+0000", 1_709_208_000), ("197001010000+0000", 0),
    ] {
      #expect(FeedTime.instant(hl7: text)?.timeIntervalSince1970 == seconds, "\(text)")
    }
    for text in ["", "202", "20261301", "20260230", "2026112825", "20261128100000+1", "20261128T10", "2026112810000"] {
      #expect(FeedTime.instant(hl7: text) == nil, "\(text)")
    }
  }

  @Test func theIndexFollowsAFeed() throws {
    let scene = try Scene()
    try scene.load([])
    let text =
      message("A28", "PID|||1^^^CH1~\(niss)^^^NISS||Berg^Anna||19850730|F", time: "20261101")
      + message("A28", "PID|||2^^^CH1||Bergh^Anna||19850730|F", time: "20261102")
      + message("A40", "PID|||2^^^CH1", "MRG|1^^^CH1", time: "20261103")
      + message("A08", "PID|||2^^^CH1||Older^Anna", time: "20261101")
    let bytes = Array(text.utf8)
    let reader = try PatientFeed.reader(for: FeedSource(name: "adt", bytes: bytes), FeedFormat(bytes), settings)
    let outcome = try scene.index.apply(reader, named: "adt")
    #expect(outcome.bad == 0 && outcome.ignored == 1)
    let patient = try #require(try scene.index.patient(LocalIdentifier("2")))
    #expect(patient.family == "Bergh" && patient.nationalNumbers.map(\.value) == [niss])
    #expect(try scene.index.patient(LocalIdentifier("1"))?.mergedInto == LocalIdentifier("2"))
  }
}
