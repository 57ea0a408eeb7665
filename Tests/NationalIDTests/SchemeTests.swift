import NationalID
import Testing

/// Numbers that the countries, or those who describe their rules, give as examples; no person has them.
@Suite struct SchemeTests {
  struct Example: CustomTestStringConvertible {
    let scheme: String
    let text: String
    let value: String
    let birthDate: PartialDate?
    let sex: Sex?
    let issuer: String?

    init(
      _ scheme: String, _ text: String, _ value: String? = nil, _ birthDate: PartialDate? = nil, _ sex: Sex? = nil,
      issuer: String? = nil
    ) {
      self.scheme = scheme
      self.text = text
      self.value = value ?? text
      self.birthDate = birthDate
      self.sex = sex
      self.issuer = issuer
    }

    var testDescription: String { "\(scheme) \(text)" }
  }

  private static func born(_ year: Int, _ month: Int, _ day: Int) -> PartialDate {
    PartialDate(year: year, month: month, day: day)
  }

  private static func bornIn(_ yearOfCentury: Int, _ month: Int?, _ day: Int? = nil) -> PartialDate {
    PartialDate(yearOfCentury: yearOfCentury, month: month, day: day)
  }

  static let examples = [
    Example("BE", "85.07.30-033.28", "85073003328", born(1985, 7, 30), .male, issuer: "2.16.840.1.113883.3.6777.5.1"),
    Example("BE", "98.47.28-997.65", "98472899765", born(1998, 7, 28), .male),
    Example("NL", "1112.22.333", "111222333", issuer: "2.16.840.1.113883.2.4.6.3"),
    Example("FR", "2 95 10 99 126 111 93", "295109912611193", bornIn(95, 10), .female, issuer: "1.2.250.1.213.1.4.8"),
    Example("FR", "253072b07300470", "253072B07300470", bornIn(53, 7), .female),
    Example("FR", "253072A07300443", "253072A07300443", bornIn(53, 7), .female),
    Example("FR", Synthetic.nir("7951099126111"), nil, bornIn(95, 10), .male, issuer: "1.2.250.1.213.1.4.9"),
    Example("GB", "943-476-5870", "9434765870"),
    Example("GB-SCT", "010180 1238", "0101801238", bornIn(80, 1, 1), .male),
    Example("GB-SCT", "010180 1246", "0101801246", bornIn(80, 1, 1), .female),
    // GKV-Spitzenverband, Prüfziffernberechnung; gematik, examples of E-Rezept.
    Example("DE", "A000500015", issuer: "1.2.276.0.76.4.8"), Example("DE", "x 110411675", "X110411675"),
    Example("DE", "X110465770"),
    Example("ES", "54362315-K", "54362315K"), Example("ES", "x-2482300w", "X2482300W"),
    Example("IT", "RCCMNL83S18D969H", nil, bornIn(83, 11, 18), .male),
    Example("IT", "CNT CHR 83T41 D969D", "CNTCHR83T41D969D", bornIn(83, 12, 1), .female),
    Example("SE", "890102-3286", "198901023286", born(1989, 1, 2), .female, issuer: "1.2.752.129.2.1.3.1"),
    Example("SE", "880320+0016", "188803200016", born(1888, 3, 20), .male),
    // Skatteverket's example of a samordningsnummer.
    Example("SE", "701063-2391", "197010632391", born(1970, 10, 3), .male, issuer: "1.2.752.129.2.1.3.3"),
    Example("NO", "151086 95088", "15108695088", born(1986, 10, 15), .female, issuer: "2.16.578.1.12.4.1.4.1"),
    Example("NO", "41019000158", nil, born(1990, 1, 1), .male, issuer: "2.16.578.1.12.4.1.4.2"),
    Example("NO", "01419000147", nil, born(1990, 1, 1), .male, issuer: "2.16.578.1.12.4.1.4.3"),
    Example("NO", "80123410037", nil, nil, nil, issuer: "2.16.578.1.12.4.1.4.4"),
    Example("DK", "211062-5629", "2110625629", born(1862, 10, 21), .male),
    // Its check digit does not fit: it need not, since 2007.
    Example("DK", "211062-0620", "2110620620", born(1962, 10, 21), .female),
    Example("FI", "131052-308T", nil, born(1952, 10, 13), .female),
    Example("PL", "44051401359", nil, born(1944, 5, 14), .male),
    Example("PL", "02211307589", nil, born(2002, 1, 13), .female),
    Example("CH", "756.9217.0769.85", "7569217076985"),
    Example("AT", "1237 010180", "1237010180", bornIn(80, 1, 1)),
    Example("LU", "1980010112302", nil, born(1980, 1, 1)),
    Example("IE", "6433435F"), Example("IE", "6433435FW"), Example("IE", "6433435OA"),
    Example("PT", "00000000 0 ZZ4", "000000000ZZ4"),
    Example("GR", "01013099997", nil, bornIn(30, 1, 1), .male),
    Example("CZ", "710319/2745", "7103192745", born(1971, 3, 19), .male),
    Example("SK", "991231123", nil, born(1899, 12, 31), .male),
    Example("EE", "36805280109", nil, born(1968, 5, 28), .male),
    Example("LV", "161175-19997", "16117519997", born(1975, 11, 16)), Example("LV", "328673-00679", "32867300679"),
    Example("LT", "33309240064", nil, born(1933, 9, 24), .male), Example("LT", "91234567895"),
    Example("HR", "HR 33392005961", "33392005961"),
    Example("RO", "1630615123457", nil, born(1963, 6, 15), .male),
    Example("BG", "803205 603 1", "8032056031", born(1880, 12, 5), .female),
    Example("SI", "0101006500006", nil, born(2006, 1, 1), .male),
    Example("IS", "120174-3399", "1201743399", born(1974, 1, 12)),
    // Its check digit does not fit: it need not, since 2026.
    Example("IS", "120174-3389", "1201743389", born(1974, 1, 12)),
    Example("TR", "17291716060"), Example("BR", "390.533.447-05", "39053344705"),
    // Of the right form; no published example is free of a person.
    Example("AU", "8003 6012 3456 7894", "8003601234567894", issuer: "1.2.36.1.2001.1003.0"),
    Example("CA-BC", "9698 658 215", "9698658215"),
  ]

