import Desk
import Foundation
import Journal
import PatientLists
import Patients
import Reconciliation
import Site
import Testing

/// What partners' studies show of where their national numbers stand.
struct TrustProposalTests {
  /// A woman born on that day in May 1990, with her number.
  private func person(_ day: Int) throws -> Patient {
    let first = "9005\(day < 10 ? "0" : "")\(day)002"
    let check = 97 - (try #require(Int(first)) % 97)
    return Patient(
      localID: "L\(day)", nationalID: first + (check < 10 ? "0" : "") + "\(check)", family: "Proef", given: "Testine",
      birthDate: "199005\(day < 10 ? "0" : "")\(day)", sex: "F")
  }

  private func wait(_ scene: Scene, _ patient: Patient) throws {
    let identity = StudyIdentity(
      identifiers: [SenderIdentifier(source: .patientID, value: patient.nationalID ?? "")], name: "PROEF^TESTINE",
      birthDate: patient.birthDate, sex: "F", studyDate: "20260102")
    let decision = try MatchingPolicy(of: scene.configuration, for: "ch2").decide([identity], among: scene.patients)
    #expect(decision.reasons.map(\.code) == [.untrustedIssuer])
    _ = try scene.onWorklist(
      study: "1.2.\(patient.localID.dropFirst())",
      decision: String(decoding: try JSONEncoder().encode(decision), as: UTF8.self))
  }

  @Test func aRuleIsProposedAsSoonAsThereIsEnough() throws {
    let scene = try Scene()
    let people = try (1...12).map(person)
    try scene.patients.replace(with: people)
    for patient in people.prefix(9) { try wait(scene, patient) }
    #expect(try scene.desk.trustProposals().isEmpty)
    for patient in people.suffix(3) { try wait(scene, patient) }
    let proposals = try scene.desk.trustProposals()
    let proposal = try #require(proposals.first)
    #expect(proposals.count == 1 && proposal.rule.unqualified && proposal.rule.partner.text == "ch2")
    #expect(
      proposal.sentence
        == "12 of 12 studies from ch2 carry a valid NISS in (0010,0020) without an issuer; all agree with your patient list "
        + "in everything, and none contradicts it. Trust it from now on?")
    #expect(proposal.arguments == ["partner", "trust", "ch2", "--unqualified"])
    #expect(try scene.desk.trustProposals(for: "ch9").isEmpty)
  }

  @Test func theHistoryTellsWhoTrustedWhatAndWhy() throws {
    let scene = try Scene()
    let rule = Trust(partner: try #require(SiteName("ch2")), unqualified: true)
    try scene.desk.record(.trusted(rule, reason: "as agreed by phone"))
    let event = try #require(try scene.journal.events(limit: 100).last)
    #expect(event.what == "trust-changed" && event.site == "ch2" && event.actor == "clerk")
    #expect(
      event.detail.contains("clerk trusts national numbers of ch2 in (0010,0020) without an issuer: as agreed by phone")
    )
  }
}
