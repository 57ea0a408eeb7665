import Desk
import Foundation
import Journal
import PatientLists
import Patients
import Reconciliation
import Testing

/// `worklist explain`, and what is shown of a study that waits.
struct AccountTests {
  private let patient = Patient(
    localID: "L5", nationalID: "90050100250", family: "Proef", given: "Testine", birthDate: "19900501", sex: "F")

  private func waiting(_ scene: Scene, _ identifiers: [SenderIdentifier]) throws -> InboundParcel {
    let identity = StudyIdentity(
      identifiers: identifiers, name: "PROEF^TESTINE", birthDate: "19900501", sex: "F", studyDate: "20260102")
    let decision = try MatchingPolicy(of: scene.configuration, for: "ch2").decide([identity], among: scene.patients)
    return try scene.onWorklist(
      decision: String(decoding: try JSONEncoder().encode(decision), as: UTF8.self),
      code: decision.reasons[0].code.rawValue)
  }

  private func told(_ scene: Scene, _ parcel: InboundParcel, _ title: String) throws -> String {
    try scene.desk.account(ofWaiting: parcel.id).first { $0.title == title }?.sentences.joined(separator: "\n") ?? ""
  }

  @Test func itTellsWhyANumberDoesNotCountAndWhatWouldMakeItCount() throws {
    let scene = try Scene()
    try scene.patients.replace(with: [patient])
    let parcel = try waiting(
      scene,
      [
        SenderIdentifier(source: .patientID, value: patient.nationalID ?? ""),
        SenderIdentifier(source: .otherPatientIDsSequence, value: "4711", issuer: "CH2"),
      ])
    #expect(try told(scene, parcel, "What was read").contains("PROEF^TESTINE, born 19900501, F"))
    let identifiers = try told(scene, parcel, "The identifiers")
    #expect(
      identifiers.contains(
        "“90050100250” in (0010,0020) is a valid NISS, 90050100250, and does not count: it has no issuer, and what stands "
          + "there without one is not trusted for this partner."))
    #expect(identifiers.contains("“4711” in (0010,1002) is taken for a hospital's own number"))
    let compared = try told(scene, parcel, "What was compared")
    #expect(compared.contains("the number of local patient L5"))
    #expect(compared.contains("family: PROEF at the sender, Proef here, similarity 1.0 of 0.9 that are needed: "))
    #expect(try told(scene, parcel, "Why a person must decide").hasPrefix("untrusted-issuer: "))
    let way = try told(scene, parcel, "What would let it go ahead by itself")
    #expect(way.contains("studypost partner trust ch2"))
  }

  @Test func whatIsShownIsThePresentState() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    let parcel = try waiting(
      scene, [SenderIdentifier(source: .otherPatientIDsSequence, value: patient.nationalID ?? "", issuer: "NISS")])
    #expect(parcel.reasonCode == "unknown-patient")
    #expect(try scene.desk.worklist().items.first?.reason?.contains("No local patient has the NISS") == true)
    try scene.patients.replace(with: patients + [patient])
    #expect(try scene.desk.worklist().items.first?.reason?.contains("Everything agrees with patient L5 by now") == true)
    let card = try scene.desk.worklistCard(parcel.id)
    #expect(card.decision?.outcome == .automatic(localID: "L5"))
    #expect(try told(scene, parcel, "Why a person must decide").isEmpty)
    #expect(try scene.journal.inboundParcel(parcel.id)?.reason == parcel.reason, "nothing is written")
    // Nothing disagrees by now, so that no reason is asked for.
    #expect(try scene.desk.disagreements(try #require(try scene.desk.worklist().items.first), with: patient) == [])
  }
}