  @Test(arguments: examples)
  func readsThePublishedExamples(_ example: Example) throws {
    let scheme = try #require(NationalIDScheme.named(example.scheme))
    let identifier = try scheme.validate(example.text).get()
    #expect(identifier.scheme == example.scheme && identifier.value == example.value)
    #expect(identifier.birthDate == example.birthDate && identifier.sex == example.sex)
    if let issuer = example.issuer { #expect(identifier.issuer == issuer) }
    // What is stored is read again as it is.
    #expect(scheme.identifier(identifier.value) == identifier)
    #expect(scheme.identifier("\(scheme.name): \(identifier.value)") == identifier)
  }

  @Test func everySchemeHasAnExample() {
    #expect(Set(Self.examples.map(\.scheme)) == Set(NationalIDScheme.all.map(\.code)))
  }

  @Test(arguments: [
    ("NL", "1112.52.333", NationalIDProblem.Code.checkDigits), ("NL", "1112223334", .length),
    ("NL", "000000000", .placeholder), ("GB", "9434765871", .checkDigits), ("GB", "943476587X", .characters),
    ("FR", "295109912611199", .checkDigits), ("FR", "253072C07300443", .characters),
    ("FR", Synthetic.nir("5951099126111"), .component), ("GB-SCT", "3013801232", .checkDigits),
    ("DE", "A000500014", .checkDigits), ("DE", "1000500015", .characters), ("ES", "54362315Z", .checkDigits),
    ("ES", "W2482300W", .characters), ("IT", "RCCMNL83S18D969I", .checkDigits), ("IT", "RCCMNL83F18D969H", .characters),
    ("IT", "RCCMNL83S98D969P", .birthDate), ("SE", "880320-0018", .checkDigits), ("SE", "880320A0016", .characters),
    ("NO", "15108695077", .checkDigits), ("DK", "511062-5629", .birthDate), ("FI", "131052-308U", .checkDigits),
    ("FI", "131052308T", .length), ("FI", "010180-9004", .component), ("PL", "44051401358", .checkDigits),
    ("PL", "02381307589", .birthDate), ("CH", "123.4567.8910.19", .component), ("CH", "756.9217.0769.84", .checkDigits),
    ("AT", "2237 010180", .checkDigits), ("LU", "1980010112312", .checkDigits), ("LU", "1980010112303", .checkDigits),
    ("IE", "6433435E", .checkDigits), ("IE", "6433435FC", .characters), ("PT", "00000000 0 ZZ3", .checkDigits),
    ("GR", "01013099999", .checkDigits), ("CZ", "590312/123", .component), ("CZ", "7145190019", .birthDate),
    ("EE", "36805280108", .checkDigits), ("LV", "328673-00677", .checkDigits), ("LT", "33309240164", .checkDigits),
    ("HR", "33392005962", .checkDigits), ("RO", "1630615123458", .checkDigits), ("RO", "1630615993454", .component),
    ("BG", "8019010001", .birthDate), ("SI", "0101006500007", .checkDigits), ("IS", "320174-3399", .birthDate),
    ("IS", "450401-3150", .component), ("TR", "07291716092", .component), ("TR", "17291716050", .checkDigits),
    ("BR", "231.002.999-00", .checkDigits), ("BR", "11111111111", .placeholder),
    ("AU", "8003601234567895", .checkDigits), ("AU", "8003611234567893", .component),
    ("CA-BC", "9698648215", .checkDigits), ("CA-BC", "5736504210", .component),
  ])
  func tellsWhatIsWrong(_ scheme: String, _ text: String, _ code: NationalIDProblem.Code) throws {
    #expect(try #require(NationalIDScheme.named(scheme)).problem(text) == code)
  }

  @Test func partsThatWereNotKnownAreNoReasonToRefuse() {
    // Pseudo-months of France, a month that ran out of numbers in Austria, a Swede without a known day.
    for month in ["00", "13", "20", "42", "50", "99"] {
      let identifier = NationalIDScheme.france.identifier(Synthetic.nir("195\(month)99126111"))
      #expect(identifier?.birthDate == PartialDate(yearOfCentury: 95))
    }
    #expect(NationalIDScheme.austria.identifier("1234 011380") != nil)
    #expect(NationalIDScheme.austria.identifier("1234 011380")?.birthDate == nil)
    let swede = NationalIDScheme.sweden.identifier("197010602394")
    #expect(swede?.birthDate == PartialDate(year: 1970, month: 10) && swede?.sex == .male)
  }

  @Test func noOneIsBornInTheFuture() {
    for (scheme, text) in [
      ("SE", "209901011230"), ("FI", "010199A123Y"), ("PL", "02410112344"), ("BG", "7542011030"), ("EE", "70101011237"),
      ("SI", "0101799500001"), ("LV", "01013031231"), ("BE", Synthetic.niss(2099, 1, 1, serial: 3)),
    ] {
      #expect(NationalIDScheme.named(scheme)?.problem(text) == .birthDate, "\(scheme)")
    }
  }

  @Test func schemesAreFoundByCodeAndByName() {
    for scheme in NationalIDScheme.all {
      #expect(NationalIDScheme.named(scheme.code.lowercased())?.code == scheme.code)
    }
    for (name, code) in [("NISS", "BE"), ("insz", "BE"), ("BSN", "NL"), ("HETU", "FI"), ("1.2.208.176.1.2", "DK")] {
      #expect(NationalIDScheme.named(name)?.code == code)
    }
    #expect(NationalIDScheme.named("XX") == nil && NationalIDScheme.named("") == nil)
    let issuers = NationalIDScheme.all.flatMap(\.issuers)
    #expect(Set(issuers).count == issuers.count)
    #expect(Set(NationalIDScheme.all.map(\.code)).count == NationalIDScheme.all.count)
  }

  @Test func aCoordinationNumberTellsTheDayOrMonthThatIsKnown() throws {
    let noMonth = try NationalIDScheme.sweden.validate("197000612395").get()
    #expect(noMonth.birthDate == PartialDate(year: 1970))
    // Day 36 of a month that is not known, and an unknown day of month 13.
    for number in ["202400963670", "197013602391"] {
      #expect(NationalIDScheme.sweden.problem(number) == .birthDate, "\(number)")
    }
  }
}
