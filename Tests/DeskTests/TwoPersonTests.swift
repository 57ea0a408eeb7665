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

/// Splitting a study takes two persons, too, who say the same.
extension TwoPersonTests {
  @Test func splittingTakesTwoPersonsToo() throws {
    let decision = { (name: String) in
      """
      {"outcome":{"person":{}},"reasons":[],"candidates":[],"rules":"2","thresholds":{"family":0.9,"given":0.85},
      "identities":[{"identifiers":[],"name":"\(name)","otherNames":[],"isDeidentified":false,
      "studyInstanceUID":"1.2.3","modalities":[],"undecodable":[]}]}
      """
    }
    let one = try scene.onWorklist(decision: decision("Essai^Testard"))
    let two = try scene.onWorklist(decision: decision("Proef^Testine"))
    let fates = [Desk.Fate(group: 1, patient: "L1"), .init(group: 2, patient: "L2")]
    func split(_ desk: Desk, _ fates: [Desk.Fate]) throws -> [InboundParcel] {
      try desk.split(one.id, fates, reason: "seen", despiteDifferences: true)
    }
    #expect(try split(first, fates).map(\.state) == [.held, .held])
    #expect(try scene.journal.proposal(on: "1.2.3")?.words.contains("split it, 1=L1 2=L2") == true)
    expectFailure(.wrongState) { _ = try split(first, fates) }
    expectFailure(.wrongState) { _ = try split(second, [fates[0], .init(group: 2, patient: nil)]) }
    #expect(try split(second, fates).map(\.state) == [.accepted, .accepted])
    // Each part is one patient's here; who has as many and comes first keeps the study's names.
    let splits = try [one, two].map { try #require(try scene.journal.inboundParcel($0.id)?.split) }
    #expect(splits.map { $0.shares.map(\.patient) } == [["L1"], ["L2"]])
    #expect(splits[0].shares[0].study == "1.2.3" && splits[1].shares[0].study?.hasPrefix("2.25.") == true)
    #expect(try scene.journal.events(parcel: one.id).contains { $0.detail.contains("anna proposed") })
    #expect(try scene.desk.audit().isBalanced)
  }

  /// A part of which nobody gets anything is rejected.
  @Test func aPartThatIsAllLeftOutIsRejected() throws {
    let scene = try Scene()
    try scene.patients.replace(with: patients)
    let text = """
      {"outcome":{"person":{}},"reasons":[],"candidates":[],"rules":"2","thresholds":{"family":0.9,"given":0.85},
      "identities":[{"identifiers":[],"name":"NAME","otherNames":[],"isDeidentified":false,
      "studyInstanceUID":"1.2.3","modalities":[],"undecodable":[]}]}
      """
    let parts = try ["Essai^Testard", "Proef^Testine"].map {
      try scene.onWorklist(decision: text.replacing("NAME", with: $0))
    }
    let split = try scene.desk.split(
      parts[1].id, [.init(group: 1, patient: nil), .init(group: 2, patient: "L2")], reason: "not ours",
      despiteDifferences: true)
    #expect(split.map(\.state) == [.rejected, .accepted])
    #expect(split[1].split?.shares.map(\.study) == ["1.2.3"])
    try scene.perform(.receive)
    #expect(try scene.desk.audit(deep: true).problems == [] && scene.desk.audit().isBalanced)
  }
}
