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

  // MARK: Changing the file

  private func changed(_ text: String, _ rule: Trust) throws -> String? {
    try Configuration.text("site = \"ch1\"\n" + text, trusting: rule, note: "A note", as: "/x/studypost.toml")?.text
  }

  @Test func aRuleIsAddedAtTheEndAndAllElseStays() throws {
    let rule = Trust(partner: try #require(SiteName("ch2")), issuers: ["A \"b\""], unqualified: true)
    for text in ["", "# mine\n[ship] # and mine\nretry_first = \"31s\"   # too", "[[trust]]\npartner = \"ch3\"\n"] {
      let changed = try #require(try changed(text, rule))
      #expect(changed.hasPrefix("site = \"ch1\"\n" + text))
      #expect(
        changed.hasSuffix("\n# A note\n[[trust]]\npartner = \"ch2\"\nissuers = [\"A \\\"b\\\"\"]\nunqualified = true\n")
      )
      #expect(try Configuration.check(changed, as: "/x/studypost.toml").trust.last == rule)
    }
  }

  @Test func theTableOfThePartnerGrows() throws {
    let ch2 = try #require(SiteName("ch2"))
    let text = """
      [[trust]]
      partner = "ch3"
      issuers = ["C"]
      [[ trust ]]   # of the second
      # theirs
      partner = "ch2"
      issuers = ["A"]

      [ship]
      retry_max = "2h"
      """
    let changed = try #require(try changed(text, Trust(partner: ch2, issuers: ["B"], unqualified: true)))
    let expected = text.replacing("issuers = [\"A\"]", with: "issuers = [\"A\", \"B\"]")
      .replacing("# of the second\n", with: "# of the second\nunqualified = true\n")
    #expect(changed == "site = \"ch1\"\n" + expected)
    #expect(try self.changed(text, Trust(partner: ch2, issuers: ["A"])) == nil, "it is trusted already")
  }

  @Test(arguments: [
    "trust = [{ partner = \"ch2\", issuers = [\"A\"] }]",
    "[[trust]]\npartner = \"ch2\"\nissuers = [\n  \"A\",\n]",
    "[[trust]]\npartner = \"ch2\"\nissuers = [\"A\"] # since May",
    "[[trust]]\npartner = \"ch2\"\n\"issuers\" = [\"A\"]", "[[\"trust\"]]\npartner = \"ch2\"\nissuers = [\"A\"]",
  ])
  func whatAPersonWroteInAnotherWayIsLeftToThatPerson(_ text: String) throws {
    let rule = Trust(partner: try #require(SiteName("ch2")), issuers: ["B"])
    let told = problems { _ = try changed(text, rule) }
    let wanted = text.contains("\"A\"") ? "issuers = [\"A\", \"B\"]" : "issuers = [\"B\"]"
    #expect(told.count == 1 && told.allSatisfy { $0.contains("[[trust]]\npartner = \"ch2\"\n" + wanted) }, "\(told)")
  }
}
