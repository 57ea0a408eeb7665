import Foundation
import Testing

@testable import Patients

/// Changes that feeds tell of.
@Suite struct ChangeTests {
  let scene: Scene
  private let first = LocalIdentifier("L101")
  private let second = LocalIdentifier("L102")

  init() throws {
    scene = try Scene()
    try scene.load([person(1), person(2)], at: Date(timeIntervalSince1970: 1000))
  }

  private func update(_ id: LocalIdentifier, _ fill: (inout PatientUpdate) -> Void) -> PatientChange.Action {
    var update = PatientUpdate(id: id)
    fill(&update)
    return .update(update)
  }

  private func renamed(_ id: LocalIdentifier, _ family: String) -> PatientChange.Action {
    update(id) { $0.names = .set([PatientName(.legal, family: family, given: "Test")]) }
  }

  @Test func whatAMessageLeavesStaysAndWhatItDeletesGoes() throws {
    try scene.apply(
      update(first) {
        $0.names = .set([PatientName(.legal, family: "Neu", given: "Test")])
        $0.sex = .delete
        $0.deceasedOn = .set("20260101")
      }, at: 2000)
    let patient = try #require(try scene.index.patient(first))
    #expect(patient.family == "Neu" && patient.sex == nil && patient.birthDate == "19850730")
    #expect(patient.isDeceased && patient.deceased == "20260101")
    try scene.apply(update(first) { $0.isDeceased = .set(false) }, at: 2001)
    #expect(try scene.index.patient(first)?.deceased == nil)
  }

  @Test func whoIsNotKnownIsAdded() throws {
    let new = LocalIdentifier("N1", authority: "CH9")
    try scene.apply(renamed(new, "Neu"), at: 2000)
    #expect(try scene.index.patient(new)?.family == "Neu" && scene.index.find("neu").count == 1)
    try scene.apply(update(LocalIdentifier("N2")) { $0.sex = .set("F") }, at: 2000)
    #expect(scene.bad.map(\.reason) == ["N2 has no family name"])
  }

  @Test func aMessageOlderThanWhatIsKnownIsIgnored() throws {
    try scene.apply(renamed(first, "Newer"), at: 2000)
    #expect(try scene.apply(renamed(first, "Older"), at: 1999).ignored == 1)
    #expect(try scene.apply(.merge(from: first, into: second), at: 1999).ignored == 1)
    #expect(try scene.apply(renamed(first, "Newer"), at: 3000) == FeedOutcome(ignored: 1))
    // It said nothing new, and it is the newest.
    #expect(try scene.apply(renamed(first, "Older"), at: 2500).ignored == 1)
    #expect(try scene.index.patient(first)?.family == "Newer")
  }

