import NationalID
import Testing

@Suite struct OtherCountriesTests {
  @Test func schemesAreFoundByCountryCode() {
    for code in ["BE", "NL", "FR", "GB", "be"] {
      #expect(NationalIDScheme.named(code)?.code == code.uppercased())
    }
    #expect(NationalIDScheme.named("XX") == nil)
    #expect(NationalIDScheme.named("") == nil)
    let issuers = NationalIDScheme.all.flatMap(\.issuers)
    #expect(Set(issuers).count == issuers.count)
  }

  @Test func aBSNIsPaddedToNineDigits() {
    let scheme = NationalIDScheme.netherlands
    #expect(scheme.identifier("1112.22.333")?.value == "111222333")
    #expect(scheme.identifier("10000008")?.value == "010000008")
    #expect(scheme.problem("1112.52.333") == .checkDigits)
    #expect(scheme.problem("1112223334") == .length)
    #expect(scheme.problem("000000000") == .placeholder)
    #expect(scheme.problem("00000000") == .placeholder)
  }

  @Test func anINSTellsSexYearAndMonth() {
    let scheme = NationalIDScheme.france
    let identifier = scheme.identifier("2 95 10 99 126 111 93")
    #expect(identifier?.value == "295109912611193")
    #expect(identifier?.sex == .female)
    #expect(identifier?.birthDate?.contradicts(year: 1995, month: 10, day: 4) == false)
    #expect(identifier?.birthDate?.contradicts(year: 1994, month: 10, day: 4) == true)
    #expect(identifier?.birthDate?.contradicts(year: 1995, month: 11, day: 4) == true)
    #expect(scheme.identifier("253072B07300470")?.value == "253072B07300470")
    #expect(scheme.identifier("253072a07300443")?.value == "253072A07300443")
    #expect(scheme.problem("253072C07300443") == .characters)
    #expect(scheme.problem("295109912611199") == .checkDigits)
    #expect(scheme.identifier(Synthetic.nir("1953099126111"))?.birthDate == PartialDate(yearOfCentury: 95))
    #expect(scheme.problem(Synthetic.nir("1951399126111")) == .birthDate)
    #expect(scheme.problem(Synthetic.nir("5951099126111")) == .component)
  }

  @Test func anNHSNumberHasNoCheckDigitTen() {
    let scheme = NationalIDScheme.unitedKingdom
    #expect(scheme.identifier("943-476-5870")?.value == "9434765870")
    #expect(scheme.problem("9434765871") == .checkDigits)
    #expect(scheme.problem("0000000000") == .placeholder)
    #expect(scheme.problem("943476587X") == .characters)
  }
}
