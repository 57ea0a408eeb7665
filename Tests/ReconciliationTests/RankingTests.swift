import Patients
import Reconciliation
import Testing

/// Local patients who may be meant, where no number leads to them.
@Suite struct RankingTests {
  private func decide(_ identity: StudyIdentity, among patients: [Patient]) throws -> Decision {
    let index = try PatientIndex(inMemory: ())
    var rest = patients
    try index.adopt(named: "test") {
      defer { rest = [] }
      return rest
    }
    return try MatchingPolicy(schemes: [.belgium]).decide([identity], among: index)
  }

  private func person(_ id: String, _ family: String, _ given: String, _ birthDate: String? = "19850730") -> Patient {
    People.local(id, family: family, given: given, birthDate: birthDate, nationalID: nil)
  }

  @Test func withoutANumberNameAndBirthDateRank() throws {
    let decision = try decide(
      People.sender(identifiers: [], birthDate: "19850308"),
      among: [
        person("OTHER", "Peeters", "Jan", "19601111"), person("EXCHANGED", "Peeters", "Jan", "19850803"),
        person("STRANGER", "Wouters", "Piet", "19850308"), person("MISSPELT", "Peters", "Jan", "19850308"),
      ])
    #expect(decision.outcome == .person)
    let ranked = try #require(decision.further)
    #expect(ranked.map(\.patient.localID).prefix(2).sorted() == ["EXCHANGED", "MISSPELT"])
    #expect(!ranked.contains { $0.patient.localID == "STRANGER" })
    #expect(ranked.allSatisfy { abs($0.weight - $0.parts.reduce(0) { $0 + $1.weight }) < 1e-9 })
  }

  @Test(arguments: ["85073003329", "85073030328", "8507300328", "850730033288"])
  func aNumberWithOneMistakeInItLeadsToThePatient(_ number: String) throws {
    let decision = try decide(
      People.sender("SMITH^MARY", identifiers: [People.national(number)], birthDate: nil, sex: nil),
      among: [People.local(), person("OTHER", "Peeters", "Jan")])
    #expect(decision.outcome == .person)
    #expect(decision.further?.first?.patient.localID == "L1")
    #expect(decision.further?.first?.parts.contains { $0.field == "number" && $0.agreement == "one mistake" } == true)
  }

  @Test func aRareNameIsWorthMore() throws {
    let common = (0..<50).map { person("C\($0)", "Peeters", "Jan", "1950010\($0 % 9 + 1)") }
    let patients = common + [person("COMMON", "Peeters", "Eva"), person("RARE", "Zwartepoorte", "Eva")]
    func weight(_ name: String) throws -> Double {
      let decision = try decide(People.sender(name, identifiers: []), among: patients)
      let part = decision.further?.first?.parts.first { $0.field == "family" }
      return try #require(part).weight
    }
    #expect(try weight("ZWARTEPOORTE^EVA") > weight("PEETERS^EVA") + 1)
  }

  @Test func noMoreThanFiveAreNamedAndNoneTwice() throws {
    let decision = try decide(
      People.sender("PEETERS^JAN", birthDate: "19850731"),
      among: [People.local()] + (0..<20).map { person("P\($0)", "Peeters", "Jan", "19850731") })
    #expect(decision.candidates.map(\.patient.localID) == ["L1"])
    let ranked = try #require(decision.further)
    #expect(ranked.count == 5)
    #expect(!ranked.contains { $0.patient.localID == "L1" })
  }

  @Test func noneAreNamedWhereTheRightOneIsKnownOrNobodyIs() throws {
    let others = [person("OTHER", "Peeters", "Jan")]
    #expect(try decide(People.sender(), among: [People.local()] + others).further == nil)
    #expect(try decide(People.sender(identifiers: [], isDeidentified: true), among: others).further == nil)
  }
}
