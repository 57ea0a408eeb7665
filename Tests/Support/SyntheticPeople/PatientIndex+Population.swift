internal import FoundationEssentials
internal import NationalID
package import Patients

extension PatientIndex {
  /// Loads what the hospital has of these people: the list, and then the messages after it.
  package func load(_ people: [Human]) throws {
    var list = Array(Human.header.utf8)
    for human in people { list += human.rows().utf8 }
    let source = FeedSource(name: "population.csv", bytes: list)
    try load(list: source, PatientSettings(schemes: [.belgium], mostBad: 0), mayShrink: true)
    let changes = people.flatMap(\.changes)
    let outcome = try apply(Changes(rest: changes[...]), named: "population.hl7")
    guard outcome.applied == changes.count else {
      throw PatientsError(.list, "\(changes.count - outcome.applied) messages of the population were not taken.")
    }
  }
}

private struct Changes: FeedReader {
  var rest: ArraySlice<PatientChange.Action>

  mutating func next() -> FeedItem? { rest.popFirst().map { .change(PatientChange($0, at: Date())) } }
}
