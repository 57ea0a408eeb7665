import Foundation
import SystemPackage
import Testing

/// `studypost partner trust`: a rule is written into the configuration, and nothing else of it changes.
struct PartnerTrustTests {
  @Test func aRuleIsMadeShownAndRecorded() throws {
    let sites = try TwoSites()
    let file = sites.ch2.configuration
    let before = try text(file)
    #expect(try sites.ch2.succeed("partner", "trust", "ch1").contains("only where its issuer is the scheme's own"))
    let said = try sites.ch2.succeed(
      "partner", "trust", "ch1", "--unqualified", "--issuer", "CH1 ADT", "--place", "PatientComments", "--reason",
      "agreed by phone")
    #expect(said.contains("under the issuer CH1 ADT") && said.contains("in (0010,4000)") && said.contains("reload"))
    let after = try text(file)
    #expect(after.hasPrefix(before))
    let table =
      "[[trust]]\npartner = \"ch1\"\nissuers = [\"CH1 ADT\"]\nunqualified = true\nplaces = [\"(0010,4000)\"]\n"
    #expect(after.hasSuffix(table), "\(after.suffix(200))")
    #expect(try sites.ch2.succeed("partner", "trust", "ch1", "--unqualified").contains("trusted already"))
    #expect(try text(file) == after)
    #expect(try sites.ch2.succeed("partner", "show", "ch1").contains("(0010,0020) without an issuer"))
    #expect(try sites.ch2.succeed("audit").contains("agreed by phone"))

    for (arguments, status, said) in [
      (["ch9", "--unqualified"], Int32(1), "Partners are: ch1"), (["ch1", "--place", "(0010)"], 64, "(0010,4000)"),
      (["ch1", "--issuer", " "], 64, "names no issuer"),
    ] {
      let printed = try Command.run(
        Command.studypost, ["partner", "trust"] + arguments + ["--config", file.string])
      #expect(printed.status == status && printed.errors.contains(said), "\(arguments): \(printed)")
    }
    #expect(try text(file) == after)

    try (after + "[[trust]]\npartner = \"ch7\"\n").write(toFile: file.string, atomically: true, encoding: .utf8)
    let check = try sites.ch2.run("check", "--offline")
    #expect(check.status == 1 && (check.output + check.errors).contains("it is about ch7, who is not a partner"))
  }
}
