import Custody
import Desk
import Journal
import PatientLists
import Site
import Testing

/// `reconcile.two_person`: a decision takes two different persons.
struct TwoPersonTests {
  private let scene: Scene
  private let first: Desk
  private let second: Desk

  init() throws {
    scene = try Scene(settings: ["two_person = true"])
    try scene.patients.replace(with: patients)
    let site = LocalSite(scene.configuration, journal: scene.journal)
    first = Desk(site, actor: Actor("anna"))
    second = Desk(site, actor: Actor("bert"))
  }

  @Test func theSecondPersonConfirmsWhatTheFirstProposed() throws {
    let parcel = try scene.onWorklist()
    #expect(try first.accept(parcel.id, patient: "L1", reason: "phoned").map(\.state) == [.held])
    let proposal = try #require(try second.worklistCard(parcel.id).proposal)
    #expect(proposal.actor == "anna" && proposal.patient == "L1" && proposal.reason == "phoned")
    // The same person twice is one person, and two persons must say the same.
    #expect(expectFailure(.wrongState) { try first.accept(parcel.id, patient: "L1", reason: "sure") } != nil)
    let other = expectFailure(.wrongState) { try second.accept(parcel.id, patient: "L2", reason: "seen") }
    #expect(other?.message.contains("L1") == true && other?.message.contains("L2") == true)
    #expect(try scene.journal.inboundParcel(parcel.id)?.state == .held)

    let accepted = try second.accept(parcel.id, patient: "L1", reason: "seen")
    #expect(accepted.map(\.state) == [.accepted] && accepted[0].patient == "L1")
    #expect(try scene.journal.proposal(on: "1.2.3") == nil)
    let event = try #require(try scene.journal.events(parcel: parcel.id).last)
    #expect(event.actor == "bert" && event.detail.contains("anna") && event.detail.contains("phoned"))
  }

  @Test func takingBackTakesTwoPersonsToo() throws {
    let parcel = try scene.imported()
    #expect(try first.undo(parcel.id, reason: "the twin").map(\.state) == [.imported])
    let waiting = try second.proposals()
    #expect(waiting.total == 1 && waiting.items.map(\.parcel.id) == [parcel.id])
    #expect(waiting.items.map(\.proposal.what) == [.undo] && waiting.items.map(\.proposal.actor) == ["anna"])
    expectFailure(.wrongState) { try first.undo(parcel.id, reason: "the twin") }
    #expect(try second.undo(parcel.id, reason: "yes, the twin").map(\.state) == [.held])
    #expect(try first.proposals().items.isEmpty)
    #expect(try scene.desk.audit().isBalanced)
  }

  @Test func aProposalCanBeWithdrawn() throws {
    let parcel = try scene.onWorklist()
    expectFailure(.notFound) { try first.withdraw(parcel.id) }
    try first.accept(parcel.id, patient: "L1", reason: "phoned")
    try second.withdraw(parcel.id)
    #expect(try scene.journal.proposal(on: "1.2.3") == nil)
    #expect(try scene.journal.events(parcel: parcel.id).map(\.what).suffix(2) == ["proposed", "withdrawn"])
    #expect(try second.accept(parcel.id, patient: "L2", reason: "seen").map(\.state) == [.held])
    #expect(try first.accept(parcel.id, patient: "L2", reason: "right").map(\.state) == [.accepted])
  }

  /// What was proposed was proposed of the study as it was.
  @Test func aProposalEndsWithWhatBecomesOfTheStudy() throws {
    let parcel = try scene.onWorklist()
    try first.accept(parcel.id, patient: "L1", reason: "phoned")
    // Another part joins it.
    let part = try scene.onWorklist()
    #expect(try scene.journal.proposal(on: "1.2.3") == nil)
    try first.accept(part.id, patient: "L1", reason: "phoned")
    #expect(try second.proposals().items.map(\.proposal.what) == [.accept])
    #expect(try second.accept(parcel.id, patient: "L1", reason: "both").count == 2)
    #expect(try scene.journal.heldParts(study: "1.2.3").isEmpty)
  }
}
