import NationalID
import Reconciliation
import Testing

@Suite struct IdentifierTests {
  private func decide(_ identifiers: SenderIdentifier..., trusted: [String] = []) -> Decision {
    People.decide(
      People.sender(identifiers: identifiers), policy: MatchingPolicy(schemes: [.belgium], trustedIssuers: trusted))
  }

  /// A second synthetic NISS, of a woman born on 2 January 1990.
  private let other = "90010200289"

  @Test func everyIssuerOfTheSchemeIsTrusted() {
    for issuer in NationalIDScheme.belgium.issuers {
      #expect(decide(People.national(issuerUID: issuer)).codes == [])
      #expect(decide(People.national(in: .patientID, issuerUID: issuer)).codes == [])
      #expect(decide(People.national(in: .patientID, issuer: issuer, issuerUID: nil)).codes == [])
    }
  }

  @Test func aPatientIDWithoutAnIssuerIsNotTrusted() {
    let decision = decide(People.national(in: .patientID, issuerUID: nil))
    #expect(decision.codes == [.untrustedIssuer])
    #expect(decision.candidates.count == 1, "the clerk sees the candidate all the same")
  }

  @Test func aNameOfTheNumberIsItsIssuer() {
    for name in ["NISS", "insz", "SSIN", "RRN"] {
      #expect(decide(People.national(in: .patientID, issuer: name, issuerUID: nil)).codes == [])
    }
    #expect(decide(People.national(in: .patientID, issuer: "BSN", issuerUID: nil)).codes == [.untrustedIssuer])
  }

  @Test func theIssuerMayStandInTheFieldItself() {
    func decided(_ value: String, issuerUID: String? = nil) -> [Decision.Code] {
      decide(SenderIdentifier(source: .patientID, value: value, issuerUID: issuerUID)).codes
    }
    #expect(decided("85073003328^^^NISS&2.16.840.1.113883.3.6777.5.1&ISO") == [])
    #expect(decided("85.07.30-033.28^^^INSZ") == [])
    #expect(decided("85073003328^^^CH1&1.2.3&ISO") == [.untrustedIssuer])
    #expect(decided("85073003328^^^NISS", issuerUID: "1.2.3") == [.untrustedIssuer], "the qualifiers outweigh it")
  }

  @Test func aSiteAtABorderRecognisesEachOfItsNumbers() {
    let policy = MatchingPolicy(schemes: [.belgium, .netherlands])
    let dutch = People.local("L2", nationalID: "111222333")
    func decide(_ identifiers: SenderIdentifier...) -> Decision {
      People.decide(People.sender(identifiers: identifiers), among: [People.local(), dutch], policy: policy)
    }
    let bsn = People.national("1112.22.333", issuerUID: NationalIDScheme.netherlands.issuers[0])
    #expect(decide(bsn).outcome == .automatic(localID: "L2"))
    #expect(decide(bsn).identifier?.scheme == "NL")
    #expect(decide(People.national()).outcome == .automatic(localID: "L1"))
    #expect(decide(bsn, People.national()).codes.contains(.twoIdentifiers))
    // Each issuer has its own kind of number.
    #expect(decide(People.national("111222333")).outcome == .person)
    #expect(decide(People.national("85073003329")).codes == [.invalidIdentifier])
  }

  @Test func aConfiguredIssuerIsTrustedByNameOrOID() {
    let named = People.national(in: .patientID, issuer: "CH1-ADT", issuerUID: nil)
    #expect(decide(named).codes == [.untrustedIssuer])
    #expect(decide(named, trusted: ["ch1-adt"]).codes == [])
    let numbered = People.national(in: .patientID, issuerUID: "1.2.3.4")
    #expect(decide(numbered).codes == [.untrustedIssuer])
    #expect(decide(numbered, trusted: ["1.2.3.4"]).codes == [])
  }

  @Test func aForeignUniversalIDOutweighsATrustedName() {
    let contradictory = People.national(issuer: People.issuer, issuerUID: "1.2.3.4")
    #expect(decide(contradictory).codes == [.untrustedIssuer])
  }

  @Test func theRetiredOtherPatientIDsCount() {
    let decision = decide(
      SenderIdentifier(source: .patientID, value: "12345"),
      SenderIdentifier(source: .otherPatientIDs, value: "A-77"),
      SenderIdentifier(source: .otherPatientIDs, value: "85.07.30-033.28"))
    #expect(decision.outcome == .automatic(localID: "L1"))
    #expect(decision.identifierSource?.source == .otherPatientIDs)
  }

  @Test func theSequenceIsReadFirst() {
    let decision = decide(
      SenderIdentifier(source: .otherPatientIDs, value: People.niss), People.national(in: .patientID),
      People.national())
    #expect(decision.identifierSource?.source == .otherPatientIDsSequence)
    #expect(decision.outcome == .automatic(localID: "L1"))
  }

  @Test func twoDifferentValidIdentifiersNeedAPerson() {
    #expect(NationalIDScheme.belgium.identifierIsValid(other))
    #expect(decide(People.national(), People.national(other)).codes.contains(.twoIdentifiers))
    #expect(decide(People.national(), People.national(other, in: .patientID)).codes.contains(.twoIdentifiers))
    let spelt = decide(People.national(), People.national("85.07.30-033.28", in: .patientID))
    #expect(spelt.codes == [], "the same number in another spelling is the same number")
  }

  @Test(arguments: [nil, "1.2.3.4"]) func anotherValidOneIsASecondWhoeverIssuedIt(_ issuer: String?) {
    let second = People.national(other, in: .patientID, issuerUID: issuer)
    #expect(decide(People.national(), second).codes == [.twoIdentifiers])
  }

  @Test(arguments: ["85073003329", "00000000000", "８５０７３００３３２８", "8507300332"])
  func anInvalidIdentifierNeedsAPersonAndSaysWhy(_ value: String) {
    let decision = decide(People.national(value))
    #expect(decision.codes == [.invalidIdentifier])
    #expect(decision.reasons.first?.sentence.contains("(0010,1002)") == true)
  }

  @Test func whatIsNoNationalNumberAtAllHidesNoValidOne() {
    for value in ["4711", "00000000000"] {
      let decision = decide(People.national(value), People.national(in: .patientID))
      #expect(decision.outcome == .automatic(localID: "L1"))
      #expect(decision.notes?.count == 1 && decision.notes?.first?.contains("“\(value)”") == true)
    }
    #expect(decide(People.national("85073003329"), People.national(in: .patientID)).codes == [.invalidIdentifier])
  }

  @Test func noIdentifierNeedsAPerson() {
    #expect(decide().codes == [.noIdentifier])
    #expect(decide(SenderIdentifier(source: .patientID, value: "12345", issuer: "CH1")).codes == [.noIdentifier])
    #expect(decide(SenderIdentifier(source: .otherPatientIDs, value: "85073003329")).codes == [.invalidIdentifier])
  }

  @Test func aLocalPlaceholderIsInvalid() {
    var scheme = NationalIDScheme.belgium
    scheme.placeholders = [People.niss]
    let decision = People.decide(People.sender(), policy: MatchingPolicy(schemes: [scheme]))
    #expect(decision.codes == [.invalidIdentifier])
  }
}

extension NationalIDScheme {
  fileprivate func identifierIsValid(_ text: String) -> Bool { (try? validate(text).get()) != nil }
}
