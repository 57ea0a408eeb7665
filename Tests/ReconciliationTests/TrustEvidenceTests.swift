import Patients
import Reconciliation
import Testing

/// What must be there before a rule is proposed to a person.
@Suite struct TrustEvidenceTests {
  /// Men of different birth dates, each with a register number of its own.
  private let people = (1...12).map { day in
    let date = "198507\(day < 10 ? "0" : "")\(day)"
    return People.local("L\(day)", birthDate: date, nationalID: Person.number("\(date)-033"))
  }

  private func study(
    of patient: Patient, number: String? = nil, issuer: String? = nil,
    in source: SenderIdentifier.Source = .patientID, name: String = "PEETERS^JAN"
  ) -> [StudyIdentity] {
    let number = number ?? patient.nationalNumbers[0].value
    return [
      People.sender(
        name, identifiers: [SenderIdentifier(source: source, value: number, issuer: issuer)],
        birthDate: patient.birthDate)
    ]
  }

  private func findings(
    _ studies: [(identities: [StudyIdentity], person: String?)],
    _ policy: MatchingPolicy = MatchingPolicy(schemes: [.belgium])
  ) throws -> [TrustEvidence.Finding] {
    var evidence = TrustEvidence(policy)
    for study in studies {
      try evidence.take(study.identities, givenTo: study.person, among: PatientArray(patients: people))
    }
    return evidence.findings
  }

  @Test func tenPatientsWhoAgreeAreEnough() throws {
    for count in [9, 10] {
      let finding = try #require(try findings(people.prefix(count).map { (study(of: $0), nil) }).first)
      #expect(finding.rule == .unqualified)
      #expect(finding.studies == count && finding.valid == count && finding.agreeing == count)
      #expect(finding.isEnough == (count == 10))
    }
  }

  @Test func manyStudiesOfOnePatientAreNotEnough() throws {
    let finding = try #require(try findings((1...50).map { _ in (study(of: people[0]), nil) }).first)
    #expect(finding.agreeing == 50 && !finding.isEnough)
  }

  @Test func oneThatContradictsIsOneTooMany() throws {
    let agreeing = people.prefix(11).map { (study(of: $0), nil as String?) }
    let last = people[11]
    let against: [([StudyIdentity], String?)] = [
      // Another birth date; another patient, as a person found; another valid number in the same study.
      (study(of: last, number: people[0].nationalNumbers[0].value), nil), (study(of: last), "L1"),
      (
        [
          People.sender(
            identifiers: [
              People.national(people[0].nationalNumbers[0].value),
              SenderIdentifier(source: .patientID, value: last.nationalNumbers[0].value),
            ], birthDate: last.birthDate)
        ], nil
      ),
    ]
    for study in against {
      let finding = try #require(try findings(agreeing + [study]).first)
      #expect(finding.contradicting == 1 && !finding.isEnough)
    }
    // What says nothing against it: nobody here has the number, or the name is another one.
    let stranger = Person.number("19900102-035")
    let more: [([StudyIdentity], String?)] = [
      (
        [People.sender(identifiers: [SenderIdentifier(source: .patientID, value: stranger)], birthDate: "19900102")],
        nil
      ),
      (study(of: last, name: "MAES^JAN"), nil), (study(of: last), "L12"),
    ]
    let finding = try #require(try findings(agreeing + more).first)
    #expect(finding.isEnough && finding.valid == 14 && finding.agreeing == 12)
  }

  @Test func eachPlaceHasItsOwnRule() throws {
    let studies = people.flatMap { patient in
      [
        (study(of: patient, issuer: "CH1"), nil as String?), (study(of: patient, in: .otherPatientIDsSequence), nil),
        (study(of: patient, number: "4711"), nil),
      ]
    }
    let found = try findings(studies)
    #expect(Set(found.map(\.rule)) == [.issuer("CH1"), .items])
    #expect(found.allSatisfy { $0.isEnough && $0.studies == 36 && $0.valid == 12 })
    // What is trusted already is not proposed.
    let policy = MatchingPolicy(
      schemes: [.belgium], trustedIssuers: ["ch1"], places: [TrustEvidence.Rule.place])
    #expect(try findings(studies, policy) == [])
  }
}
