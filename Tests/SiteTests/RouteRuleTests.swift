import DICOM
import Testing

@testable import Site

@Suite struct RouteRuleTests {
  @Test(arguments: [
    ("XFER:CH2", ["CH2"]), ("please xfer:ch-2_b today", ["ch-2_b"]), ("a\r\nXFER:CH2\r\nXFER:CH3", ["CH2", "CH3"]),
    ("noXFER:CH2", []), ("XFER: CH2", []), ("XFER:C", []), ("", []),
  ])
  func aTokenNamesTheRecipientInAText(_ value: String, _ names: [String]) {
    #expect(RouteRule(tag: TagPath(.studyComments), match: .token).names(in: value) == names)
  }

  @Test func anAliasIsTheWholeValueAndARegexItsGroup() {
    #expect(
      RouteRule(tag: TagPath(.namesOfIntendedRecipientsOfResults), match: .alias).names(in: "CH 2^^") == ["CH 2^^"])
    #expect(RouteRule(tag: TagPath(.namesOfIntendedRecipientsOfResults), match: .alias).names(in: "  ") == [])
    let rule = RouteRule(
      tag: TagPath(.namesOfIntendedRecipientsOfResults), match: .regex(pattern: "^TO=([A-Z0-9]+)(?:;|$)"))
    #expect(rule.names(in: "TO=CH2;x") == ["CH2"])
    #expect(rule.names(in: "FROM=CH2") == [])
  }
}
