import Site
import Testing

@testable import Patients
@testable import Reconciliation

@Suite struct SettingsTests {
  @Test func eachPartnerHasThePolicyOfItsRules() throws {
    let text = """
      site = "ch2"
      [reconcile]
      national_id = ["BE", "NL"]
      source_issuers = ["EVERYBODY"]
      given_threshold = 0.9
      [[trust]]
      partner = "ch1"
      issuers = ["CH1"]
      unqualified = true
      places = ["(0010,4000)"]
      """
    let configuration = try Configuration.check(text, as: "/etc/studypost/studypost.toml")
    let ch1 = MatchingPolicy(of: configuration, for: "ch1")
    #expect(ch1.trustedIssuers == ["EVERYBODY", "CH1"] && ch1.unqualified)
    #expect(ch1.places.map(\.description) == ["(0010,4000)"])
    let ch3 = MatchingPolicy(of: configuration, for: "ch3")
    #expect(ch3.trustedIssuers == ["EVERYBODY"] && !ch3.unqualified && ch3.places.isEmpty)
    for policy in [ch1, ch3] {
      #expect(policy.schemes.map(\.code) == ["BE", "NL"])
      #expect(policy.thresholds == .init(family: 0.9, given: 0.9))
    }
  }

  /// What a configuration may name is what a list may have.
  @Test func everyColumnCanBeNamed() {
    #expect(Configuration.Patients.columnNames == ListColumns.names)
    #expect(Configuration.Patients.Encoding.allCases.map(\.rawValue) == ListEncoding.allCases.map(\.rawValue))
    #expect(
      Configuration.Patients.DateOrder.allCases.map(\.rawValue) == PatientSettings.DateOrder.allCases.map(\.rawValue))
  }
}