  @Test func aNumberThatIsReplacedStillLeadsToThePatient() throws {
    let (old, new) = (try #require(person(1).nationalID), try #require(person(9).nationalID))
    try scene.apply(update(first) { $0.nationalNumbers = .set([NationalNumber(new, scheme: "BE")]) }, at: 2000)
    #expect(try scene.index.patient(first)?.nationalID == new)
    for number in [old, new] { #expect(try scene.index.patients(nationalID: number).map(\.id) == [first]) }
  }

  @Test func aMergedRecordIsAPartOfTheOtherUntilItIsUnmerged() throws {
    let number = try #require(person(1).nationalID)
    try scene.apply(.merge(from: first, into: second), at: 2000)
    let prior = try #require(try scene.index.patient(first))
    #expect(!prior.active && prior.mergedInto == second)
    #expect(try scene.index.patients(nationalID: number).filter(\.active).map(\.id) == [second])
    #expect(try scene.index.patient(second)?.otherIDs == [first])
    #expect(try scene.apply(.merge(from: first, into: second), at: 2001).ignored == 1)
    // What a message says of other numbers does not undo a merge.
    try scene.apply(update(second) { $0.otherIDs = .set([LocalIdentifier("9", authority: "CH9")]) }, at: 2002)
    #expect(try scene.index.patient(second)?.otherIDs.contains(first) == true)
    try scene.apply(update(second) { $0.otherIDs = .delete }, at: 2003)
    #expect(try scene.index.patient(second)?.otherIDs == [first])
    try scene.apply(renamed(first, "Neu"), at: 2002)
    #expect(scene.bad.map(\.reason) == ["L101 was merged into L102"])

    try scene.apply(.unmerge(first), at: 3000)
    #expect(try scene.index.patient(first) == person(1) && scene.index.patient(second) == person(2))
    #expect(try scene.index.patients(nationalID: number).map(\.id) == [first])
  }

  @Test func recordsAreNotMergedInACircle() throws {
    let third = LocalIdentifier("L103")
    try scene.apply(.merge(from: first, into: second), at: 2000)
    try scene.apply(
      .merge(from: second, into: first), .merge(from: third, into: first), .merge(from: second, into: second), at: 2001)
    #expect(
      scene.bad.map(\.reason) == [
        "L102 and L101 would be merged in a circle", "L101 was itself merged into L102",
        "L102 cannot be merged into itself",
      ])
    #expect(try scene.index.patient(second)?.active == true && scene.index.patient(third) == nil)
  }

  @Test func aMergeOfWhomNobodyKnowsIsKept() throws {
    let (unknown, new) = (LocalIdentifier("U1"), LocalIdentifier("N1"))
    try scene.apply(.merge(from: unknown, into: first), .merge(from: second, into: new), at: 2000)
    #expect(try scene.index.patient(unknown)?.mergedInto == first)
    // The survivor is what the other was.
    let survivor = try #require(try scene.index.patient(new))
    #expect(survivor.active && survivor.family == "Testsson" && survivor.nationalID == person(2).nationalID)
    #expect(try scene.apply(renamed(unknown, "Late"), at: 1500).ignored == 1)
  }

  @Test func aChangedNumberStillLeadsToThePatient() throws {
    let new = LocalIdentifier("N101")
    try scene.apply(.changeIdentifier(from: first, to: new), at: 2000)
    #expect(try scene.index.patient(localID: "L101")?.id == new && scene.index.patient(first) == nil)
    try scene.apply(
      .changeIdentifier(from: new, to: second), .changeIdentifier(from: LocalIdentifier("X"), to: LocalIdentifier("Y")),
      .changeIdentifier(from: first, to: new), at: 2001)
    #expect(scene.bad.map(\.reason) == ["L102 is another patient's number already", "X is not known"])
  }

  @Test func aListKeepsWhatAMessageToldLaterAndReplacesWhatItToldBefore() throws {
    let (old, new) = (Date(timeIntervalSince1970: 1500), Date(timeIntervalSince1970: 3000))
    let added = LocalIdentifier("N1")
    try scene.apply(renamed(first, "Told"), renamed(added, "Added"), at: 2000)
    try scene.load([person(1), person(2)], at: old, mayShrink: true)
    #expect(try scene.all().map(\.family) == ["Told", "Testsson", "Added"])
    // The same rows once more, written later.
    let outcome = try scene.load([person(1), person(2)], at: new, mayShrink: true)
    #expect(outcome.changed == 1 && outcome.removed == 1)
    #expect(try scene.all() == [person(1), person(2)])
    #expect(try scene.load([person(1), person(2)], at: new) == LoadOutcome(before: 2, after: 2))
  }

  @Test func aMergedRecordOutlivesTheListThatDoesNotHaveIt() throws {
    try scene.apply(.merge(from: first, into: second), at: 2000)
    try scene.load([person(2)], at: Date(timeIntervalSince1970: 3000), mayShrink: true)
    #expect(try scene.index.patient(first)?.mergedInto == second)
  }

  @Test func everyChangeIsInTheHistoryWithItsSource() throws {
    try scene.apply(renamed(first, "Told"), at: 2000)
    try scene.load([person(1, "Listed")], at: Date(timeIntervalSince1970: 3000), mayShrink: true)
    try scene.load([person(2)], at: Date(timeIntervalSince1970: 4000), mayShrink: true)
    let history = try scene.index.history(localID: "L101")
    #expect(history.map(\.change) == ["added", "update", "list", "removed"])
    #expect(history.map(\.sourceKind) == ["list", "feed", "list", "list"])
    #expect(history.map { $0.before?.family } == [nil, "Testsson", "Told", "Listed"])
    #expect(history[1].at == "1970-01-01T00:33:20.000Z" && history[1].before == person(1))
    #expect(try scene.index.history(localID: "nobody").isEmpty)
  }

  /// A decision is a value: it is read as it was recorded, before there were several names.
  @Test func aPatientOfAnEarlierVersionIsReadable() throws {
    let text =
      #"{"localID":"L1","nationalID":"85073003328","family":"Maes","given":"An","birthName":"Claes","active":true,"deceased":"20260101"}"#
    let patient = try JSONDecoder().decode(Patient.self, from: Data(text.utf8))
    #expect(
      patient
        == Patient(
          localID: "L1", nationalID: "85073003328", family: "Maes", given: "An", birthName: "Claes",
          deceased: "20260101"))
    let again = try JSONDecoder().decode(Patient.self, from: JSONEncoder().encode(patient))
    #expect(again == patient)
  }
}
