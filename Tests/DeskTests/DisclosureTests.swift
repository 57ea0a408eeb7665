import Journal
import Patients
import Testing

@testable import Desk

/// Who was shown patients' data stands in the history.
@Suite struct DisclosureTests {
  private func disclosures(_ scene: Scene) throws -> [Event] {
    var all: [Event] = []
    try scene.desk.history(.init(what: "disclosed")) { all += $0.map(\.event) }
    return all
  }

  @Test func aSearchIsOneLineWithWhatWasSearchedForAndWhoWasShown() throws {
    let scene = try Scene()
    try scene.patients.replace(
      with: [
        Patient(localID: "L1", nationalID: nil, family: "Test", given: "Anna", birthDate: "19850730"),
        Patient(localID: "L2", nationalID: nil, family: "Test", given: "Bert", birthDate: "19850731"),
      ])
    for _ in 0..<3 { _ = try scene.desk.findPatients("test") }
    _ = try scene.desk.findPatients("anna test")
    _ = try scene.desk.patient("L2")
    let lines = try disclosures(scene)
    #expect(lines.map(\.why) == ["test", "anna test", "L2"])
    #expect(lines.map(\.patient) == [nil, "L1", "L2"] && lines.allSatisfy { $0.actor == scene.desk.actor.name })
    #expect(lines[0].after == #"["L1","L2"]"# && lines[0].detail.contains("2 patients"))
    // Whoever asks about a patient finds who looked.
    var about: [Event] = []
    try scene.desk.history(.init(patient: "L1")) { about += $0.map(\.event) }
    #expect(about.filter { $0.what == "disclosed" }.map(\.why) == ["test", "anna test"])
    #expect(try scene.journal.firstBrokenEvent() == nil)
  }

  @Test func aListThatAProgramReadsEachSecondIsWrittenDownWhenItChanges() throws {
    let scene = try Scene()
    func look() throws { _ = try scene.desk.described(scene.desk.worklist(), as: "worklist list") { $0.parcel.id } }
    for _ in 0..<5 { try look() }
    #expect(try disclosures(scene).isEmpty, "nobody was shown anything")
    let first = try scene.onWorklist()
    for _ in 0..<5 { try look() }
    _ = try scene.onWorklist(study: "1.2.4")
    for _ in 0..<5 { try look() }
    let lines = try disclosures(scene).filter { $0.detail.hasSuffix("worklist list") }
    #expect(lines.count == 2 && lines[0].after == "[\"\(first.id)\"]", "\(lines)")
  }

  @Test func anInquiryThatCannotBeAnsweredIsRefused() throws {
    let scene = try Scene()
    for (inquiry, word) in [(Desk.Inquiry(what: "eaten"), "imported"), (Desk.Inquiry(partner: "ch9"), "Partners")] {
      let error = #expect(throws: DeskError.self) { try scene.desk.history(inquiry) { _ in } }
      #expect(error?.description.contains(word) == true)
    }
  }
}
