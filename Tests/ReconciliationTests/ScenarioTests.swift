import NationalID
import Patients
import Reconciliation
import Testing

/// What becomes of a study, told in the text files of `Scenarios`.
@Suite struct ScenarioTests {
  @Test func thereAreManyStories() {
    #expect(Scenario.all.count >= 250)
    #expect(Scenario.all.allSatisfy { !$0.identities.isEmpty && $0.outcome != nil })
  }

  @Test(arguments: Scenario.all) func eachEndsAsItIsTold(_ scenario: Scenario) throws {
    let patients = try PatientIndex(inMemory: ())
    let told = try patients.apply(Changes(scenario.changes), named: scenario.testDescription)
    #expect(told.bad == 0)
    let decision = try scenario.policy.decide(scenario.identities, among: patients)
    let outcome: Scenario.Outcome =
      switch decision.outcome {
      case .automatic(let localID): .automatic(localID)
      case .person: .person(Set(decision.codes.map(\.rawValue)))
      }
    #expect(outcome == scenario.outcome, "\(decision.reasons.map(\.sentence))")
  }
}

private struct Changes: FeedReader {
  var rest: ArraySlice<PatientChange>

  init(_ changes: [PatientChange]) { rest = changes[...] }

  mutating func next() -> FeedItem? { rest.popFirst().map(FeedItem.change) }
}
