import NationalID
import Randomness
import Testing

/// A number as systems write it, and what stands around it.
@Suite struct SpellingTests {
  let scheme = NationalIDScheme.belgium

  @Test(arguments: [
    "NISS:85073003328", "niss 85.07.30-033.28", "INSZ:85073003328", "SSIN85073003328", "BE85073003328",
    "be 85073003328",
    "85073003328^^^NISS", "85073003328^^^NISS&2.16.840.1.113883.3.6777.5.1&ISO^NI",
    "85.07.30-033.28^^^&2.16.840.1.113883.3.6777.5.1&ISO", "85073003328^^^HOSPITAL&1.3.6.1.4.1.21297.100.1.1&ISO",
    "85073003328^^^", "85073003328^1^M11", "urn:oid:2.16.840.1.113883.3.6777.5.1|85073003328", "|85073003328",
    "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/ssin|85073003328",
  ])
  func whatStandsAroundANumberIsTakenOff(_ text: String) throws {
    #expect(try scheme.validate(text).get().value == "85073003328")
  }

  @Test(arguments: [
    "85073003328^^^HOSPITAL&1.2.3&ISO", "85073003328^^^HOSPITAL", "urn:oid:1.2.3|85073003328", "urn:oid:|85073003328",
  ])
  func aNumberOfAnotherIssuerIsNone(_ text: String) {
    #expect(scheme.problem(text) == .issuer)
  }

  @Test func anIssuerIsKnownByEachOfItsNames() {
    for name in ["NISS", "insz", "RRN", "2.16.840.1.113883.3.6777.5.1", "urn:oid:2.16.840.1.113883.3.6777.5.1"] {
      #expect(scheme.isIssuer(name), "\(name)")
    }
    for name in ["", "BE", "HOSPITAL", "2.16.840.1.113883.3.6777.5", "urn:oid:", "NISS "] {
      #expect(!scheme.isIssuer(name), "\(name)")
    }
  }

  @Test func zerosLostAtTheFrontAreBackWhereTheCheckDigitsFit() {
    // Born in 2005, and on 2 January 2000.
    for number in [Synthetic.niss(2005, 7, 30, serial: 33), Synthetic.niss(2000, 1, 2, serial: 33)] {
      let short = String(number.drop { $0 == "0" })
      #expect(short.count < 11 && scheme.identifier(short)?.value == number)
      #expect(scheme.problem(String(short.dropLast()) + (short.last == "1" ? "2" : "1")) == .length)
    }
    #expect(NationalIDScheme.netherlands.identifier("10000008")?.value == "010000008")
    #expect(NationalIDScheme.netherlands.problem("1234511") == .length, "BSNs have lost one at most")
    #expect(NationalIDScheme.spain.identifier("1234567-L")?.value == "01234567L")
    #expect(NationalIDScheme.sweden.identifier("509161234").map { $0.value.count } == nil)
    // Without check digits nothing tells that it was lost.
    #expect(NationalIDScheme.denmark.identifier("0101801234") != nil)
    #expect(NationalIDScheme.denmark.problem("101801234") == .length)
  }

  @Test func aNameThatAlsoBeginsNumbersIsTakenOffLast() {
    let italian = "ITLMNL83S18D969"
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { italian + String($0) }
    let valid = letters.filter { NationalIDScheme.italy.identifier($0) != nil }
    #expect(valid.count == 1 && NationalIDScheme.italy.identifier("IT" + valid[0])?.value == valid[0])
    #expect(letters.filter { !valid.contains($0) }.allSatisfy { NationalIDScheme.italy.problem($0) == .checkDigits })
  }

  @Test func theSignOfTheCenturyBelongsToTheNumber() {
    #expect(NationalIDScheme.finland.identifier("131052-308T")?.value == "131052-308T")
    #expect(NationalIDScheme.finland.identifier("131052+308T")?.birthDate?.year == 1852)
    #expect(NationalIDScheme.finland.identifier("131052Y308T")?.birthDate?.year == 1952)
    #expect(NationalIDScheme.sweden.identifier("8803200016")?.value == "198803200016")
    #expect(NationalIDScheme.sweden.identifier("19880320-0016")?.value == "198803200016")
  }

  @Test func anyBytesAreReadOrRefusedButNeverTrapped() {
    var random = SplitMix64(seed: 11)
    let pieces = [
      "^", "&", "|", "NISS", ":", "+", "-", "0", "9", "A", "İ", "\u{301}", "9999999999", "urn:oid:", "\u{0}",
    ]
    for scheme in NationalIDScheme.all {
      for _ in 0..<300 {
        let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        if let identifier = scheme.identifier(text.joined()) {
          #expect(scheme.identifier(identifier.value)?.value == identifier.value)
        }
      }
      for length in 0...20 {
        for character in ["0", "9", "A", "Z", "+", "7"] {
          _ = scheme.identifier(String(repeating: character, count: length) + "1")
        }
      }
      #expect(scheme.problem(String(repeating: "1", count: IdentifierText.longest + 1)) == .length)
    }
  }

  @Test func severalSchemesTakeWhatTheFirstOfThemKnows() throws {
    let both = [NationalIDScheme.belgium, .netherlands]
    #expect(try both.validate("85073003328").get().scheme == "BE")
    #expect(try both.validate("111222333").get().scheme == "NL")
    #expect(throws: NationalIDProblem.self) { try both.validate("111222334").get() }
    #expect(throws: NationalIDProblem.self) { try [NationalIDScheme]().validate("111222333").get() }
    #expect(both.names == "NISS or BSN")
  }
}
