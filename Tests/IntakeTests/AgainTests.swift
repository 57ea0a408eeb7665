import Custody
import Desk
import Foundation
import IntakeRecipes
import Journal
import Patients
import Reconciliation
import Spool
import SystemPackage
import Testing

/// Studies that wait are decided again when the patient index or the rules change.
struct AgainTests {
  private let jan = Ward.jan

  /// Somebody else, so that a list is no empty one.
  private let other = Patient(
    localID: "L9", nationalID: nil, family: "Proef", given: "Testine", birthDate: "19900102", sex: "F")

  @Test func aPatientWhoComesWithTheListTakesTheStudyAlong() throws {
    let ward = try Ward(other)
    let held = try ward.send(Ward.subject)
    #expect(held.state == .held && held.reasonCode == "unknown-patient" && ward.why(held) != nil)
    try ward.receive()
    #expect(try ward.parcel(held.id).state == .held, "nothing has changed")
    try ward.list([other, jan])
    try ward.receive()
    let parcel = try ward.parcel(held.id)
    #expect(parcel.state == .imported && parcel.patient == "L1" && !parcel.isDecidedByPerson)
    #expect(parcel.reasonCode == nil && parcel.reason == nil && ward.why(parcel) == nil)
    let event = try #require(try ward.ch2.journal.events(parcel: held.id).last { $0.what == "reconciled" })
    #expect(event.detail.contains("Decided again") && event.detail.contains("No local patient has the NISS"))
    #expect(event.actor == nil && event.patient == "L1")
  }

  /// A commit that failed may have happened: then nobody comes back to what an alert is about.
  @Test func whatIsNotToBeHandledAnyMoreIsNotStuck() throws {
    let ward = try Ward(other)
    let held = try ward.send(Ward.subject)
    for subject in [held.id, "ch1.\(held.id)"] {
      try ward.ch2.journal.raise(
        Alert(key: Alert.stuck(subject), code: "parcel", severity: .critical, message: "stuck", remedy: ""),
        by: .receive)
    }
    try ward.receive()
    #expect(try ward.ch2.journal.alertKeys(beginning: Alert.stuckPrefix).isEmpty)
  }

  /// Who rejects a study before it was taken out of the import folder does not know yet that the PACS has some of it.
  @Test func ofWhatWasDecidedTooSoonPeopleAreToldForADay() throws {
    let ward = try Ward(jan)
    let parcel = try ward.send(Ward.subject)
    #expect(parcel.state == .imported)
    for file in try Disk().files(below: ward.ch2.spool[.import], depth: .max, skip: { _ in false })
    where file.path.lastComponent != "README" {
      try Disk().removeFile(file.path)
    }
    _ = try ward.desk.undo(parcel.id, reason: "wrong")
    _ = try ward.desk.reject(parcel.id, reason: "not ours")
    func alerts() throws -> [String] { try ward.ch2.journal.alertKeys(beginning: Alert.undonePrefix) }
    for _ in 0..<2 {
      try ward.receive()
      #expect(try alerts() == [Alert.undone(parcel.id)])
    }
    try ward.ch2.execute("UPDATE alert SET since = '2020-01-01T00:00:00.000Z' WHERE code = 'undone'")
    try ward.receive()
    #expect(try alerts() == [])
  }

  @Test func aRuleOfTrustTakesThoseAlongThatItIsAbout() throws {
    let ward = try Ward(jan)
    let unqualified = Ward.subject {
      ($0.patientID, $0.otherID, $0.otherIssuer) = ($0.otherID, "4711", "CH1")
    }
    let held = try ward.send(unqualified)
    #expect(held.reasonCode == "untrusted-issuer")
    try ward.configure("[[trust]]\npartner = \"ch3\"\nunqualified = true\n")
    try ward.receive()
    #expect(try ward.parcel(held.id).state == .held, "it is another partner's rule")
    try ward.configure("[[trust]]\npartner = \"ch1\"\nunqualified = true\n")
    try ward.receive()
    #expect(try ward.parcel(held.id).state == .imported)
  }

  @Test func aPlaceThatWasNotReadIsReadThen() throws {
    let ward = try Ward(jan)
    // Nobody's number stands there: it is an element that these images have.
    let held = try ward.send(Ward.subject { ($0.otherID, $0.otherIssuer) = ("4711", "CH1") })
    #expect(held.reasonCode == "no-identifier")
    try ward.configure("[[trust]]\npartner = \"ch1\"\nplaces = [\"(0008,0050)\"]\n")
    try ward.receive()
    let read = try ward.parcel(held.id)
    #expect(read.state == .held && Decision(of: read)?.places == ["(0008,0050)"])
    #expect(Decision(of: read)?.identities[0].identifiers.contains { $0.value == "A1" } == true)
    let events = try ward.ch2.journal.events(parcel: held.id).count
    try ward.receive()
    #expect(try ward.ch2.journal.events(parcel: held.id).count == events, "it is read once")
  }

