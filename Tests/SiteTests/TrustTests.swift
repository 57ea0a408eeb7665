import DICOM
import Testing

@testable import Site

@Suite struct TrustTests {
  private func rules(_ text: String) throws -> [Trust] { try configuration("site = \"ch1\"\n\(text)").trust }

  @Test func withoutATableNothingIsTrusted() throws {
    #expect(try rules("") == [])
    let only = try rules("[[trust]]\npartner = \"ch2\"")
    #expect(only.count == 1 && only.allSatisfy(\.isEmpty))
  }

  @Test func eachPartnerHasItsRules() throws {
    let text = """
      [[trust]]
      partner = "ch2"
      issuers = ["NISS", "1.2.3"]
      unqualified = true
      [[trust]]
      partner = "ch3"
      places = ["PatientComments", "(0010,1002)", "(0010,1002)[0].(0010,0020)"]
      """
    let ch2 = try #require(SiteName("ch2"))
    let ch3 = try #require(SiteName("ch3"))
    let expected = [
      Trust(partner: ch2, issuers: ["NISS", "1.2.3"], unqualified: true),
      Trust(
        partner: ch3,
        places: [
          TagPath(.patientComments), TagPath(.otherPatientIDsSequence), try TagPath("(0010,1002)[0].(0010,0020)"),
        ]),
    ]
    #expect(try rules(text) == expected)
    // What is written is read again.
    #expect(try rules(expected.map(\.toml).joined(separator: "\n")) == expected)
  }

  @Test func whatIsWrongNamesTheKeyAndTheRemedy() {
    func told(_ text: String) -> [String] { problems { _ = try rules(text) } }
    #expect(told("[[trust]]").first?.contains("trust[1].partner: it is missing") == true)
    #expect(told("[[trust]]\npartner = \"CH 2\"").first?.contains("trust[1].partner") == true)
    let twice = told("[[trust]]\npartner = \"ch2\"\n[[trust]]\npartner = \"ch2\"")
    #expect(twice.first?.contains("trust[2].partner: ch2 has a table already") == true, "\(twice)")
    #expect(told("[[trust]]\npartner = \"ch1\"").first?.contains("this site itself") == true)
    let table = "[[trust]]\npartner = \"ch2\"\n"
    for place in ["", "(0010,9)", "patient", "(0010,1002)[*]"] {
      let told = told(table + "places = [\"\(place)\"]")
      #expect(told.first?.contains("trust[1].places") == true && told.first?.contains("Write") == true, "\(told)")
    }
    #expect(told(table + "issuers = [\" \"]").first?.contains("names no issuer") == true)
    #expect(told(table + "unqualified = \"yes\"").first?.contains("not true or false") == true)
    #expect(told(table + "unqualifed = true").first?.contains("unqualified") == true)
  }

  @Test func twoRulesTogetherTrustWhatEitherDoes() throws {
    let ch2 = try #require(SiteName("ch2"))
    let one = Trust(partner: ch2, issuers: ["A"], places: [TagPath(.patientComments)])
    let other = Trust(partner: ch2, issuers: ["B", "A"], unqualified: true)
    #expect(
      one.adding(other)
        == Trust(partner: ch2, issuers: ["A", "B"], unqualified: true, places: [TagPath(.patientComments)]))
    #expect(one.adding(one) == one)
  }
}
