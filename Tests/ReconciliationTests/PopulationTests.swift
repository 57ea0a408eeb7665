import Patients
import Reconciliation
import SyntheticPeople
import Testing

/// A small form of `Tests/Benchmarks/matching`: what the rules do with studies of people whose truth is known.
@Suite struct PopulationTests {
  private static let people = Array(Population(seed: 7).prefix(20_000))

  private static let index = Result {
    let index = try PatientIndex(inMemory: ())
    try index.load(people)
    return index
  }

  private static let studies: [IncomingStudy] = {
    var maker = StudyMaker(people: people, seed: 8)
    return (0..<2000).map { _ in maker.next() }
  }()

  private func measure(_ policy: MatchingPolicy) throws -> Measurement {
    let index = try Self.index.get()
    var measurement = Measurement()
    for study in Self.studies { measurement.add(study, try policy.decide(study.identities, among: index)) }
    return measurement
  }

  @Test func noStudyGoesToAWrongPatientAndFewNeedAPerson() throws {
    let measurement = try measure(.measured)
    #expect(measurement.all.count == 2000)
    #expect(measurement.wrong.isEmpty)
    #expect(Measurement.share(measurement.complete) >= 0.995, "\(measurement.held)")
    #expect(Measurement.share(measurement.matchable) >= 0.90, "\(measurement.held)")
  }

  /// What would go wrong without a rule, so that the measurement is seen to find it.
  @Test func withoutNamesAndBirthDatesStudiesGoWrong() throws {
    var policy = MatchingPolicy.measured
    policy.lifted = [.given, .family, .neighbour]
    #expect(try measure(policy).all.wrong > 0)
  }

  @Test func numbersAreGivenOnceAndPeopleAreTheSameEachTime() {
    #expect(Set(Self.people.map(\.number)).count == Self.people.count)
    #expect(Array(Population(seed: 7).prefix(500)).map { $0.rows() } == Self.people.prefix(500).map { $0.rows() })
  }
}