  @Test func otherReasonsAreWrittenDownAndTheSameOnesAreNot() throws {
    let ward = try Ward(other)
    let held = try ward.send(Ward.subject)
    func renewals() throws -> Int { try ward.ch2.journal.events(parcel: held.id).count { $0.what == "renewed" } }
    try ward.list([other])
    try ward.receive()
    #expect(try renewals() == 0)
    var wrong = jan
    wrong.birthDate = "19850731"
    try ward.list([other, wrong])
    try ward.receive()
    let parcel = try ward.parcel(held.id)
    #expect(parcel.state == .held && parcel.reasonCode == "birth-date" && parcel.since == held.since)
    #expect(ward.why(parcel)?.contains("The birth date is “19850730” at the sender and “19850731”") == true)
    #expect(Decision(of: parcel)?.candidates.map(\.patient.localID) == ["L1"])
    #expect(try renewals() == 1)
    try ward.receive()
    #expect(try renewals() == 1)
  }

  @Test func whatAPersonSaidIsNotOverturned() throws {
    let ward = try Ward(other)
    let rejected = try ward.send(Ward.subject)
    _ = try ward.desk.reject(rejected.id, reason: "wrong hospital")
    let taken = try ward.send(Ward.subject(study: 2))
    _ = try ward.desk.accept(taken.id, patient: "L9", reason: "known by another name")
    try ward.list([other, jan])
    try ward.receive()
    #expect(try ward.parcel(rejected.id).state == .rejected)
    let parcel = try ward.parcel(taken.id)
    #expect(parcel.state == .imported && parcel.patient == "L9" && parcel.isDecidedByPerson)
    // What was rejected and put back waits for a person, whatever agrees.
    let entry = try #require(try ward.parcel(rejected.id).entry)
    _ = try ward.desk.release(entry)
    try ward.receive()
    try ward.list([other, jan, Patient(localID: "L8", nationalID: nil, family: "New", given: "Patient")])
    try ward.receive()
    #expect(try ward.parcel(rejected.id).state == .held && ward.parcel(rejected.id).reasonCode == "released")
  }

  @Test func whatOnePersonProposedWaitsForTheOther() throws {
    let ward = try Ward(other)
    let held = try ward.send(Ward.subject)
    try ward.configure("[reconcile]\ntwo_person = true\n")
    #expect(try ward.desk.accept(held.id, patient: "L9", reason: "known by another name").map(\.state) == [.held])
    var wrong = jan
    wrong.birthDate = "19850731"
    for list in [[other, wrong], [other, jan]] {
      try ward.list(list)
      try ward.receive()
      let parcel = try ward.parcel(held.id)
      #expect(parcel.state == .held)
      #expect(try ward.ch2.journal.proposal(on: parcel.study ?? "")?.patient == "L9")
    }
  }

  @Test func onlyWhatThePolicySaidGoesAway() throws {
    let ward = try Ward(jan)
    #expect(try ward.send(Ward.subject).state == .imported)
    // Another content under a known UID.
    let conflict = try ward.send(Ward.subject { $0.series += ".9" }, part: .again)
    #expect(conflict.state == .held && conflict.reasonCode == "duplicate-conflict")
    try ward.list([jan, other])
    try ward.receive()
    #expect(try ward.parcel(conflict.id).state == .held)
  }

  @Test func otherContentThatCameMeanwhileStaysAConflict() throws {
    let ward = try Ward(other)
    let held = try ward.send(Ward.subject)
    // The same instance with other bytes is imported as another study's, by a person.
    var twin = Ward.subject(study: 2)
    twin.instance = Ward.subject.instance
    let imported = try ward.send(twin)
    _ = try ward.desk.accept(imported.id, patient: "L9", reason: "a test file")
    try ward.receive()
    #expect(try ward.parcel(imported.id).state == .imported)
    try ward.list([other, jan])
    try ward.receive()
    let parcel = try ward.parcel(held.id)
    #expect(parcel.state == .held && parcel.reasonCode == "duplicate-conflict")
  }

  @Test func partsOfAStudyGoTogether() throws {
    let ward = try Ward(other)
    let first = try ward.send(Ward.subject)
    let second = try ward.send(Ward.subject(instance: 2), part: .supplement)
    #expect(first.state == .held && second.state == .held)
    try ward.list([other, jan])
    try ward.receive()
    for id in [first.id, second.id] {
      let parcel = try ward.parcel(id)
      #expect(parcel.state == .imported && parcel.patient == "L1")
    }
  }

  @Test func partsThatContradictOneAnotherWait() throws {
    let ward = try Ward(other)
    let first = try ward.send(Ward.subject)
    let second = try ward.send(Ward.subject(instance: 2) { $0.otherID = "90010200190" }, part: .supplement)
    try ward.list([other, jan])
    try ward.receive()
    #expect(try ward.parcel(first.id).state == .held && ward.parcel(second.id).state == .held)
    #expect(try ward.imported() == 0)
  }

  @Test func manyAreDecidedInPortions() throws {
    let ward = try Ward(other)
    var parcels: [String] = []
    for study in 1...3 { parcels.append(try ward.send(Ward.subject(study: study)).id) }
    try ward.list([other, jan])
    try ward.receive()
    for id in parcels { #expect(try ward.parcel(id).state == .imported) }
  }
}
