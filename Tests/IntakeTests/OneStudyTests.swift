import Desk
import Foundation
import IntakeRecipes
import Journal
import Patients
import Reconciliation
import Testing

/// One study, one patient: what comes later of a study follows it, or waits for a person with the earlier decision beside it.
struct OneStudyTests {
  private let jan = Ward.jan
  /// His sister, whose number the images of one study must not carry beside his.
  private let an = Patient(
    localID: "L2", nationalID: "87010200226", family: "Peeters", given: "An", birthDate: "19870102", sex: "F")

  private func ward() throws -> Ward {
    let ward = try Ward(jan, an)
    #expect(try ward.send(Ward.subject).state == .imported)
    return ward
  }

  private func expectWaiting(
    _ parcel: InboundParcel, in ward: Ward, for words: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(parcel.state == .held && parcel.reasonCode == "study-of-another-patient", sourceLocation: location)
    #expect(parcel.reason?.contains("The study was given to patient L1 before") == true, sourceLocation: location)
    #expect(parcel.reason?.contains(words) == true, "\(parcel.reason ?? "")", sourceLocation: location)
    #expect(ward.why(parcel)?.contains("given to patient L1 before") == true, sourceLocation: location)
    #expect(try ward.desk.worklistCard(parcel.id).earlier.map(\.patient) == ["L1"], sourceLocation: location)
    // It stays so, whatever the index says later.
    try ward.list([jan, an, Patient(localID: "L8", nationalID: nil, family: "New", given: "Patient")])
    try ward.receive()
    #expect(try ward.parcel(parcel.id).state == .held, sourceLocation: location)
  }

  @Test func aPartThatLeadsElsewhereWaits() throws {
    let ward = try ward()
    let sister = Ward.subject(instance: 2) {
      ($0.otherID, $0.name, $0.birthDate, $0.sex) = ("87010200226", "Peeters^An", "19870102", "F")
    }
    try expectWaiting(try ward.send(sister, part: .supplement), in: ward, for: "contradicts it")
  }

  @Test func anotherNumberWaits() throws {
    let ward = try ward()
    let part = try ward.send(Ward.subject(instance: 2) { $0.otherID = "87010200226" }, part: .supplement)
    try expectWaiting(part, in: ward, for: "The national number was 85073003328 before, and is 87010200226 now.")
  }

  @Test func anotherNumberOfTheSamePatientWaits() throws {
    let ward = try Ward(jan)
    // His number before he was registered, which the index knows, too.
    var update = PatientUpdate(id: LocalIdentifier("L1"))
    update.nationalNumbers = .set([NationalNumber("85073003328"), NationalNumber("85273003173", isCurrent: false)])
    _ = try ward.ch2.patients.apply(OneChange(update), named: "test")
    #expect(try ward.send(Ward.subject).state == .imported)
    let part = try ward.send(Ward.subject(instance: 2) { $0.otherID = "85273003173" }, part: .supplement)
    #expect(part.reason?.contains("The national number was 85073003328 before") == true, "\(part.reason ?? "")")
    #expect(part.state == .held)
  }

  @Test func anotherBirthDateWaits() throws {
    let ward = try ward()
    let part = try ward.send(Ward.subject(instance: 2) { $0.birthDate = "19850731" }, part: .supplement)
    try expectWaiting(part, in: ward, for: "The birth date was 19850730 before, and is 19850731 now.")
  }

  @Test func anotherSexWaits() throws {
    let ward = try ward()
    let part = try ward.send(Ward.subject(instance: 2) { $0.sex = "F" }, part: .supplement)
    try expectWaiting(part, in: ward, for: "The sex was M before, and is F now.")
  }

  @Test func theSameStudyOnceMoreUnderAnotherNameOfSomebodyElseWaits() throws {
    let ward = try ward()
    let part = try ward.send(
      Ward.subject { ($0.name, $0.otherID, $0.otherIssuer) = ("Janssens^Piet", "4711", "CH1") }, part: .again)
    #expect(part.state == .held, "its bytes are others, too")
    let late = try ward.send(
      Ward.subject(instance: 2) { ($0.name, $0.otherID, $0.otherIssuer) = ("Janssens^Piet", "4711", "CH1") },
      part: .supplement)
    try expectWaiting(late, in: ward, for: "says something else")
  }

  @Test func aPartWithoutANumberFollowsWhereItSaysTheSame() throws {
    let ward = try ward()
    let part = try ward.send(
      Ward.subject(instance: 2) { ($0.otherID, $0.otherIssuer) = ("4711", "CH1") }, part: .supplement)
    #expect(part.state == .imported && part.patient == "L1")
  }

  @Test func aPatientWhoIsGoneIsNotFollowed() throws {
    let ward = try ward()
    try ward.list([an])
    let part = try ward.send(Ward.subject(instance: 2), part: .supplement)
    #expect(part.state == .held && part.reasonCode == "study-of-another-patient")
    #expect(part.reason?.contains("who is not on the list of active patients any more") == true)
  }

  @Test func aPersonsDecisionOutranksWhatAgrees() throws {
    let ward = try Ward(an)
    let first = try ward.send(Ward.subject)
    #expect(first.state == .held)
    _ = try ward.desk.accept(first.id, patient: "L2", reason: "asked the sender")
    try ward.receive()
    // By now the index knows whom the number belongs to: the person knew better.
    try ward.list([jan, an])
    let part = try ward.send(Ward.subject(instance: 2), part: .supplement)
    #expect(part.state == .imported && part.patient == "L2")
  }

  @Test func aPartOfAStudyThatWaitsJoinsIt() throws {
    let ward = try Ward(an)
    let first = try ward.send(Ward.subject)
    let second = try ward.send(Ward.subject(instance: 2), part: .supplement)
    #expect(second.state == .held)
    let list = try ward.desk.worklist()
    #expect(list.total == 1 && list.items.map(\.parcel.id) == [first.id])
    #expect(list.items.first?.parts.map(\.id) == [first.id, second.id])
    _ = try ward.desk.accept(second.id, patient: "L2", reason: "asked the sender")
    try ward.receive()
    for id in [first.id, second.id] { #expect(try ward.parcel(id).patient == "L2") }
  }
}

private struct OneChange: FeedReader {
  private var rest: PatientUpdate?

  init(_ update: PatientUpdate) { rest = update }

  mutating func next() -> FeedItem? {
    defer { rest = nil }
    return rest.map { .change(PatientChange(.update($0), at: .now)) }
  }
}
