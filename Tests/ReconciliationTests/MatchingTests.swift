import Foundation
import Patients
import NationalID
import Reconciliation
import Testing

@Suite struct MatchingTests {
  @Test func isAutomaticWhenEverythingAgrees() {
    let decision = People.decide(People.sender())
    #expect(decision.outcome == .automatic(localID: "L1"))
    #expect(decision.reasons.isEmpty)
    #expect(decision.identifier?.value == People.niss)
    #expect(decision.identifierSource?.source == .otherPatientIDsSequence)
    #expect(decision.rules == MatchingPolicy.rules)
    #expect(decision.thresholds == MatchingPolicy.Thresholds(family: 0.90, given: 0.85))
    #expect(decision.candidates.first?.agrees == true)
    #expect(decision.candidates.first?.comparisons.first { $0.field == .family }?.score == 1)
  }

  @Test func theDecisionSurvivesItsJSON() throws {
    for decision in [People.decide(People.sender()), People.decide(People.sender("X^Y", birthDate: nil))] {
      let data = try JSONEncoder().encode(decision)
      #expect(try JSONDecoder().decode(Decision.self, from: data) == decision)
    }
  }

  @Test(arguments: [nil, "", "19850731", "1985", "garbage", "19850732"])
  func anotherOrNoBirthDateNeedsAPerson(_ date: String?) {
    let decision = People.decide(People.sender(birthDate: date))
    #expect(decision.outcome == .person)
    #expect(decision.codes.contains(.birthDate))
  }

  @Test func theRetiredSpellingOfADateIsTheSameDate() {
    #expect(People.decide(People.sender(birthDate: "1985.07.30")).outcome == .automatic(localID: "L1"))
  }

  @Test func aMissingLocalBirthDateNeedsAPerson() {
    #expect(People.decide(People.sender(), among: [People.local(birthDate: nil)]).codes == [.birthDate])
  }

  @Test func aBirthDateThatContradictsTheIdentifierNeedsAPerson() {
    let decision = People.decide(
      People.sender(birthDate: "19860730"), among: [People.local(birthDate: "19860730")])
    #expect(decision.outcome == .person)
    #expect(decision.codes == [.birthDate])
    #expect(decision.candidates[0].comparisons.first { $0.field == .birthDate }?.agrees == true)
    #expect(decision.candidates[0].comparisons.first { $0.field == .identifierBirthDate }?.sender == "1985-07-30")
  }

  @Test(arguments: [
    ("M", "M", true), ("F", "F", true), ("M", "F", false), ("F", "M", false), ("O", "M", true), ("", "F", true),
    ("M", "", true), ("m", "F", false), ("X", "F", true),
  ])
  func onlyMAgainstFIsAMismatchOfSex(_ sender: String, _ local: String, _ agrees: Bool) {
    // A number that says nothing of the sex.
    let number = "85273003173"
    let decision = People.decide(
      People.sender(identifiers: [People.national(number)], sex: sender.isEmpty ? nil : sender),
      among: [People.local(sex: local.isEmpty ? nil : local, nationalID: number)])
    #expect(decision.codes == (agrees ? [] : [.sex]))
  }

  @Test func exactlyOneActivePatientMustHaveIt() {
    #expect(People.decide(People.sender(), among: []).codes == [.unknownPatient])
    #expect(People.decide(People.sender(), among: [People.local(active: false)]).codes == [.inactive])
    let two = [People.local("L1"), People.local("L2")]
    let ambiguous = People.decide(People.sender(), among: two)
    #expect(ambiguous.codes == [.ambiguous])
    #expect(ambiguous.outcome == .person)
    #expect(ambiguous.candidates.count == 2)
    let merged = [People.local("L1", active: false), People.local("L2")]
    #expect(People.decide(People.sender(), among: merged).outcome == .automatic(localID: "L2"))
  }

  @Test func aStudyAfterDeathNeedsAPerson() {
    func codes(_ date: String?) -> [Decision.Code] {
      People.decide(People.sender(studyDate: date), among: [People.local(deceased: "20260102")]).codes
    }
    #expect(codes("20260102") == [])
    #expect(codes("20260103") == [.afterDeath])
    #expect(codes(nil) == [.afterDeath])
    #expect(codes("yesterday") == [.afterDeath])
  }

  @Test func aDeidentifiedStudyIsNeverAutomatic() {
    #expect(People.decide(People.sender(isDeidentified: true)).codes == [.deidentified])
  }

  @Test func twoPatientsInOneStudyNeedAPerson() {
    for other in [
      People.sender("JANSSENS^PIET"), People.sender(birthDate: "19850729"), People.sender(sex: "F"),
      People.sender(identifiers: [
        People.national(), SenderIdentifier(source: .patientID, value: "2", issuer: nil, issuerUID: nil),
      ]),
    ] {
      let first = People.sender(identifiers: [
        People.national(), SenderIdentifier(source: .patientID, value: "1", issuer: nil, issuerUID: nil),
      ])
      let decision = People.decide(first, first, other)
      #expect(decision.codes.contains(.twoPatients))
      #expect(decision.outcome == .person)
      #expect(decision.identities.count == 2)
    }
  }

  @Test func instancesThatSayLessAreOfTheSamePatient() {
    let less = StudyIdentity(identifiers: [], name: "Peeters^Jan^^", birthDate: nil, sex: nil, modalities: ["SR"])
    for decision in [People.decide(People.sender(), less), People.decide(less, People.sender())] {
      #expect(decision.outcome == .automatic(localID: "L1"))
      #expect(decision.identities.count == 1)
    }
  }

  @Test func everyReasonIsGivenNotOnlyTheFirst() {
    let decision = People.decide(
      People.sender("DUBOIS^MARIE", birthDate: "19600101", sex: "F", isDeidentified: true))
    #expect(Set(decision.codes) == [.deidentified, .birthDate, .sex, .name])
    #expect(decision.reasons.allSatisfy { $0.sentence.hasSuffix(".") })
  }

  @Test func failingLookupsAreThrown() {
    struct Failure: Error {}
    struct Broken: LocalPatients {
      var found: [Patient]?
      func patients(nationalID: String) throws -> [Patient] {
        guard let found else { throw Failure() }
        return found
      }
      func neighbours(birthDate: String, _: (String, String, String?) throws -> Bool) throws -> [Patient] {
        throw Failure()
      }
      func namesakes(of _: String) throws -> [Patient] { throw Failure() }
      func patients(like _: PatientTraces) throws -> [Patient] { throw Failure() }
      func frequency(ofName _: String) throws -> Double { throw Failure() }
    }
    for patients in [Broken(), Broken(found: [People.local(given: "Jan Willem")])] {
      #expect(throws: Failure.self) {
        try MatchingPolicy(schemes: [.belgium]).decide([People.sender()], among: patients)
      }
    }
  }

  @Test func nothingAtAllNeedsAPerson() {
    #expect(People.decide().codes == [.noIdentifier])
  }
}
